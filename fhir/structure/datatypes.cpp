// Rules on datatypes that are asked often, in C++, and those that the text of FHIR states and no
// invariant does (absolute systems, urn:uuid: and urn:oid:, years that cannot be meant).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fhir/model/r4_ids.h"
#include "fhir/model/temporal.h"
#include "fhir/model/ucum.h"
#include "fhir/path/narrative.h"
#include "fhir/structure/native.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isAbsolute(std::string_view uri) {
    const std::size_t colon = uri.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    return std::ranges::all_of(uri.substr(0, colon), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '+' ||
               c == '-' || c == '.';
    });
}

bool isOid(std::string_view text) {
    if (text.size() < 3 || text.front() < '0' || text.front() > '2' || text[1] != '.') return false;
    std::size_t begin = 2;
    while (begin <= text.size()) {
        const std::size_t dot = std::min(text.find('.', begin), text.size());
        const std::string_view arc = text.substr(begin, dot - begin);
        if (arc.empty() || !std::ranges::all_of(arc, isDigit)) return false;
        if (arc.size() > 1 && arc.front() == '0') return false;
        begin = dot + 1;
    }
    return true;
}

constexpr std::array<bool, 256> kHex = [] {
    std::array<bool, 256> table{};
    for (const unsigned char c : std::string_view("0123456789abcdefABCDEF")) table[c] = true;
    return table;
}();

/// Without a branch per character: most messages have one in every entry.
bool isUuid(std::string_view text) {
    if (text.size() != 36) return false;
    const bool dashed = text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
    unsigned digits = 0;
    for (const char c : text) digits += kHex[static_cast<unsigned char>(c)] ? 1U : 0U;
    return dashed && digits == 32;
}

void checkSystem(tree::Element holder, Run& run) {
    const tree::Element system = holder.child(name::system);
    if (!system || !system.hasValue() || isAbsolute(system.text())) return;
    run.error(system, IssueType::CodeInvalid, "system-absolute",
              "A system must be an absolute URI; a local name means nothing to others.");
}

}  // namespace

void checkExtension(tree::Element extension, Run& run) {
    bool nested = false;
    bool value = false;
    for (const tree::Element child : extension.children()) {
        nested = nested || child.name() == name::extension;
        value = value || child.name() == name::value;
    }
    if (nested == value) run.violated(extension, type::Extension, "ext-1");
    if (extension.name() == name::modifierExtension && !run.hasProfiles()) {
        run.unknownModifier(extension);
    }
    const std::string_view url = childText(extension, name::url);
    if (!url.empty() && !isAbsolute(url)) {
        // Inside a complex extension the parts have plain names.
        const tree::Element parent = extension.parent();
        if (parent && parent.type() == type::Extension) return;
        run.error(extension, IssueType::Invalid, "extension-url",
                  "An extension's url must be an absolute URI.");
    }
}

namespace {

/// One finding for each, as many as anybody mends one after the other.
void forbiddenMarkup(tree::Element div, const path::ForbiddenMarkup& found, Run& run) {
    constexpr unsigned kToldMax = 10;
    for (unsigned i = 0; i < std::min(found.elements, kToldMax); ++i) {
        run.error(div, IssueType::Invalid, "narrative-element",
                  "An HTML element stands here that a narrative may not have (scripts, forms, "
                  "frames, objects); leave it out.");
    }
    for (unsigned i = 0; i < std::min(found.attributes, kToldMax); ++i) {
        run.error(div, IssueType::Invalid, "narrative-attribute",
                  "An HTML attribute stands here that a narrative may not have (events, unknown "
                  "names); leave it out.");
    }
}

}  // namespace

void checkNarrative(tree::Element narrative, Run& run) {
    const tree::Element div = narrative.child(name::div);
    if (!div || !div.hasValue()) return;
    path::ForbiddenMarkup forbidden;
    switch (path::checkNarrative(div.text(), forbidden)) {
        case path::NarrativeFault::None:
        case path::NarrativeFault::Malformed:  // The reader has said so.
        case path::NarrativeFault::NotADiv:
            return;
        case path::NarrativeFault::ForbiddenElement:
        case path::NarrativeFault::ForbiddenAttribute:
            run.violated(div, type::Narrative, "txt-1");
            return forbiddenMarkup(div, forbidden, run);
        case path::NarrativeFault::Empty:
            return run.violated(div, type::Narrative, "txt-2");
    }
}

void checkIdentifier(tree::Element identifier, Run& run) {
    checkSystem(identifier, run);
    const tree::Element value = identifier.child(name::value);
    if (!value || !value.hasValue()) return;
    if (childText(identifier, name::system) == "urn:ietf:rfc:3986" && !isAbsolute(value.text())) {
        run.error(value, IssueType::CodeInvalid, "identifier-uri",
                  "With the system urn:ietf:rfc:3986 the value must be a whole URI.");
    }
}

void checkCoding(tree::Element coding, Run& run) {
    checkSystem(coding, run);
    if (!coding.child(name::system) && coding.child(name::code)) {
        run.warning(coding, IssueType::CodeInvalid, "coding-system",
                    "A code without a system means nothing to others; give its system.");
    }
}

void checkQuantity(tree::Element quantity, Run& run) {
    const tree::Element code = quantity.child(name::code);
    if (!code) return;
    if (!quantity.child(name::system)) run.violated(quantity, type::Quantity, "qty-3");
    if (!code.hasValue() || childText(quantity, name::system) != "http://unitsofmeasure.org")
        return;
    if (model::Unit::parse(code.text())) return;
    run.error(quantity, IssueType::CodeInvalid, "unit",
              "The code is no unit of UCUM; correct it, or leave out system and code.");
}

void checkAttachment(tree::Element attachment, Run& run) {
    const tree::Element data = attachment.child(name::data);
    if (!data) return;
    if (!attachment.child(name::contentType)) run.violated(attachment, type::Attachment, "att-1");
    const std::string_view size = childText(attachment, name::size);
    if (size.empty() || !data.hasValue()) return;
    std::size_t characters = 0;
    std::size_t padding = 0;
    for (const char c : data.text()) {
        if (c == '=') ++padding;
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') ++characters;
    }
    const std::size_t bytes = characters / 4 * 3 - std::min<std::size_t>(padding, 2);
    if (size != std::to_string(bytes)) {
        run.error(attachment, IssueType::Structure, "attachment-size",
                  fmt::format("Attachment.size is not the size of the data, {} bytes; correct it "
                              "or leave it out.",
                              bytes));
    }
}

void checkContactPoint(tree::Element contact, Run& run) {
    if (contact.child(name::value) && !contact.child(name::system)) {
        run.violated(contact, type::ContactPoint, "cpt-2");
    }
}

void checkPeriod(tree::Element period, Run& run) {
    const std::string_view start = childText(period, name::start);
    const std::string_view end = childText(period, name::end);
    if (start.empty() || end.empty() || start == end) return;
    const auto first = model::Temporal::parseDateTime(start);
    const auto last = model::Temporal::parseDateTime(end);
    if (!first || !last) return;  // The reader has said so.
    const auto order = model::compare(*first, *last);
    if (order && *order > 0) run.violated(period, type::Period, "per-1");
}

void checkText(tree::Element text, Run& run) {
    const std::string_view value = text.text();
    if (value.empty()) return;
    if (text.name() == name::id && !run.isFirstOfItsId(text)) {
        run.error(text, IssueType::Duplicate, "element-id",
                  "Another element of this resource has this id; ids of elements are unique.");
    }
    const auto isBlank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    if (!isBlank(value.front()) && !isBlank(value.back())) return;
    run.warning(text, IssueType::Value, "string-blanks",
                "The text begins or ends with blanks; leave them out.");
}

void checkUri(tree::Element uri, Run& run) {
    const std::string_view text = uri.text();
    if (uri.type() == type::canonical && uri.hasValue() && !isAbsolute(text) &&
        !text.starts_with('#')) {
        return run.error(uri, IssueType::Invalid, "canonical",
                         "A canonical must be an absolute URL, or # and the id of a contained "
                         "resource.");
    }
    if (text.size() < 5 || (text[0] != 'u' && text[0] != 'o')) return;
    if (text.starts_with("oid:") || text.starts_with("uuid:")) {
        return run.error(uri, IssueType::Invalid, "uri",
                         "A URI does not begin with oid: or uuid:; write urn:oid: or urn:uuid:.");
    }
    if (text.starts_with("urn:uuid:") && !isUuid(text.substr(9))) {
        return run.error(uri, IssueType::Invalid, "uri",
                         "What follows urn:uuid: is no UUID (8-4-4-4-12 hexadecimal digits).");
    }
    if (text.starts_with("urn:oid:") && !isOid(text.substr(8))) {
        run.error(uri, IssueType::Invalid, "uri",
                  "What follows urn:oid: is no OID (numbers joined by dots).");
    }
}

void checkDate(tree::Element date, Run& run) {
    const std::string_view text = date.text();
    if (text.size() < 4 || (text.substr(0, 4) >= "1800" && text.substr(0, 4) <= "2100")) return;
    run.warning(date, IssueType::Value, "date-range",
                "The year is before 1800 or after 2100; see whether it was meant.");
}

}  // namespace waymark::structure
