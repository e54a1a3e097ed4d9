#include "fhir/tree/xml_reader.h"

#include <expat.h>
#include <fmt/format.h>

#include <memory>

#include "fhir/core/check.h"
#include "fhir/tree/xml_handler.h"

namespace waymark::tree {
namespace {

/// Expat's calls, passed on. A handler that stops is not called again.
struct Run {
    XML_Parser parser;
    XmlHandler* handler;
    bool stopped = false;

    [[nodiscard]] std::size_t offset() const {
        const XML_Index at = XML_GetCurrentByteIndex(parser);
        return at < 0 ? 0 : static_cast<std::size_t>(at);
    }
    [[nodiscard]] std::size_t after() const {
        return offset() + static_cast<std::size_t>(XML_GetCurrentByteCount(parser));
    }
    void goOn(bool yes) {
        if (yes) return;
        stopped = true;
        XML_StopParser(parser, XML_FALSE);
    }
};

void onStart(void* data, const char* name, const char** attributes) {
    auto* const run = static_cast<Run*>(data);
    if (!run->stopped) run->goOn(run->handler->start(name, attributes, run->offset()));
}

void onEnd(void* data, const char* name) {
    auto* const run = static_cast<Run*>(data);
    if (!run->stopped) run->goOn(run->handler->end(name, run->offset(), run->after()));
}

void onText(void* data, const char* text, int length) {
    auto* const run = static_cast<Run*>(data);
    if (run->stopped) return;
    run->goOn(run->handler->text({text, static_cast<std::size_t>(length)}, run->offset()));
}

void onDoctype(void* data, const char*, const char*, const char*, int) {
    auto* const run = static_cast<Run*>(data);
    run->goOn(run->handler->refuseText(run->offset(),
                                       "A document type declaration is not allowed; remove it."));
}

Issue fatal(IssueType type, std::string text) {
    return Issue{.severity = Severity::Fatal,
                 .type = type,
                 .text = std::move(text),
                 .expression = {},
                 .at = {},
                 .code = {},
                 .file = {}};
}

}  // namespace

Result<Document> readXml(std::string_view body, const model::Model& model, Arena& arena,
                         const ReadOptions& options) {
    check(options.limits.bodyBytes <= kLargestBody && options.limits.depth <= kDeepestBody,
          "limits of a body are within what a reader can hold");
    if (body.size() > options.limits.bodyBytes) {
        std::vector<Issue> issues;
        issues.push_back(
            fatal(IssueType::TooLong, fmt::format("The body has {} bytes; {} are allowed.",
                                                  body.size(), options.limits.bodyBytes)));
        return std::unexpected(Failure(Kind::TooLarge, std::move(issues)));
    }
    const auto free = [](XML_Parser parser) { XML_ParserFree(parser); };
    const std::unique_ptr<XML_ParserStruct, decltype(free)> parser(
        XML_ParserCreateNS("UTF-8", XmlName::kSeparator), free);
    check(parser != nullptr, "expat gives a parser");
    XmlHandler handler(body, model, arena, options);
    Run run{parser.get(), &handler};
    XML_SetUserData(parser.get(), &run);
    XML_SetElementHandler(parser.get(), onStart, onEnd);
    XML_SetCharacterDataHandler(parser.get(), onText);
    XML_SetStartDoctypeDeclHandler(parser.get(), onDoctype);
    const auto status = XML_Parse(parser.get(), body.data(), static_cast<int>(body.size()), 1);
    if (status != XML_STATUS_OK && !run.stopped) {
        handler.refuseText(run.offset(),
                           fmt::format("This is not well-formed XML here: {}.",
                                       XML_ErrorString(XML_GetErrorCode(parser.get()))));
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
