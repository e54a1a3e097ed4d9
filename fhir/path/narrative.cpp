#include "fhir/path/narrative.h"

#include <algorithm>
#include <array>

namespace waymark::path {
namespace {

// Both sorted, for the search.
constexpr std::string_view kElements[] = {
    "a",     "abbr",   "acronym", "address",  "b",     "big",   "blockquote", "br",    "caption",
    "cite",  "code",   "col",     "colgroup", "dd",    "dfn",   "div",        "dl",    "dt",
    "em",    "h1",     "h2",      "h3",       "h4",    "h5",    "h6",         "hr",    "i",
    "img",   "kbd",    "li",      "ol",       "p",     "pre",   "q",          "samp",  "small",
    "span",  "strong", "sub",     "sup",      "table", "tbody", "td",         "tfoot", "th",
    "thead", "tr",     "tt",      "ul",       "var",
};
constexpr std::string_view kAttributes[] = {
    "abbr",    "accesskey", "align", "axis",   "bgcolor", "border",   "cellpadding", "cellspacing",
    "char",    "charoff",   "class", "color",  "colspan", "dir",      "headers",     "height",
    "id",      "idref",     "lang",  "nowrap", "rowspan", "scope",    "span",        "style",
    "summary", "tabindex",  "title", "valign", "width",   "xml:lang", "xml:space",
};
/// Attributes of one element only.
constexpr std::array<std::string_view, 2> kOwn[] = {
    {"a", "href"},          {"a", "name"},    {"a", "hreflang"}, {"a", "rel"},
    {"a", "type"},          {"a", "charset"}, {"a", "rev"},      {"a", "shape"},
    {"a", "coords"},        {"img", "src"},   {"img", "alt"},    {"img", "longdesc"},
    {"blockquote", "cite"}, {"q", "cite"},    {"div", "xmlns"},  {"li", "value"},
    {"ol", "start"},        {"ol", "type"},   {"ul", "type"},    {"table", "frame"},
    {"table", "rules"},     {"pre", "space"},
};

constexpr std::string_view kNamespace = "http://www.w3.org/1999/xhtml";

bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
           c == '-' || c == '_' || c == '.';
}

class Scanner {
public:
    explicit Scanner(std::string_view text, ForbiddenMarkup* forbidden = nullptr)
        : text_(text), forbidden_(forbidden) {}

    NarrativeFault run() {
        skipBlanks();
        while (fault_ == NarrativeFault::None && at_ < text_.size()) {
            if (text_[at_] == '<') {
                markup();
            } else {
                characters();
            }
        }
        if (fault_ != NarrativeFault::None) return fault_;
        if (counted_ != NarrativeFault::None) return counted_;
        if (depth_ > 0 || !begun_) return NarrativeFault::Malformed;
        return hasContent_ ? NarrativeFault::None : NarrativeFault::Empty;
    }

private:
    void fail(NarrativeFault fault) {
        if (fault_ == NarrativeFault::None) fault_ = fault;
    }
    /// The first ends the scan, unless all are counted.
    void forbid(NarrativeFault fault) {
        if (!forbidden_) return fail(fault);
        if (counted_ == NarrativeFault::None) counted_ = fault;
        ++(fault == NarrativeFault::ForbiddenElement ? forbidden_->elements
                                                     : forbidden_->attributes);
    }
    void skipBlanks() {
        while (at_ < text_.size() && isBlank(text_[at_])) ++at_;
    }
    std::string_view name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && isNameChar(text_[at_])) ++at_;
        return text_.substr(begin, at_ - begin);
    }
    bool take(std::string_view expected) {
        if (!text_.substr(at_).starts_with(expected)) return false;
        at_ += expected.size();
        return true;
    }

    void characters() {
        const char c = text_[at_];
        if (depth_ == 0 && !isBlank(c)) return fail(NarrativeFault::Malformed);
        if (c == '&') return entity();
        if (!isBlank(c)) hasContent_ = true;
        ++at_;
    }

    void entity() {
        const std::size_t end = text_.substr(at_, 40).find(';');
        if (end == std::string_view::npos || end < 2) return fail(NarrativeFault::Malformed);
        hasContent_ = true;
        at_ += end + 1;
    }

    void markup() {
        if (take("<!--")) {
            const std::size_t end = text_.find("-->", at_);
            if (end == std::string_view::npos) return fail(NarrativeFault::Malformed);
            at_ = end + 3;
        } else if (take("</")) {
            closing();
        } else if (take("<!") || take("<?")) {
            fail(NarrativeFault::Malformed);
        } else {
            ++at_;
            opening();
        }
    }

    void closing() {
        const std::string_view closed = name();
        skipBlanks();
        if (!take(">") || depth_ == 0 || open_[depth_ - 1] != closed) {
            return fail(NarrativeFault::Malformed);
        }
        --depth_;
    }

    void opening() {
        const std::string_view element = name();
        if (element.empty() || (depth_ == 0 && begun_)) return fail(NarrativeFault::Malformed);
        if (!begun_ && element != "div") return fail(NarrativeFault::NotADiv);
        if (!std::ranges::binary_search(kElements, element)) {
            forbid(NarrativeFault::ForbiddenElement);
            if (fault_ != NarrativeFault::None) return;
        }
        if (element == "img") hasContent_ = true;
        bool hasNamespace = false;
        for (;;) {
            const std::size_t before = at_;
            skipBlanks();
            if (take("/>")) break;
            if (take(">")) {
                if (depth_ == open_.size()) return fail(NarrativeFault::Malformed);
                open_[depth_++] = element;
                break;
            }
            if (at_ == before || !attribute(element, hasNamespace)) {
                return fail(NarrativeFault::Malformed);
            }
        }
        if (!begun_ && !hasNamespace) return fail(NarrativeFault::NotADiv);
        begun_ = true;
    }

    /// False when it is malformed.
    bool attribute(std::string_view element, bool& hasNamespace) {
        const std::string_view attribute = name();
        skipBlanks();
        if (attribute.empty() || !take("=")) return false;
        skipBlanks();
        if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\'')) return false;
        const std::size_t end = text_.find(text_[at_], at_ + 1);
        if (end == std::string_view::npos) return false;
        const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        if (value.find('<') != std::string_view::npos) return false;
        if (attribute == "xmlns") {
            if (value != kNamespace) fail(NarrativeFault::NotADiv);
            hasNamespace = true;
            return true;
        }
        const bool isOwn = std::ranges::any_of(
            kOwn, [&](const auto& own) { return own[0] == element && own[1] == attribute; });
        if (!isOwn && !std::ranges::binary_search(kAttributes, attribute)) {
            forbid(NarrativeFault::ForbiddenAttribute);
        }
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::array<std::string_view, 64> open_;
    std::size_t depth_ = 0;
    bool begun_ = false;
    bool hasContent_ = false;
    NarrativeFault fault_ = NarrativeFault::None;
    ForbiddenMarkup* forbidden_;
    NarrativeFault counted_ = NarrativeFault::None;
};

static_assert(std::ranges::is_sorted(kElements));
static_assert(std::ranges::is_sorted(kAttributes));

}  // namespace

NarrativeFault checkNarrative(std::string_view xhtml) {
    return Scanner(xhtml).run();
}

NarrativeFault checkNarrative(std::string_view xhtml, ForbiddenMarkup& forbidden) {
    return Scanner(xhtml, &forbidden).run();
}

}  // namespace waymark::path
