// What both implementations of the port decide alike: whether a commit is well formed, what follows
// from its events, who may see a referral, and what a search asks for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/core/result.h"
#include "gateway/store/store.h"

namespace waymark::store {

/// The port's rules that need no look at what is stored. Fault when one is broken.
[[nodiscard]] Result<void> wellFormed(const Commit& commit);

/// Applies the events. Fault when one of them cannot follow; `state` is then undefined.
[[nodiscard]] Result<void> applyEvents(referral::State& state,
                                       std::span<const referral::Event> events);

/// Whether events change what others see (referral::isShown).
[[nodiscard]] bool showsChange(std::span<const referral::Event> events);

/// One of the viewer's organisations owns it, or the viewer's client sent it.
[[nodiscard]] bool sees(const Viewer& viewer, std::string_view organisation,
                        std::string_view client);

/// What a search compares, of one referral.
struct Searched {
    std::string_view organisation;
    std::string_view client;
    referral::Status status = referral::Status::Requested;
    Instant updated{};
    std::string_view authored;  ///< by inUtc()
};

/// The viewer's right and the filters on status and times; not those on ids, numbers and names.
[[nodiscard]] bool matches(const SearchQuery& query, const Searched& row);

/// The number of rows on a page: what was asked for, at most this many.
constexpr std::uint32_t kPageRowsMax = 1000;

}  // namespace waymark::store
