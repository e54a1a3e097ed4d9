#include "gateway/net/target.h"

#include <cstdint>
#include <optional>

#include "fhir/core/utf8.h"

namespace waymark::net {

namespace {

std::optional<unsigned> hexDigit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<char> escaped(std::string_view text, std::size_t percent) {
    if (percent + 2 >= text.size()) return std::nullopt;
    const auto high = hexDigit(text[percent + 1]);
    const auto low = hexDigit(text[percent + 2]);
    if (!high || !low) return std::nullopt;
    return static_cast<char>(*high << 4U | *low);
}

std::unexpected<Failure> refuse(const char* sentence) {
    return fail(Kind::Incorrect, IssueType::Value, sentence);
}

Result<std::string> decodePath(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            const auto decoded = escaped(text, i);
            if (!decoded) {
                return refuse("The path has a percent sign without two hexadecimal digits.");
            }
            c = *decoded;
            // Decoding it would make one segment into two.
            if (c == '/') return refuse("The path has an encoded slash (%2F) in a segment.");
            i += 2;
        }
        if (static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F) {
            return refuse("The path has an encoded control character.");
        }
        out.push_back(c);
    }
    if (!isUtf8(out)) return refuse("The path is not UTF-8 when it is percent-decoded.");
    return out;
}

Result<std::string> decodeParameter(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            const auto decoded = escaped(text, i);
            if (!decoded) {
                return refuse(
                    "A parameter has a percent sign without two hexadecimal digits; a percent sign "
                    "itself is written %25.");
            }
            c = *decoded;
            i += 2;
        }
        if (c == '\0') return refuse("A parameter has an encoded NUL character.");
        out.push_back(c);
    }
    if (!isUtf8(out)) return refuse("A parameter is not UTF-8 when it is percent-decoded.");
    return out;
}

/// "http://host:port/path?query" without its origin; a target in origin form as it is.
std::string_view withoutOrigin(std::string_view target) {
    const auto scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos) return target;
    const auto path = target.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

}  // namespace

Result<Parameters> parseParameters(std::string_view text) {
    Parameters parameters;
    while (!text.empty()) {
        const auto end = text.find('&');
        const auto part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (part.empty()) continue;
        const auto equals = part.find('=');
        auto name = decodeParameter(part.substr(0, equals));
        if (!name) return std::unexpected(std::move(name.error()));
        auto value = decodeParameter(equals == std::string_view::npos ? std::string_view()
                                                                      : part.substr(equals + 1));
        if (!value) return std::unexpected(std::move(value.error()));
        parameters.emplace_back(std::move(*name), std::move(*value));
    }
    return parameters;
}

Result<Target> parseTarget(std::string_view target) {
    if (target == "*") return Target{"*", {}};
    target = withoutOrigin(target);
    const auto question = target.find('?');
    auto path = target.substr(0, question);
    if (path.empty() && question != std::string_view::npos) path = "/";
    if (!path.starts_with('/')) return refuse("The request target does not begin with a slash.");
    auto decoded = decodePath(path);
    if (!decoded) return std::unexpected(std::move(decoded.error()));
    Target result{std::move(*decoded), {}};
    if (question != std::string_view::npos) {
        auto query = parseParameters(target.substr(question + 1));
        if (!query) return std::unexpected(std::move(query.error()));
        result.query = std::move(*query);
    }
    return result;
}

}  // namespace waymark::net
