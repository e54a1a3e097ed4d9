// The invariants that HL7 published wrongly in R4 (4.0.1), each with the reason and what is done
// instead. The documentation is the table itself: a rule that is not in it is asked as published.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace waymark::structure {

enum class Instead : std::uint8_t {
    Skip,        ///< cannot be asked, or says nothing
    Replace,     ///< `expression` is asked
    EmptyHolds,  ///< asked as published; an empty answer is no violation
    Native,      ///< what the text means is checked by code of this room
};

struct KnownWrong {
    std::string_view owner;  ///< type that defines it
    std::string_view key;
    Instead instead;
    std::string_view reason;
    std::string_view expression = {};
};

[[nodiscard]] std::span<const KnownWrong> knownWrong();
/// nullptr when the invariant is asked as published.
[[nodiscard]] const KnownWrong* knownWrong(std::string_view owner, std::string_view key);

}  // namespace waymark::structure
