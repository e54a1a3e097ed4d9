#include "fhir/map/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace waymark::map {
namespace {

bool isWarning(Code code) {
    return std::to_underlying(code) >= 400;
}

/// Faults that a map may have and run all the same, as long as no rule comes to them.
bool mayNeverHappen(Code code) {
    switch (code) {
        case Code::UnknownStructure:
        case Code::UnknownType:
        case Code::UnknownImport:
        case Code::UnknownGroup:
        case Code::UnknownSourceElement:
        case Code::UnknownTargetElement:
        case Code::WrongType:
        case Code::NotInValueSet:
        case Code::MissingCodes:
        case Code::WrittenTwice:
        case Code::TypeNeeded:
        case Code::UnknownConceptMap:
        case Code::WrongArgument:
        case Code::NoDefaultGroup:
        case Code::ImpossibleType:
        case Code::BadExpression:
            return true;
        default:
            return false;
    }
}

IssueType issueType(Code code) {
    const unsigned number = std::to_underlying(code);
    if (number < 200) return IssueType::Structure;
    switch (code) {
        case Code::UnknownStructure:
        case Code::UnknownType:
        case Code::UnknownImport:
        case Code::UnknownGroup:
        case Code::UnknownVariable:
        case Code::UnknownSourceElement:
        case Code::UnknownTargetElement:
        case Code::UnknownTransform:
        case Code::UnknownConceptMap:
            return IssueType::NotFound;
        case Code::DuplicateMap:
        case Code::DuplicateGroup:
        case Code::DuplicateAlias:
        case Code::DuplicateConstant:
        case Code::DuplicateDefaultGroup:
            return IssueType::Duplicate;
        default:
            return isWarning(code) ? IssueType::Informational : IssueType::Invalid;
    }
}

bool isLint(const Issue& issue) {
    return issue.code.starts_with("FML-W");
}

bool isWordByte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_';
}

}  // namespace

std::string codeText(Code code) {
    return fmt::format("FML-{}{:04}", isWarning(code) ? 'W' : 'E', std::to_underlying(code));
}

std::string excerpt(std::string_view text, Position at) {
    if (at.line == 0 || at.column == 0) return {};
    for (std::uint32_t line = 1; line < at.line; ++line) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t begin = at.column - 1;
    if (begin > line.size()) return {};
    std::size_t end = begin;
    while (end < line.size() && isWordByte(line[end])) ++end;
    std::string under;
    for (const char byte : line.substr(0, begin)) under += byte == '\t' ? '\t' : ' ';
    under += '^';
    if (end > begin + 1) under.append(end - begin - 1, '~');
    return fmt::format("{}\n{}\n", line, under);
}

void Diagnostics::add(Code code, std::string_view file, Position at, std::string text,
                      std::string_view rulePath) {
    const bool warning = isWarning(code) || (lenient_ && mayNeverHappen(code));
    if (!warning) ++errors_;
    if (issues_.size() >= kMaxIssues) return;
    issues_.push_back(Issue{.severity = warning ? Severity::Warning : Severity::Error,
                            .type = issueType(code),
                            .text = std::move(text),
                            .expression = std::string(rulePath),
                            .at = at,
                            .code = codeText(code),
                            .file = std::string(file)});
}

std::vector<Issue> Diagnostics::take() {
    std::ranges::stable_sort(issues_, [](const Issue& a, const Issue& b) {
        return std::tie(a.file, a.at.line, a.at.column) < std::tie(b.file, b.at.line, b.at.column);
    });
    // The same fault may be found in several instances of one untyped group.
    const auto again = std::ranges::unique(issues_, [](const Issue& a, const Issue& b) {
        return a.file == b.file && a.at == b.at && a.code == b.code && a.text == b.text;
    });
    issues_.erase(again.begin(), again.end());
    // What is wrong with a rule comes first; its habits only when it is right.
    std::set<std::pair<std::string, std::string>> faulty;
    for (const Issue& issue : issues_)
        if (!isLint(issue)) faulty.emplace(issue.file, issue.expression);
    std::erase_if(issues_, [&](const Issue& issue) {
        return isLint(issue) && faulty.contains({issue.file, issue.expression});
    });
    errors_ = 0;
    return std::exchange(issues_, {});
}

}  // namespace waymark::map
