#include "fhir/tree/json_reader.h"

#include <fmt/format.h>

#include "fhir/core/check.h"
#include "fhir/tree/json_handler.h"
#include "fhir/tree/position.h"

namespace waymark::tree {
namespace {

Issue issueAt(IssueType type, std::string text, Position at) {
    return Issue{.severity = Severity::Fatal,
                 .type = type,
                 .text = std::move(text),
                 .expression = {},
                 .at = at,
                 .code = {},
                 .file = {}};
}

Result<Document> refused(Kind kind, Issue issue) {
    std::vector<Issue> issues;
    issues.push_back(std::move(issue));
    return std::unexpected(Failure(kind, std::move(issues)));
}

}  // namespace

Position Document::positionOf(Element element) const {
    const std::uint32_t offset = element.node()->offset;
    if (offset == 0 || offset > body.size()) return {};
    return positionIn(body, offset - 1);
}

Result<Document> readJson(std::string_view body, const model::Model& model, Arena& arena,
                          const ReadOptions& options) {
    check(options.limits.bodyBytes <= kLargestBody && options.limits.depth <= kDeepestBody,
          "limits of a body are within what a reader can hold");
    if (body.size() > options.limits.bodyBytes) {
        return refused(Kind::TooLarge, issueAt(IssueType::TooLong,
                                               fmt::format("The body has {} bytes; {} are allowed.",
                                                           body.size(), options.limits.bodyBytes),
                                               {}));
    }
    JsonHandler handler(body, model, arena, options);
    const json::SaxEnd end = parse(body, handler);
    if (end.kind == json::SaxEnd::Kind::Syntax) {
        handler.refuseText(end.offset, end.what);
    }
    if (!handler.issues().empty()) {
        const bool goesOn = options.faults && !handler.issues().stopped() && handler.root() &&
                            !model.type(handler.root()->type).isAbstract;
        if (!goesOn) return std::unexpected(Failure(Kind::Incorrect, handler.issues().take()));
        *options.faults = handler.issues().take();
    }
    check(handler.root() != nullptr, "a body that was read has a root");
    return Document{Element(handler.root()), body, &model};
}

}  // namespace waymark::tree
