// A stored message mapped again by the set that runs now: to compare, or, when it was set aside, to
// take it up. Nothing is lost when it fails again: it stays set aside, under its clock.
#pragma once

#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/doors/router.h"
#include "gateway/doors/services.h"
#include "gateway/ops/control.h"

namespace waymark::ops {

/// What differs between two link-worker records: where, never what.
struct Difference {
    std::string path;    ///< "person.name[0].family"
    std::string change;  ///< added, removed or changed
};
/// Two JSON texts that were written by us. At most 1,000 differences.
[[nodiscard]] Result<std::vector<Difference>> differencesOf(std::string_view before,
                                                            std::string_view after);

/// Takes up what is set aside and can be mapped now; gives how many. Logs what fails again.
boost::asio::awaitable<std::size_t> remapSetAside(doors::Services* services, Standing* standing,
                                                  std::string actor);
/// The same on a strand of its own, with nobody waiting.
void remapSetAsideLater(doors::Services& services, Standing& standing);

/// POST /admin/referrals/{id}/remap[?apply=true]: {"id", "setVersion", "mappings", "outcome",
/// "rule", "differences": [{"path", "change"}]}; outcome is same, differs, mended, would-mend or
/// set-aside. Only what is set aside is applied.
[[nodiscard]] doors::Endpoint remapEndpoint(Standing& standing);

}  // namespace waymark::ops
