// A page's cursor: where the next page begins and, for searches, the total that the first page
// counted. Opaque to those who get it; nothing is trusted that comes back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::store {

struct Cursor {
    std::int64_t change = 0;  ///< of the last row shown
    std::uint64_t total = 0;
    friend bool operator==(const Cursor&, const Cursor&) = default;
};

[[nodiscard]] std::string print(const Cursor& cursor);
/// Incorrect for anything that print() did not make.
[[nodiscard]] Result<Cursor> parseCursor(std::string_view text);

}  // namespace waymark::store
