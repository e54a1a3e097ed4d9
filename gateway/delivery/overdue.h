// A clock of a referral that ran out: what the lifecycle makes of it, in one commit with the
// deliveries that are wanted no longer.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "gateway/delivery/ports.h"

namespace waymark::delivery {

/// Gives the deliveries that ended with it. Fails with the store's failure.
boost::asio::awaitable<Result<std::vector<store::DeliveryId>>> runClock(const Ports* ports,
                                                                        store::DueClock clock);

}  // namespace waymark::delivery
