// A small JSON document as values: bodies of the provider API, token claims, command output.
// Messages are read by fhir/tree instead. Checked like messages: UTF-8, NUL, lone surrogates,
// duplicate keys (also when written with escapes), trailing bytes, limits. Immutable after parse;
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/json/writer.h"

namespace waymark::json {

struct DocumentLimits {
    std::size_t bytes = 1024 * 1024;
    std::uint32_t depth = 32;
    std::uint32_t values = 50'000;
};

struct Member;

class Value {
public:
    enum class Type : std::uint8_t { Null, Boolean, Number, String, Array, Object };

    Value() = default;  ///< null

    /// Fails with Kind::Incorrect (TooLarge over `bytes`) and one issue with line and column.
    static Result<Value> parse(std::string_view text, const DocumentLimits& limits = {});

    [[nodiscard]] Type type() const { return type_; }
    [[nodiscard]] bool isNull() const { return type_ == Type::Null; }
    [[nodiscard]] bool isObject() const { return type_ == Type::Object; }
    [[nodiscard]] bool isArray() const { return type_ == Type::Array; }
    [[nodiscard]] bool isString() const { return type_ == Type::String; }

    // The value as what it is; none when it is something else.
    [[nodiscard]] std::optional<std::string_view> asString() const;
    [[nodiscard]] std::optional<bool> asBoolean() const;
    /// A number without fraction and exponent that fits.
    [[nodiscard]] std::optional<std::int64_t> asInteger() const;
    [[nodiscard]] std::optional<double> asDouble() const;
    /// A number's digits as written, a string's text, "true" or "false"; empty for the others.
    [[nodiscard]] std::string_view text() const { return text_; }

    /// An array's items; empty for everything else.
    [[nodiscard]] std::span<const Value> items() const { return items_; }
    /// An object's members in their order; empty for everything else.
    [[nodiscard]] std::span<const Member> members() const;
    /// The member of this name, nullptr when there is none or this is no object.
    [[nodiscard]] const Value* find(std::string_view name) const;
    /// As find(), with a null value for none: body["reason"]["code"].asString().
    [[nodiscard]] const Value& operator[](std::string_view name) const;

    /// Where it begins in the text.
    [[nodiscard]] Position at() const { return at_; }

    void write(Writer& writer) const;
    [[nodiscard]] std::string json(Layout layout = Layout::Compact) const;

private:
    friend class DocumentReader;
    Type type_ = Type::Null;
    Position at_;
    std::string text_;
    std::vector<Value> items_;
    std::vector<Member> members_;
};

struct Member {
    std::string name;
    Value value;
};

}  // namespace waymark::json
