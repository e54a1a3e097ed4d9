// What may stand in a log line or a metric label. A text gets there only as a Word (written in our
// source), an Id (a UUID) or a Name (from the configuration or the route table, and it must look
// like one), so that a body, a URL or a patient's name cannot be logged by accident: the code that
// tries does not compile.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "fhir/core/uuid.h"

namespace waymark::telemetry {

/// A text that is known when the program is compiled.
class Word {
public:
    template <std::size_t N>
    consteval Word(const char (&text)[N]) : text_(text, N - 1) {}
    [[nodiscard]] constexpr std::string_view text() const { return text_; }

private:
    std::string_view text_;
};

/// The id of a provider, client, listener, practice or map, or a route's template. Printed as it is
/// when it has at most 96 characters of [A-Za-z0-9._:/{}$*-] and no ten digits in a row, else as
/// "(withheld)". Views the text: it lives until the line is written.
class Name {
public:
    explicit Name(std::string_view text) : text_(text) {}
    [[nodiscard]] std::string_view text() const;

private:
    std::string_view text_;
};

/// An id of ours or a correlation id of theirs. A text that is no UUID is printed as "(withheld)".
/// Views the text: it lives until the line is written.
class Id {
public:
    explicit Id(std::string_view text) : text_(text) {}
    [[nodiscard]] std::string_view text() const;

private:
    std::string_view text_;
};

/// One value of a log line: a number, a truth, a duration (printed as milliseconds with three
/// decimals) or one of the texts above.
class Value {
public:
    /// Bool itself only: a pointer would convert to it.
    template <std::same_as<bool> T>
    Value(T value) : value_(value) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    Value(T value) : value_(widen(value)) {}
    template <class Rep, class Period>
    Value(std::chrono::duration<Rep, Period> value)
        : value_(std::chrono::duration_cast<std::chrono::microseconds>(value)) {}
    Value(Word value) : value_(value) {}
    template <std::size_t N>
    consteval Value(const char (&text)[N]) : value_(Word(text)) {}
    Value(Name value) : value_(value) {}
    Value(Id value) : value_(value) {}
    Value(const Uuid& value) : value_(value) {}

    using Variant = std::variant<bool, std::int64_t, std::uint64_t, std::chrono::microseconds, Word,
                                 Name, Id, Uuid>;
    [[nodiscard]] const Variant& variant() const { return value_; }

private:
    template <std::integral T>
    static Variant widen(T value) {
        if constexpr (std::signed_integral<T>) {
            return static_cast<std::int64_t>(value);
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }

    Variant value_;
};

}  // namespace waymark::telemetry
