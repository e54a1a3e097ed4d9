#include "gateway/doors/fhir/negotiate.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "gateway/doors/header_text.h"

namespace waymark::doors::fhir {
namespace {

/// "a/b; p=q; r=s" as its essence and its parameters, names in lower case.
struct MediaType {
    std::string essence;
    std::vector<std::pair<std::string, std::string>> parameters;

    [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const {
        for (const auto& [key, value] : parameters) {
            if (key == name) return value;
        }
        return std::nullopt;
    }
};

MediaType parseMediaType(std::string_view text) {
    MediaType type;
    bool first = true;
    for (const auto part : split(text, ';')) {
        if (first) {
            type.essence = lower(part);
            first = false;
            continue;
        }
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        type.parameters.emplace_back(lower(trim(part.substr(0, equals))),
                                     unquote(trim(part.substr(equals + 1))));
    }
    return type;
}

bool isJson(std::string_view essence) {
    return essence == "application/fhir+json" || essence == "application/json" ||
           essence == "text/json" || essence == "application/json+fhir" || essence == "json";
}

bool isXml(std::string_view essence) {
    return essence == "application/fhir+xml" || essence == "application/xml" ||
           essence == "text/xml" || essence == "application/xml+fhir" || essence == "xml";
}

bool isAny(std::string_view essence) {
    return essence == "*/*" || essence == "application/*";
}

/// The quality in thousandths (RFC 9110 section 12.4.2); a malformed one counts as 1.
int quality(const MediaType& type) {
    const auto text = type.parameter("q");
    if (!text) return 1000;
    double value = 1.0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return 1000;
    return static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000);
}

bool otherFhirVersion(const MediaType& type) {
    const auto version = type.parameter("fhirversion");
    return version && *version != "4.0" && *version != "4.0.1";
}

std::unexpected<Failure> notAcceptable() {
    return fail(Kind::NotAcceptable, IssueType::NotSupported,
                "This server answers application/fhir+json or application/fhir+xml in FHIR 4.0; "
                "ask for one of them in Accept or _format.");
}

/// The `_format` parameter; a "+" that arrived as a space is taken back.
std::optional<std::string> formatParameter(const net::Request& request) {
    for (const auto& [name, value] : request.query) {
        if (name != "_format") continue;
        std::string text = value;
        std::ranges::replace(text, ' ', '+');
        return text;
    }
    return std::nullopt;
}

}  // namespace

std::string_view contentType(Format format) {
    return format == Format::Json ? "application/fhir+json; charset=utf-8"
                                  : "application/fhir+xml; charset=utf-8";
}

Result<Format> bodyFormat(const net::Request& request) {
    const auto header = request.fields.find("content-type");
    const auto type = parseMediaType(header.value_or(""));
    if (otherFhirVersion(type)) {
        return fail(Kind::MediaType, IssueType::NotSupported,
                    "This server reads FHIR 4.0 only; the Content-Type names another fhirVersion.");
    }
    const auto charset = lower(type.parameter("charset").value_or("utf-8"));
    const bool readable = charset == "utf-8" || charset == "us-ascii";
    if (readable && (isJson(type.essence) || type.essence == "application/json-patch+json")) {
        return Format::Json;
    }
    if (readable && isXml(type.essence)) return Format::Xml;
    return fail(
        Kind::MediaType, IssueType::NotSupported,
        "Send the body as application/fhir+json or application/fhir+xml in UTF-8 and say so "
        "in Content-Type.");
}

Result<Format> answerFormat(const net::Request& request) {
    if (const auto format = formatParameter(request)) {
        const auto type = parseMediaType(*format);
        if (isJson(type.essence)) return Format::Json;
        if (isXml(type.essence)) return Format::Xml;
        return notAcceptable();
    }
    const auto accept = request.fields.find("accept");
    if (!accept || trim(*accept).empty()) return Format::Json;
    std::optional<Format> best;
    int bestQuality = 0;
    for (const auto part : split(*accept, ',')) {
        const auto type = parseMediaType(part);
        const int weight = quality(type);
        if (weight <= bestQuality || otherFhirVersion(type)) continue;
        if (isJson(type.essence) || isAny(type.essence)) {
            best = Format::Json;
        } else if (isXml(type.essence)) {
            best = Format::Xml;
        } else {
            continue;
        }
        bestQuality = weight;
    }
    if (!best) return notAcceptable();
    return *best;
}

Return preferredReturn(const net::Request& request) {
    const auto prefer = request.fields.find("prefer");
    if (!prefer) return Return::Representation;
    for (const auto part : splitAny(*prefer, ",;")) {
        if (lower(part) == "return=minimal") return Return::Minimal;
        if (lower(part) == "return=operationoutcome") return Return::OperationOutcome;
    }
    return Return::Representation;
}

bool strictHandling(const net::Request& request) {
    const auto prefer = request.fields.find("prefer");
    if (!prefer) return false;
    const auto parts = splitAny(*prefer, ",;");
    return std::ranges::any_of(parts, [](auto part) { return lower(part) == "handling=strict"; });
}

}  // namespace waymark::doors::fhir
