#include <algorithm>
#include <array>

#include "fhir/path/analyser.h"

namespace waymark::path {
namespace {

constexpr std::size_t kLongest = 48;

char folded(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Levenshtein's distance, letters of either case the same.
std::size_t distanceBetween(std::string_view a, std::string_view b) {
    std::array<std::size_t, kLongest + 1> row{};
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            const std::size_t change = diagonal + (folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, change});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

void NearestName::consider(std::string_view candidate) {
    if (candidate.size() > kLongest || wanted_.size() > kLongest) return;
    const std::size_t longer = std::max(candidate.size(), wanted_.size());
    const std::size_t shorter = std::min(candidate.size(), wanted_.size());
    if (longer - shorter >= distance_) return;
    const std::size_t distance = distanceBetween(wanted_, candidate);
    if (distance >= distance_ || distance * 2 > longer) return;
    distance_ = distance;
    best_ = candidate;
}

std::string NearestName::hint() const {
    if (best_.empty()) return {};
    return std::string("; did you mean '").append(best_).append("'?");
}

}  // namespace waymark::path
