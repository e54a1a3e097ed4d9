#include "fhir/tree/issue_list.h"

#include <fmt/format.h>

#include "fhir/tree/position.h"

namespace waymark::tree {

bool IssueList::add(std::size_t offset, IssueType type, std::string expression, std::string text) {
    if (stopped_) return false;
    issues_.push_back(Issue{.type = type,
                            .text = std::move(text),
                            .expression = std::move(expression),
                            .at = positionIn(body_, offset),
                            .code = {},
                            .file = {}});
    if (issues_.size() < limit_) return true;
    stopped_ = true;
    issues_.push_back(
        Issue{.severity = Severity::Fatal,
              .type = IssueType::TooCostly,
              .text = fmt::format("Reading stopped after {} faults; there may be more.", limit_),
              .expression = {},
              .at = {},
              .code = {},
              .file = {}});
    return false;
}

bool IssueList::stop(std::size_t offset, IssueType type, std::string expression, std::string text) {
    if (stopped_) return false;
    stopped_ = true;
    issues_.push_back(Issue{.severity = Severity::Fatal,
                            .type = type,
                            .text = std::move(text),
                            .expression = std::move(expression),
                            .at = positionIn(body_, offset),
                            .code = {},
                            .file = {}});
    return false;
}

}  // namespace waymark::tree
