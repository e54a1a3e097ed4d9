#include "fhir/outcome/outcome.h"

#include <fmt/format.h>

#include <vector>

#include "fhir/json/writer.h"
#include "fhir/model/model.h"
#include "fhir/outcome/kinds.h"
#include "fhir/tree/builder.h"

namespace waymark::outcome {
namespace {

constexpr std::string_view kBarsCodes = "https://fhir.nhs.uk/CodeSystem/http-error-codes";

Issue plainIssue(Severity severity, IssueType type, std::string text) {
    return Issue{.severity = severity,
                 .type = type,
                 .text = std::move(text),
                 .expression = {},
                 .at = {},
                 .code = {},
                 .file = {}};
}

/// One OperationOutcome in the making; members stand in the order of the definition.
class Maker {
public:
    explicit Maker(tree::Arena& arena) : builder_(arena, model::Model::r4()) {
        root_ = builder_.root("OperationOutcome");
    }

    void add(const Issue& issue, std::string_view sentence) {
        issue_ = builder_.add(root_, "issue");
        builder_.value(issue_, "severity", code(issue.severity));
        builder_.value(issue_, "code", code(issue.type));
        details_ = builder_.add(issue_, "details");
        sentence_ = sentence;
    }
    void coding(std::string_view system, std::string_view value, std::string_view display) {
        tree::Node* const coding = builder_.add(details_, "coding");
        if (!system.empty()) builder_.value(coding, "system", system);
        builder_.value(coding, "code", value);
        if (!display.empty()) builder_.value(coding, "display", display);
    }
    /// BaRS readers look for the sentence in diagnostics, FHIR readers in details.text.
    void finish(const Issue& issue, Dialect dialect) {
        builder_.value(details_, "text", sentence_);
        std::string diagnostics;
        if (dialect == Dialect::Bars) diagnostics = sentence_;
        if (issue.at.line != 0) {
            if (!diagnostics.empty()) diagnostics += ' ';
            diagnostics += fmt::format("Line {}, column {}.", issue.at.line, issue.at.column);
        }
        if (!diagnostics.empty()) builder_.value(issue_, "diagnostics", diagnostics);
        if (!issue.expression.empty()) builder_.value(issue_, "expression", issue.expression);
    }

    [[nodiscard]] tree::Element outcome() const { return tree::view(root_); }

private:
    tree::Builder builder_;
    tree::Node* root_ = nullptr;
    tree::Node* issue_ = nullptr;
    tree::Node* details_ = nullptr;
    std::string_view sentence_;
};

/// A failure without issues still says something.
std::vector<Issue> issuesOf(const Failure& failure) {
    if (!failure.issues.empty()) return failure.issues;
    return {plainIssue(Severity::Error, defaultType(failure.kind),
                       fmt::format("{}.", title(failure.kind)))};
}

std::string_view sentence(const Issue& issue, Kind kind) {
    return issue.text.empty() ? title(kind) : std::string_view(issue.text);
}

/// "Bundle.entry[2].name" as an RFC 6901 pointer in fragment form, "#/entry/2/name": a leading type
/// name is the document itself. Pointers stay as they are.
std::string pointerOf(std::string_view expression) {
    if (expression.empty() || expression.front() == '#') return std::string(expression);
    if (expression.front() == '/') return fmt::format("#{}", expression);
    if (expression.front() >= 'A' && expression.front() <= 'Z') {
        const std::size_t dot = expression.find('.');
        if (dot == std::string_view::npos) return "#";
        expression.remove_prefix(dot + 1);
    }
    std::string pointer = "#/";
    for (const char c : expression) {
        if (c == '.' || c == '[')
            pointer += '/';
        else if (c != ']' && c != '`')
            pointer += c;
    }
    return pointer;
}

}  // namespace

tree::Element operationOutcome(const Failure& failure, tree::Arena& arena, Dialect dialect) {
    Maker maker(arena);
    for (const Issue& issue : issuesOf(failure)) {
        maker.add(issue, sentence(issue, failure.kind));
        if (dialect == Dialect::Bars) {
            const std::string_view own(issue.code);
            const std::string_view bars = own.starts_with("REC_") ? own : barsCode(failure.kind);
            maker.coding(kBarsCodes, bars, fmt::format("{} - {}", httpStatus(failure.kind), bars));
        } else if (!issue.code.empty()) {
            maker.coding({}, issue.code, {});
        }
        maker.finish(issue, dialect);
    }
    return maker.outcome();
}

tree::Element operationOutcome(std::span<const Issue> issues, tree::Arena& arena) {
    Maker maker(arena);
    for (const Issue& issue : issues) {
        maker.add(issue, issue.text);
        if (!issue.code.empty()) maker.coding({}, issue.code, {});
        maker.finish(issue, Dialect::Fhir);
    }
    if (issues.empty()) {
        const Issue fine =
            plainIssue(Severity::Information, IssueType::Informational, "No faults were found.");
        maker.add(fine, fine.text);
        maker.finish(fine, Dialect::Fhir);
    }
    return maker.outcome();
}

std::string problemJson(const Failure& failure) {
    std::string out;
    json::Writer writer(out);
    const std::vector<Issue> issues = issuesOf(failure);
    writer.beginObject();
    writer.member("type", "about:blank");
    writer.member("title", title(failure.kind));
    writer.member("status", httpStatus(failure.kind));
    writer.member("detail", sentence(issues.front(), failure.kind));
    writer.key("errors").beginArray();
    for (const Issue& issue : issues) {
        writer.beginObject();
        writer.member("detail", sentence(issue, failure.kind));
        writer.memberUnlessEmpty("pointer", pointerOf(issue.expression));
        writer.memberUnlessEmpty("code", issue.code);
        writer.endObject();
    }
    writer.endArray();
    writer.endObject();
    return out;
}

}  // namespace waymark::outcome
