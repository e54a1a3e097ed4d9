// One attempt to deliver: the payload is made when there is none yet and committed before it is
// sent, so that every attempt, also after a crash, sends the same bytes under the same key.
#pragma once

#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>

#include "gateway/delivery/outcome.h"
#include "gateway/delivery/ports.h"

namespace waymark::delivery {

struct Attempted {
    /// Not attempted for a reason of ours; to be tried again then. The outcome says nothing.
    std::optional<Instant> deferredUntil = std::nullopt;
    Outcome outcome = {};
};

/// `row` is the caller's and stays until this is over; its payload is filled in.
boost::asio::awaitable<Attempted> attempt(const Ports* ports, std::shared_ptr<store::Delivery> row);

}  // namespace waymark::delivery
