#include "fhir/core/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace waymark {
namespace {

constexpr std::size_t kLongest = 64;
constexpr unsigned kEdit = 2;  // a change of case costs half an edit

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

unsigned replacing(char from, char to) {
    if (from == to) return 0;
    return lower(from) == lower(to) ? kEdit / 2 : kEdit;
}

/// Optimal string alignment, three rows at a time.
unsigned distance(std::string_view from, std::string_view to) {
    using Row = std::array<unsigned, kLongest + 1>;
    Row before{};
    Row above{};
    Row row{};
    for (std::size_t j = 0; j <= to.size(); ++j) above[j] = static_cast<unsigned>(j) * kEdit;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = static_cast<unsigned>(i) * kEdit;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            row[j] = std::min({above[j] + kEdit, row[j - 1] + kEdit,
                               above[j - 1] + replacing(from[i - 1], to[j - 1])});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + kEdit);
            }
        }
        before = above;
        above = row;
    }
    return above[to.size()];
}

}  // namespace

std::string_view nearest(std::string_view text, std::span<const std::string_view> candidates) {
    if (text.empty() || text.size() > kLongest) return {};
    std::string_view best;
    unsigned bestDistance =
        std::max<unsigned>(kEdit, static_cast<unsigned>(text.size()) * kEdit / 3) + 1;
    for (const std::string_view candidate : candidates) {
        if (candidate.empty() || candidate.size() > kLongest) continue;
        const unsigned here = distance(text, candidate);
        if (here < bestDistance) {
            bestDistance = here;
            best = candidate;
        }
    }
    return best;
}

std::string didYouMean(std::string_view text, std::span<const std::string_view> candidates) {
    const std::string_view found = nearest(text, candidates);
    if (found.empty()) return {};
    std::string sentence = " (did you mean `";
    sentence += found;
    sentence += "`?)";
    return sentence;
}

}  // namespace waymark
