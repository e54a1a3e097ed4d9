#include "gateway/doors/fhir/negotiate.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>
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

/// Whether `version` names another major version than the interface has.
bool otherApiVersion(const MediaType& type, std::optional<int> apiMajor) {
    const auto version = type.parameter("version");
    if (!apiMajor || !version) return false;
    int major = -1;
    std::from_chars(version->data(), version->data() + version->size(), major);
    return major != *apiMajor;
}

bool otherVersion(const MediaType& type, std::optional<int> apiMajor) {
    return otherFhirVersion(type) || otherApiVersion(type, apiMajor);
}

/// How closely a media range names a format (RFC 9110 section 12.5.1); 0 when it does not.
int closeness(std::string_view essence, Format format) {
    if (format == Format::Json ? isJson(essence) : isXml(essence)) return 3;
    if (essence == "application/*") return 2;
    return essence == "*/*" ? 1 : 0;
}

/// What Accept says of a format: by the closest range, and of equals by the better one.
struct Wish {
    int closeness = 0;
    int quality = 0;
    std::size_t place = 0;  ///< of the range in the list

    void take(const Wish& other) {
        if (other.closeness == 0) return;
        const bool isCloser = other.closeness > closeness;
        if (isCloser || (other.closeness == closeness && other.quality > quality)) *this = other;
    }
    /// Equal qualities go by how closely the format was named, then by the order.
    [[nodiscard]] bool isBefore(const Wish& other) const {
        if (quality != other.quality) return quality > other.quality;
        if (closeness != other.closeness) return closeness > other.closeness;
        return place < other.place;
    }
};

std::unexpected<Failure> notAcceptable() {
    return fail(Kind::NotAcceptable, IssueType::NotSupported,
                "This server answers application/fhir+json or application/fhir+xml in FHIR 4.0 and "
                "in the version of its interface; ask for one of them in Accept or _format.");
}

/// The `_format` parameter; a "+" that arrived as a space is taken back.
std::optional<std::string> formatParameter(const net::Request& request) {
    for (const auto& [name, value] : request.query) {
        if (name != "_format") continue;
        if (trim(value).empty()) return std::nullopt;
        std::string text(trim(value));
        const auto essence = std::ranges::subrange(text.begin(), std::ranges::find(text, ';'));
        std::ranges::replace(essence, ' ', '+');
        return text;
    }
    return std::nullopt;
}

}  // namespace

std::string_view contentType(Format format) {
    return format == Format::Json ? "application/fhir+json; charset=utf-8"
                                  : "application/fhir+xml; charset=utf-8";
}

Result<Format> bodyFormat(const net::Request& request, std::optional<int> apiMajor) {
    const auto header = request.fields.find("content-type");
    const auto type = parseMediaType(header.value_or(""));
    if (otherFhirVersion(type)) {
        return fail(Kind::MediaType, IssueType::NotSupported,
                    "This server reads FHIR 4.0 only; the Content-Type names another fhirVersion.");
    }
    if (otherApiVersion(type, apiMajor)) {
        return fail(Kind::MediaType, IssueType::NotSupported,
                    "The Content-Type names another major version of this interface.");
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

Result<Format> answerFormat(const net::Request& request, std::optional<int> apiMajor) {
    if (const auto format = formatParameter(request)) {
        const auto type = parseMediaType(*format);
        if (otherVersion(type, apiMajor)) return notAcceptable();
        if (isJson(type.essence)) return Format::Json;
        if (isXml(type.essence)) return Format::Xml;
        return notAcceptable();
    }
    Wish json;
    Wish xml;
    std::size_t place = 0;
    for (const auto [name, value] : request.fields) {
        if (!net::equalsIgnoringCase(name, "accept")) continue;
        for (const auto part : split(value, ',')) {
            if (part.empty()) continue;
            const auto type = parseMediaType(part);
            ++place;
            if (otherVersion(type, apiMajor)) continue;
            const int weight = quality(type);
            json.take({closeness(type.essence, Format::Json), weight, place});
            xml.take({closeness(type.essence, Format::Xml), weight, place});
        }
    }
    if (place == 0) return Format::Json;
    if (json.quality == 0 && xml.quality == 0) return notAcceptable();
    return xml.isBefore(json) ? Format::Xml : Format::Json;
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
