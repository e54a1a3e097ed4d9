// "Did you mean": the nearest of some known names to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace waymark {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours; a
/// difference of case counts less), empty when none is near: about one edit in three letters.
[[nodiscard]] std::string_view nearest(std::string_view text,
                                       std::span<const std::string_view> candidates);

/// " (did you mean `x`?)", or nothing. Texts over 64 bytes have no neighbour.
[[nodiscard]] std::string didYouMean(std::string_view text,
                                     std::span<const std::string_view> candidates);

}  // namespace waymark
