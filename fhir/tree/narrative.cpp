#include "fhir/tree/narrative.h"

#include <expat.h>

#include <algorithm>
#include <memory>

#include "fhir/tree/xml_handler.h"
#include "fhir/tree/xml_text.h"

namespace waymark::tree {
namespace {

constexpr std::string_view kXml = "http://www.w3.org/XML/1998/namespace";

/// The start tag at the head of `markup`, up to its `>`.
std::string_view startTag(std::string_view markup) {
    char quote = '\0';
    for (std::size_t i = 0; i < markup.size(); ++i) {
        const char c = markup[i];
        if (quote != '\0') {
            if (c == quote) quote = '\0';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return markup.substr(0, i);
        }
    }
    return markup;
}

bool declaresXhtml(std::string_view tag) {
    const std::size_t at = tag.find(kXhtmlNamespace);
    if (at == std::string_view::npos || at == 0) return false;
    std::string_view before = tag.substr(0, at - 1);
    while (before.ends_with(' ') || before.ends_with('\n')) before.remove_suffix(1);
    if (!before.ends_with('=')) return false;
    before.remove_suffix(1);
    while (before.ends_with(' ') || before.ends_with('\n')) before.remove_suffix(1);
    return before.ends_with("xmlns");
}

}  // namespace

void NarrativeBuilder::closeTag() {
    if (tagIsOpen_) markup_ += '>';
    tagIsOpen_ = false;
}

bool NarrativeBuilder::start(std::string_view local, const char** attributes,
                             std::string_view markup) {
    const std::string_view tag = startTag(markup);
    if (!tag.substr(std::min<std::size_t>(1, tag.size())).starts_with(local)) standsAlone_ = false;
    if (first_ && !declaresXhtml(tag)) standsAlone_ = false;
    closeTag();
    markup_ += '<';
    markup_ += local;
    if (first_) {
        markup_ += " xmlns=\"";
        markup_ += kXhtmlNamespace;
        markup_ += '"';
    }
    first_ = false;
    for (; *attributes; attributes += 2) {
        const XmlName name(attributes[0]);
        if (!name.space.empty() && name.space != kXml) return false;
        markup_ += name.space.empty() ? " " : " xml:";
        markup_ += name.local;
        markup_ += "=\"";
        appendAttribute(markup_, attributes[1]);
        markup_ += '"';
    }
    tagIsOpen_ = true;
    return true;
}

void NarrativeBuilder::text(std::string_view text) {
    closeTag();
    appendXmlText(markup_, text);
}

void NarrativeBuilder::end(std::string_view local) {
    if (tagIsOpen_) {
        markup_ += "/>";
        tagIsOpen_ = false;
        return;
    }
    markup_ += "</";
    markup_ += local;
    markup_ += '>';
}

std::string withPlainLineEnds(std::string_view markup) {
    std::string plain;
    plain.reserve(markup.size());
    for (std::size_t i = 0; i < markup.size(); ++i) {
        if (markup[i] != '\r') {
            plain += markup[i];
        } else if (i + 1 == markup.size() || markup[i + 1] != '\n') {
            plain += '\n';
        }
    }
    return plain;
}

bool isDiv(std::string_view text) {
    struct State {
        XML_Parser parser;
        bool first = true;
        bool fits = true;
    };
    const auto free = [](XML_Parser parser) { XML_ParserFree(parser); };
    const std::unique_ptr<XML_ParserStruct, decltype(free)> parser(
        XML_ParserCreateNS("UTF-8", XmlName::kSeparator), free);
    State state{parser.get()};
    XML_SetUserData(parser.get(), &state);
    XML_SetStartElementHandler(parser.get(), [](void* data, const char* name, const char**) {
        auto* const at = static_cast<State*>(data);
        const XmlName parts(name);
        at->fits =
            at->fits && parts.space == kXhtmlNamespace && (!at->first || parts.local == "div");
        at->first = false;
    });
    XML_SetStartDoctypeDeclHandler(parser.get(),
                                   [](void* data, const char*, const char*, const char*, int) {
                                       auto* const at = static_cast<State*>(data);
                                       at->fits = false;
                                       XML_StopParser(at->parser, XML_FALSE);
                                   });
    // The text is embedded in a document, where no XML declaration may stand.
    if (!text.starts_with('<') || text.starts_with("<?") || text.size() > 0x3FFF'FFFF) return false;
    return XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), 1) ==
               XML_STATUS_OK &&
           state.fits;
}

}  // namespace waymark::tree
