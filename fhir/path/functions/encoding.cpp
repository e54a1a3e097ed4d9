// FHIRPath 5.7: encode(), decode(), escape(), unescape().
#include <array>
#include <span>

#include "fhir/path/functions/functions.h"
#include "fhir/path/unicode.h"

namespace waymark::path::functions {
namespace {

constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kHex = "0123456789abcdef";

/// Room for a text that is made, in the arena.
class Buffer {
public:
    Buffer(Evaluation& run, std::size_t size) : bytes_(run.arena().array<char>(size)) {}
    void put(char c) { bytes_[size_++] = c; }
    void put(std::string_view text) {
        for (const char c : text) put(c);
    }
    void put(char32_t code) { size_ += unicode::write(code, bytes_.data() + size_); }
    [[nodiscard]] std::string_view text() const { return {bytes_.data(), size_}; }
    bool give(const Call& call) const {
        call.out.push(Value::string(text()));
        return true;
    }
    /// Bytes that were decoded: they must be a text.
    bool giveDecoded(Evaluation& run, const Call& call) const {
        return unicode::isValid(text()) ? give(call) : run.fail("what was encoded is no text");
    }

private:
    std::span<char> bytes_;
    std::size_t size_ = 0;
};

unsigned byteAt(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool encodeHex(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() * 2);
    for (std::size_t at = 0; at < text.size(); ++at) {
        result.put(kHex[byteAt(text, at) >> 4U]);
        result.put(kHex[byteAt(text, at) & 15U]);
    }
    return result.give(call);
}

bool encode64(Evaluation& run, const Call& call, std::string_view alphabet) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() / 3 * 4 + 4);
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const unsigned bits =
            byteAt(text, at) << 16U | byteAt(text, at + 1) << 8U | byteAt(text, at + 2);
        result.put(alphabet[bits >> 18U]);
        result.put(alphabet[bits >> 12U & 63U]);
        result.put(at + 1 < text.size() ? alphabet[bits >> 6U & 63U] : '=');
        result.put(at + 2 < text.size() ? alphabet[bits & 63U] : '=');
    }
    return result.give(call);
}

bool refuse(Evaluation& run, std::string_view format) {
    return run.fail("the text is no " + std::string(format));
}

bool decodeHex(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    if (text.size() % 2 != 0) return refuse(run, "hex");
    Buffer result(run, text.size() / 2);
    const auto digit = [](char c) {
        return kHex.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
    };
    for (std::size_t at = 0; at < text.size(); at += 2) {
        const std::size_t high = digit(text[at]);
        const std::size_t low = digit(text[at + 1]);
        if (high > 15 || low > 15) return refuse(run, "hex");
        result.put(static_cast<char>(high << 4U | low));
    }
    return result.giveDecoded(run, call);
}

bool decode64(Evaluation& run, const Call& call, std::string_view alphabet,
              std::string_view format) {
    std::string_view text = call.item.string();
    while (text.ends_with('=')) text.remove_suffix(1);
    if (text.size() % 4 == 1) return refuse(run, format);
    Buffer result(run, text.size() / 4 * 3 + 3);
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t value = alphabet.find(c);
        if (value == std::string_view::npos) return refuse(run, format);
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFFFU;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        result.put(static_cast<char>(bits >> count & 0xFFU));
    }
    return result.giveDecoded(run, call);
}

bool unknown(Evaluation& run, std::string_view known) {
    return run.fail("the format is not known; there are " + std::string(known));
}

struct Entity {
    std::string_view name;
    char character;
};
constexpr std::array<Entity, 5> kEntities = {
    Entity{"&quot;", '"'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&#39;", '\''}};

bool escapeHtml(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() * 6);
    for (const char c : text) {
        bool isEntity = false;
        for (const Entity& entity : kEntities) {
            if (entity.character != c || c == '\'') continue;
            result.put(entity.name);
            isEntity = true;
        }
        if (!isEntity) result.put(c);
    }
    return result.give(call);
}

/// "&#65;" and "&#x41;": the bytes taken, or 0.
std::size_t numericEntity(std::string_view text, char32_t& code) {
    if (!text.starts_with("&#")) return 0;
    const std::size_t end = text.substr(0, 12).find(';');
    if (end == std::string_view::npos) return 0;
    std::string_view digits = text.substr(2, end - 2);
    const bool isHex = digits.starts_with('x') || digits.starts_with('X');
    if (isHex) digits.remove_prefix(1);
    if (digits.empty() || digits.size() > 7) return 0;
    code = 0;
    for (const char c : digits) {
        const char small = c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
        const std::size_t value = kHex.find(small);
        if (value >= (isHex ? 16U : 10U)) return 0;
        code = code * (isHex ? 16 : 10) + static_cast<char32_t>(value);
    }
    return end + 1;
}

bool unescapeHtml(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() + 4);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t taken = 0;
        if (text[at] == '&') {
            char32_t code = 0;
            taken = numericEntity(text.substr(at), code);
            if (taken > 0) result.put(code);
            for (const Entity& entity : kEntities) {
                if (taken > 0 || !text.substr(at).starts_with(entity.name)) continue;
                result.put(entity.character);
                taken = entity.name.size();
            }
        }
        if (taken == 0) {
            result.put(text[at]);
            taken = 1;
        }
        at += taken;
    }
    return result.give(call);
}

constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
constexpr std::string_view kLetters = "\"\\bfnrt";

bool escapeJson(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() * 6);
    for (const char c : text) {
        const std::size_t known = kEscaped.find(c);
        if (known != std::string_view::npos) {
            result.put('\\');
            result.put(kLetters[known]);
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result.put("\\u00");
            result.put(kHex[static_cast<unsigned char>(c) >> 4U]);
            result.put(kHex[static_cast<unsigned char>(c) & 15U]);
        } else {
            result.put(c);
        }
    }
    return result.give(call);
}

bool unescapeJson(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    Buffer result(run, text.size() + 4);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            result.put(text[at]);
            continue;
        }
        const char c = text[++at];
        char32_t code = 0;
        const std::size_t taken = c == 'u' ? unicode::readHex(text.substr(at + 1), code) : 0;
        if (taken > 0) {
            result.put(code);
            at += taken;
            continue;
        }
        const std::size_t known = kLetters.find(c);
        result.put(known == std::string_view::npos ? c : kEscaped[known]);
    }
    return result.give(call);
}

}  // namespace

bool encode(Evaluation& run, const Call& call) {
    const std::string_view format = call.values[0].string();
    if (!run.affords(call.item.string().size() * 6)) return false;
    if (format == "hex") return encodeHex(run, call);
    if (format == "base64") return encode64(run, call, kBase64);
    if (format == "urlbase64") return encode64(run, call, kUrlBase64);
    return unknown(run, "hex, base64 and urlbase64");
}

bool decode(Evaluation& run, const Call& call) {
    const std::string_view format = call.values[0].string();
    if (!run.affords(call.item.string().size() * 6)) return false;
    if (format == "hex") return decodeHex(run, call);
    if (format == "base64") return decode64(run, call, kBase64, format);
    if (format == "urlbase64") return decode64(run, call, kUrlBase64, format);
    return unknown(run, "hex, base64 and urlbase64");
}

bool escape(Evaluation& run, const Call& call) {
    const std::string_view target = call.values[0].string();
    if (!run.affords(call.item.string().size() * 6)) return false;
    if (target == "html") return escapeHtml(run, call);
    if (target == "json") return escapeJson(run, call);
    return unknown(run, "html and json");
}

bool unescape(Evaluation& run, const Call& call) {
    const std::string_view target = call.values[0].string();
    if (!run.affords(call.item.string().size() * 6)) return false;
    if (target == "html") return unescapeHtml(run, call);
    if (target == "json") return unescapeJson(run, call);
    return unknown(run, "html and json");
}

}  // namespace waymark::path::functions
