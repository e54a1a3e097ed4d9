#include "fhir/json/writer.h"

#include <charconv>
#include <cmath>

#include "fhir/core/check.h"
#include "fhir/core/utf8.h"
#include "fhir/json/output.h"

namespace waymark::json {
namespace {

template <class T>
void appendNumber(std::string& out, T value) {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    check(error == std::errc(), "a number fits its buffer");
    out.append(text, end);
}

}  // namespace

void appendString(std::string& out, std::string_view text) {
    std::string mended;
    if (!isUtf8(text)) {
        mended = replaceInvalidUtf8(text);
        text = mended;
    }
    out.push_back('"');
    for (;;) {
        const std::size_t plain = plainPrefix(text);
        out.append(text, 0, plain);
        if (plain == text.size()) break;
        char escape[6];
        out.append(escape, writeEscape(text[plain], escape));
        text.remove_prefix(plain + 1);
    }
    out.push_back('"');
}

void Writer::newLine() {
    out_.push_back('\n');
    out_.append(std::size_t{2} * depth_, ' ');
}

void Writer::beforeValue() {
    if (afterKey_) {
        afterKey_ = false;
        return;
    }
    check(!inObject() && (depth_ > 0 || !begun_), "a value follows its key or stands in an array");
    begun_ = true;
    if (needsComma_) out_.push_back(',');
    if (layout_ == Layout::Indented && depth_ > 0) newLine();
}

void Writer::begin(char open, bool object) {
    beforeValue();
    check(depth_ < kDeepest, "JSON is not written this deep");
    out_.push_back(open);
    objects_[depth_++] = object;
    needsComma_ = false;
}

void Writer::end(char close, bool object) {
    check(depth_ > 0 && inObject() == object && !afterKey_, "an end matches its begin");
    --depth_;
    if (layout_ == Layout::Indented && needsComma_) newLine();
    out_.push_back(close);
    afterValue();
}

Writer& Writer::beginObject() {
    begin('{', true);
    return *this;
}

Writer& Writer::endObject() {
    end('}', true);
    return *this;
}

Writer& Writer::beginArray() {
    begin('[', false);
    return *this;
}

Writer& Writer::endArray() {
    end(']', false);
    return *this;
}

Writer& Writer::key(std::string_view name) {
    check(inObject() && !afterKey_, "a key stands in an object");
    if (needsComma_) out_.push_back(',');
    if (layout_ == Layout::Indented) newLine();
    appendString(out_, name);
    out_.push_back(':');
    if (layout_ == Layout::Indented) out_.push_back(' ');
    afterKey_ = true;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    beforeValue();
    appendString(out_, text);
    afterValue();
    return *this;
}

Writer& Writer::number(std::int64_t value) {
    beforeValue();
    appendNumber(out_, value);
    afterValue();
    return *this;
}

Writer& Writer::number(std::uint64_t value) {
    beforeValue();
    appendNumber(out_, value);
    afterValue();
    return *this;
}

Writer& Writer::number(double value) {
    if (!std::isfinite(value)) return null();
    beforeValue();
    appendNumber(out_, value);
    afterValue();
    return *this;
}

Writer& Writer::digits(std::string_view text) {
    return raw(text);
}

Writer& Writer::boolean(bool value) {
    return raw(value ? "true" : "false");
}

Writer& Writer::null() {
    return raw("null");
}

Writer& Writer::raw(std::string_view json) {
    beforeValue();
    out_ += json;
    afterValue();
    return *this;
}

}  // namespace waymark::json
