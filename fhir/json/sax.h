// The one place where the JSON tokenizer (RapidJSON, in place) is seen. A handler gets tokens with
// pointers into the buffer, from which offsets follow. Whoever replaces the tokenizer replaces this
// file; readers are templates over nothing else.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__) && !defined(RAPIDJSON_SSE2)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "fhir/json/sax_end.h"

namespace waymark::json {

/// A handler's members; each returns false to stop. `at` points to the token's first byte, except
/// for strings and keys, where it is the (decoded) text, whose offset is one past the quote.
///   bool null(const char* at);               bool boolean(bool value, const char* at);
///   bool number(const char* digits, std::uint32_t length);
///   bool string(const char* text, std::uint32_t length);
///   bool key(const char* text, std::uint32_t length);
///   bool beginObject(const char* at);        bool endObject(const char* at);
///   bool beginArray(const char* at);         bool endArray(const char* at);
template <class Handler>
class SaxAdapter {
public:
    SaxAdapter(Handler& handler, rapidjson::InsituStringStream& stream, const char* begin)
        : handler_(handler), stream_(stream), begin_(begin) {}

    bool Null() { return handler_.null(here() - 4); }
    bool Bool(bool value) { return handler_.boolean(value, here() - (value ? 4 : 5)); }
    bool RawNumber(const char* digits, rapidjson::SizeType length, bool) {
        return handler_.number(digits, length);
    }
    bool String(const char* text, rapidjson::SizeType length, bool) {
        return handler_.string(text, length);
    }
    bool Key(const char* text, rapidjson::SizeType length, bool) {
        return handler_.key(text, length);
    }
    bool StartObject() { return handler_.beginObject(here() - 1); }
    bool EndObject(rapidjson::SizeType) { return handler_.endObject(here() - 1); }
    bool StartArray() { return handler_.beginArray(here() - 1); }
    bool EndArray(rapidjson::SizeType) { return handler_.endArray(here() - 1); }
    // Never called: numbers come as text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(std::int64_t) { return false; }
    bool Uint64(std::uint64_t) { return false; }
    bool Double(double) { return false; }

private:
    [[nodiscard]] const char* here() const { return begin_ + stream_.Tell(); }

    Handler& handler_;
    rapidjson::InsituStringStream& stream_;
    const char* begin_;
};

/// Parses the NUL-terminated, padded text in place. Recursion is bounded by the handler, which must
/// stop at a depth of its own.
template <class Handler>
SaxEnd parseInPlace(char* text, Handler& handler) {
    constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
    rapidjson::InsituStringStream stream(text);
    SaxAdapter<Handler> adapter(handler, stream, text);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, adapter);
    if (!result.IsError()) return {};
    if (result.Code() == rapidjson::kParseErrorTermination) {
        return {SaxEnd::Kind::Stopped, result.Offset(), ""};
    }
    return {SaxEnd::Kind::Syntax, result.Offset(), rapidjson::GetParseError_En(result.Code())};
}

}  // namespace waymark::json
