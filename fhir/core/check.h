// Invariants that stay on in release. A broken one throws, so that one referral's bug does not take
// the others down; it is caught at the request's, the delivery's and main's edge only.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace waymark {

/// A bug of ours: never caught by business code, never shown to the outside.
class InvariantBroken : public std::logic_error {
public:
    InvariantBroken(const char* what, std::source_location where)
        : std::logic_error(what), where_(where) {}
    [[nodiscard]] const std::source_location& where() const { return where_; }

private:
    std::source_location where_;
};

/// Throws InvariantBroken when `holds` is false. `what` is a literal and says the invariant.
inline void check(bool holds, const char* what,
                  std::source_location where = std::source_location::current()) {
    if (!holds) [[unlikely]] throw InvariantBroken(what, where);
}

}  // namespace waymark
