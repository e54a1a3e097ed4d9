#include "config/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "fhir/core/nearest.h"

namespace waymark::config {

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string_view near = nearest(word, candidates);
    return near.empty() ? std::string() : fmt::format(" Did you mean \"{}\"?", near);
}

std::string print(const Place& place) {
    return fmt::format("{}:{}:{}", place.file, place.at.line, place.at.column);
}

void Faults::add(const Place& place, std::string text) {
    Issue issue;
    issue.type = IssueType::Invalid;
    issue.text = std::move(text);
    issue.at = place.at;
    issue.file = place.file;
    issues_.push_back(std::move(issue));
}

Failure Faults::failure() && {
    std::ranges::stable_sort(issues_, std::less<>(), [](const Issue& issue) {
        return std::tuple(std::string_view(issue.file), issue.at.line, issue.at.column);
    });
    return Failure(Kind::Incorrect, std::move(issues_));
}

}  // namespace waymark::config
