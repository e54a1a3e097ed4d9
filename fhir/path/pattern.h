// Regular expressions in linear time (RE2): partial matches, `.` matches line ends, letters are
// Unicode's. A pattern that stands in the text as a literal is compiled with the expression.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/path/items.h"

namespace re2 {
class RE2;
}

namespace waymark::path {

class Pattern {
public:
    /// Fails with what RE2 has against it (look-around and back references do not exist there).
    static Result<std::shared_ptr<const Pattern>> compile(std::string_view text);
    ~Pattern();
    Pattern(const Pattern&) = delete;
    Pattern& operator=(const Pattern&) = delete;

    /// Somewhere in the text.
    [[nodiscard]] bool matches(std::string_view text) const;
    /// The whole text.
    [[nodiscard]] bool matchesFull(std::string_view text) const;
    /// Every match replaced; $1, ${1} and ${name} stand for groups, $$ for a dollar. An empty
    /// pattern replaces nothing. None when the result is longer than `mostBytes`.
    [[nodiscard]] std::optional<std::string_view> replace(std::string_view text,
                                                          std::string_view substitution,
                                                          tree::Arena& arena,
                                                          std::size_t mostBytes) const;

private:
    explicit Pattern(std::unique_ptr<re2::RE2> expression);
    std::unique_ptr<re2::RE2> expression_;
};

}  // namespace waymark::path
