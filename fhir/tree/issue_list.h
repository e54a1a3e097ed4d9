// The issues of one body, each with line and column, up to a limit. Private to the readers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::tree {

class IssueList {
public:
    IssueList(std::string_view body, std::uint32_t limit) : body_(body), limit_(limit) {}

    /// Says whether reading goes on: at the limit one more issue says that it does not.
    bool add(std::size_t offset, IssueType type, std::string expression, std::string text);
    /// The last issue: reading ends here. Always false.
    bool stop(std::size_t offset, IssueType type, std::string expression, std::string text);

    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] bool empty() const { return issues_.empty(); }
    [[nodiscard]] std::vector<Issue> take() { return std::move(issues_); }

private:
    std::string_view body_;
    std::uint32_t limit_;
    bool stopped_ = false;
    std::vector<Issue> issues_;
};

}  // namespace waymark::tree
