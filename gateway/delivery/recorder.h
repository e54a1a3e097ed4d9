// Writes the results of attempts into the journal: what the lifecycle makes of them, and the state
// of the delivery, in one commit.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "gateway/delivery/ports.h"
#include "gateway/delivery/scheduler.h"

namespace waymark::delivery {

/// One try; fails with the store's failure. What the lifecycle will not have is logged, and the
/// delivery's own state is written all the same: the referral's clock closes the loop then.
boost::asio::awaitable<Result<void>> record(const Ports* ports,
                                            std::shared_ptr<const store::Delivery> row,
                                            Record what);

/// Only the delivery's own state, for a result that met a bug of ours on its way.
boost::asio::awaitable<Result<void>> recordAlone(const Ports* ports,
                                                 std::shared_ptr<const store::Delivery> row,
                                                 Record what);

/// Why it was given up, for the practice: a sentence without addresses and names.
[[nodiscard]] std::string sentenceFor(const Record& what, std::string_view lastProblem);

}  // namespace waymark::delivery
