// FHIRPath 5.6 and 5.7: texts. Characters are code points; results that are part of the input view
// it.
#include <algorithm>

#include "fhir/path/functions/functions.h"
#include "fhir/path/unicode.h"

namespace waymark::path::functions {
namespace {

bool give(const Call& call, std::string_view text) {
    call.out.push(Value::string(text));
    return true;
}
bool give(const Call& call, bool answer) {
    call.out.push(Value::boolean(answer));
    return true;
}
bool give(const Call& call, std::size_t number) {
    call.out.push(Value::integer(static_cast<std::int64_t>(number)));
    return true;
}

/// The character's index of a byte's offset, -1 for npos.
bool giveIndex(const Call& call, std::string_view text, std::size_t offset) {
    const bool isFound = offset != std::string_view::npos;
    call.out.push(Value::integer(
        isFound ? static_cast<std::int64_t>(unicode::count(text.substr(0, offset))) : -1));
    return true;
}

/// Texts of the same or less length, character by character.
bool mapped(Evaluation& run, const Call& call, char32_t (*map)(char32_t)) {
    const std::string_view text = call.item.string();
    if (!run.affords(text.size())) return false;
    const auto buffer = run.arena().array<char>(text.size() + 4);
    std::size_t size = 0;
    for (std::size_t at = 0; at < text.size(); at += unicode::length(text, at)) {
        size += unicode::write(map(unicode::decode(text, at)), buffer.data() + size);
    }
    return give(call, std::string_view(buffer.data(), size));
}

/// Pieces one after the other with a text between them (and, for replace() of nothing, around
/// them).
class Joiner {
public:
    Joiner(Evaluation& run, std::size_t size) : buffer_(run.arena().array<char>(size)) {}
    void append(std::string_view text) {
        std::ranges::copy(text, buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += text.size();
    }
    [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

private:
    std::span<char> buffer_;
    std::size_t size_ = 0;
};

/// 'abc'.replace('', 'x') is 'xaxbxcx'.
bool interleave(Evaluation& run, const Call& call, std::string_view text, std::string_view by) {
    const std::size_t size = text.size() + (unicode::count(text) + 1) * by.size();
    if (!run.affords(size)) return false;
    Joiner result(run, size);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = unicode::length(text, at);
        result.append(by);
        result.append(text.substr(at, length));
        at += length;
    }
    result.append(by);
    return give(call, result.text());
}

}  // namespace

bool indexOf(Evaluation&, const Call& call) {
    const std::string_view text = call.item.string();
    return giveIndex(call, text, text.find(call.values[0].string()));
}

bool lastIndexOf(Evaluation&, const Call& call) {
    const std::string_view text = call.item.string();
    const std::string_view wanted = call.values[0].string();
    return giveIndex(call, text, wanted.empty() ? 0 : text.rfind(wanted));
}

bool substring(Evaluation&, const Call& call) {
    const std::string_view text = call.item.string();
    const std::int64_t start = call.values[0].integer();
    if (start < 0) return true;
    const std::size_t begin = unicode::offsetOf(text, static_cast<std::size_t>(start));
    if (begin >= text.size()) return true;
    const std::string_view rest = text.substr(begin);
    if (!call.given[1]) return give(call, rest);
    const std::int64_t length = call.values[1].integer();
    if (length <= 0) return give(call, std::string_view());
    return give(call, rest.substr(0, unicode::offsetOf(rest, static_cast<std::size_t>(length))));
}

bool startsWith(Evaluation&, const Call& call) {
    return give(call, call.item.string().starts_with(call.values[0].string()));
}

bool endsWith(Evaluation&, const Call& call) {
    return give(call, call.item.string().ends_with(call.values[0].string()));
}

bool contains(Evaluation&, const Call& call) {
    return give(call, call.item.string().find(call.values[0].string()) != std::string_view::npos);
}

bool upper(Evaluation& run, const Call& call) {
    return mapped(run, call, unicode::upper);
}
bool lower(Evaluation& run, const Call& call) {
    return mapped(run, call, unicode::lower);
}

bool replace(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    const std::string_view pattern = call.values[0].string();
    const std::string_view by = call.values[1].string();
    if (pattern.empty()) return interleave(run, call, text, by);
    std::size_t count = 0;
    for (std::size_t at = text.find(pattern); at != std::string_view::npos;
         at = text.find(pattern, at + pattern.size())) {
        ++count;
    }
    if (count == 0) return give(call, text);
    const std::size_t size = text.size() - count * pattern.size() + count * by.size();
    if (!run.affords(size)) return false;
    Joiner result(run, size);
    std::size_t from = 0;
    for (std::size_t at = text.find(pattern); at != std::string_view::npos;
         at = text.find(pattern, from)) {
        result.append(text.substr(from, at - from));
        result.append(by);
        from = at + pattern.size();
    }
    result.append(text.substr(from));
    return give(call, result.text());
}

bool length(Evaluation&, const Call& call) {
    return give(call, unicode::count(call.item.string()));
}

bool toChars(Evaluation& run, const Call& call) {
    const std::string_view text = call.item.string();
    for (std::size_t at = 0; at < text.size();) {
        if (!run.step()) return false;
        const std::size_t size = unicode::length(text, at);
        give(call, text.substr(at, size));
        at += size;
    }
    return true;
}

bool trim(Evaluation&, const Call& call) {
    constexpr std::string_view kBlanks = " \t\n\r";
    const std::string_view text = call.item.string();
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return give(call, std::string_view());
    return give(call, text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

bool split(Evaluation& run, const Call& call) {
    std::string_view rest = call.item.string();
    const std::string_view separator = call.values[0].string();
    if (separator.empty()) return toChars(run, call);
    for (std::size_t at = rest.find(separator); at != std::string_view::npos;
         at = rest.find(separator)) {
        if (!run.step()) return false;
        give(call, rest.substr(0, at));
        rest.remove_prefix(at + separator.size());
    }
    return give(call, rest);
}

bool join(Evaluation& run, const Call& call) {
    if (call.input.empty()) return true;
    const std::string_view separator = call.given[0] ? call.values[0].string() : std::string_view();
    std::size_t size = separator.size() * (call.input.size() - 1);
    for (const Value& item : call.input) {
        if (item.is(ValueKind::String)) size += item.string().size();
    }
    if (!run.affords(size)) return false;
    Joiner result(run, size);
    bool first = true;
    for (const Value& item : call.input) {
        if (!item.is(ValueKind::String)) continue;  // An element without a value.
        if (!first) result.append(separator);
        result.append(item.string());
        first = false;
    }
    return give(call, result.text());
}

}  // namespace waymark::path::functions
