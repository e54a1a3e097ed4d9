// What FHIRPath computes with: an element of a tree or a System value, in 24 bytes that are copied
// freely and own nothing. Texts, quantities and the items of collections live in the message's
// arena (or in what the message views), so a Value is good until the arena is reset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "fhir/core/check.h"
#include "fhir/model/decimal.h"
#include "fhir/model/model.h"
#include "fhir/model/quantity.h"
#include "fhir/model/temporal.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::path {

enum class ValueKind : std::uint8_t {
    Element,
    Boolean,
    Integer,
    Decimal,
    String,
    Date,
    DateTime,
    Time,
    Quantity,
    TypeInfo,
};

/// What type() gives: {System, Integer} or {FHIR, Patient}.
struct TypeInfo {
    std::string_view nameSpace;
    std::string_view name;
};

class Value {
public:
    Value() = default;  ///< Boolean false.

    static Value of(tree::Element element) {
        Value value(ValueKind::Element);
        value.a_ = reinterpret_cast<std::uintptr_t>(element.node());
        return value;
    }
    static Value boolean(bool truth) {
        Value value(ValueKind::Boolean);
        value.a_ = truth ? 1 : 0;
        return value;
    }
    static Value integer(std::int64_t number) {
        Value value(ValueKind::Integer);
        value.a_ = static_cast<std::uint64_t>(number);
        return value;
    }
    static Value decimal(model::Decimal number) {
        Value value(ValueKind::Decimal);
        const auto bits = static_cast<model::UInt128>(number.coefficient());
        value.a_ = static_cast<std::uint64_t>(bits);
        value.b_ = static_cast<std::uint64_t>(bits >> 64U);
        value.small_ = static_cast<std::uint8_t>(number.scale());
        value.flag_ = number.isNegativeZero();
        return value;
    }
    /// Views the text: it must outlive the value (arena.copy() where it would not).
    static Value string(std::string_view text) {
        Value value(ValueKind::String);
        value.a_ = reinterpret_cast<std::uintptr_t>(text.data());
        value.b_ = text.size();
        return value;
    }
    /// Date, DateTime or Time, as the temporal says.
    static Value temporal(const model::Temporal& moment);
    static Value quantity(const model::Quantity& amount, tree::Arena& arena);
    /// Views the quantity.
    static Value quantity(const model::Quantity* amount) {
        Value value(ValueKind::Quantity);
        value.a_ = reinterpret_cast<std::uintptr_t>(amount);
        return value;
    }
    /// Views the TypeInfo.
    static Value typeInfo(const TypeInfo* type) {
        Value value(ValueKind::TypeInfo);
        value.a_ = reinterpret_cast<std::uintptr_t>(type);
        return value;
    }

    [[nodiscard]] ValueKind kind() const { return kind_; }
    [[nodiscard]] bool is(ValueKind kind) const { return kind_ == kind; }
    [[nodiscard]] bool isElement() const { return kind_ == ValueKind::Element; }

    // Each accessor is for a value of its own kind only; any other breaks an invariant.
    [[nodiscard]] tree::Element element() const {
        check(kind_ == ValueKind::Element, "value is an element");
        // A value is two words; which of them is a pointer, its kind says.
        return tree::Element(
            reinterpret_cast<const tree::Node*>(a_));  // NOLINT(performance-no-int-to-ptr)
    }
    [[nodiscard]] bool boolean() const {
        check(kind_ == ValueKind::Boolean, "value is a Boolean");
        return a_ != 0;
    }
    [[nodiscard]] std::int64_t integer() const {
        check(kind_ == ValueKind::Integer, "value is an Integer");
        return static_cast<std::int64_t>(a_);
    }
    [[nodiscard]] model::Decimal decimal() const {
        check(kind_ == ValueKind::Decimal, "value is a Decimal");
        const auto bits = static_cast<model::UInt128>(b_) << 64U | a_;
        return model::Decimal::of(static_cast<model::Int128>(bits), small_, flag_);
    }
    [[nodiscard]] std::string_view string() const {
        check(kind_ == ValueKind::String, "value is a String");
        return {reinterpret_cast<const char*>(a_), b_};
    }
    /// For Date, DateTime and Time.
    [[nodiscard]] model::Temporal temporal() const;
    [[nodiscard]] const model::Quantity& quantity() const {
        check(kind_ == ValueKind::Quantity, "value is a Quantity");
        return *reinterpret_cast<const model::Quantity*>(a_);
    }
    [[nodiscard]] const TypeInfo& typeInfo() const {
        check(kind_ == ValueKind::TypeInfo, "value is a TypeInfo");
        return *reinterpret_cast<const TypeInfo*>(a_);
    }

private:
    explicit Value(ValueKind kind) : kind_(kind) {}

    std::uint64_t a_ = 0;
    std::uint64_t b_ = 0;
    ValueKind kind_ = ValueKind::Boolean;
    std::uint8_t small_ = 0;
    bool flag_ = false;
    std::uint32_t more_ = 0;
};
static_assert(sizeof(Value) == 24);

/// An ordered list of values: a view of memory in the arena (or of the caller's).
class Collection {
public:
    Collection() = default;  ///< Empty.
    Collection(const Value* items, std::size_t size) : items_(items), size_(size) {}
    /// Views one value of the caller's; it must outlive the collection.
    static Collection view(const Value& item) { return {&item, 1}; }
    static Collection of(Value item, tree::Arena& arena);
    static Collection of(tree::Element element, tree::Arena& arena);
    static Collection of(std::initializer_list<Value> items, tree::Arena& arena);

    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] const Value* begin() const { return items_; }
    [[nodiscard]] const Value* end() const { return items_ + size_; }
    [[nodiscard]] const Value& operator[](std::size_t index) const {
        check(index < size_, "index is within the collection");
        return items_[index];
    }
    [[nodiscard]] const Value& front() const { return (*this)[0]; }

private:
    const Value* items_ = nullptr;
    std::size_t size_ = 0;
};

/// The kind of System value that a primitive of this type is ("code" -> String, "instant" ->
/// DateTime, "Age" -> Quantity); ValueKind::Element for types without one.
ValueKind systemKind(model::TypeId type);

/// A primitive element with a value, or a FHIR Quantity with a value, as its System value; anything
/// else unchanged. A primitive whose text is not of its type's format stays an element. Strings
/// view the element's text.
Value systemValue(const Value& value, tree::Arena& arena);

/// The value as text, as FHIR writes it: a primitive's own text, "true", "1.10", "2014-01-25",
/// "4.0 'mg'", "FHIR.Patient". Empty for an element without a value.
std::string text(const Value& value);
void appendText(const Value& value, std::string& out);

/// The type as FHIR spells it: "code", "HumanName", and for System values "integer", "dateTime",
/// "Quantity".
std::string_view typeName(const Value& value, const model::Model& model);

}  // namespace waymark::path
