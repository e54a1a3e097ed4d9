// Looks at the Tasks that FHIR providers keep for us, and brings what they say to the lifecycle.
// One round per provider at a time, one Task after the other; a Task that has not changed costs an
// If-None-Match. A provider that does not answer is left alone until the next round.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <unordered_map>

#include <boost/asio/awaitable.hpp>

#include "gateway/delivery/measures.h"
#include "gateway/delivery/ports.h"

namespace waymark::delivery {

/// What is remembered of a provider's Tasks from round to round: the ETag of each that was taken
/// in. Used by one round at a time.
using Seen = std::unordered_map<store::DeliveryId, std::string>;

/// One round over all of a provider's open Tasks, until `stopping`. What is found is committed when
/// this resumes. All arguments outlive it.
boost::asio::awaitable<void> pollRound(const Ports* ports, Measures* measures, std::string provider,
                                       std::shared_ptr<Seen> seen,
                                       const std::atomic<bool>* stopping);

}  // namespace waymark::delivery
