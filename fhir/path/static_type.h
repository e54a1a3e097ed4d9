// What is known of a collection while compiling: the types that its items may have, whether there
// may be several, whether their order means anything.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fhir/model/model.h"
#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

/// The type of what type() gives; no Model knows it.
inline constexpr model::TypeId kTypeInfoType = 0xFFFE;

/// A set of ValueKinds, one bit each.
using KindSet = std::uint16_t;
constexpr KindSet bit(ValueKind kind) {
    return static_cast<KindSet>(1U << static_cast<unsigned>(kind));
}
inline constexpr KindSet kEveryKind = 0x03FF;
inline constexpr KindSet kNumbers = bit(ValueKind::Integer) | bit(ValueKind::Decimal);
inline constexpr KindSet kMoments =
    bit(ValueKind::Date) | bit(ValueKind::DateTime) | bit(ValueKind::Time);

class StaticType {
public:
    StaticType() = default;  ///< Nothing is known: any items, any number.
    static StaticType one(model::TypeId type) {
        StaticType result;
        result.one_ = type;
        result.size_ = 1;
        result.many = false;
        return result;
    }
    /// The types of a choice's alternatives; a single item.
    static StaticType of(std::span<const model::ElementDef> alternatives, tree::Arena& arena);
    static StaticType nothing() {
        StaticType result;
        result.any_ = false;
        result.many = false;
        return result;
    }

    [[nodiscard]] bool isAny() const { return any_ && size_ == 0; }
    [[nodiscard]] bool isNothing() const { return !any_ && size_ == 0; }
    [[nodiscard]] std::span<const model::TypeId> types() const {
        return size_ == 1 ? std::span(&one_, 1) : std::span(list_, size_);
    }
    /// The only type; kNoType when there are several or nothing is known.
    [[nodiscard]] model::TypeId single() const { return size_ == 1 ? one_ : model::kNoType; }
    /// Adds a type; with kNoType nothing is known any more.
    void add(model::TypeId type, tree::Arena& arena);
    /// Adds the other's types; cardinality and order are the caller's.
    void add(const StaticType& other, tree::Arena& arena);
    /// Forgets the types.
    void widen() {
        any_ = true;
        size_ = 0;
    }

    /// The kinds that the items' System values may have.
    [[nodiscard]] KindSet kinds() const;

    bool many = true;          ///< there may be more than one item
    bool unordered = false;    ///< the order means nothing
    std::uint8_t atLeast = 0;  ///< as many are certain (2 stands for more, too)

private:
    model::TypeId one_ = model::kNoType;
    bool any_ = true;
    std::uint16_t size_ = 0;
    const model::TypeId* list_ = nullptr;
};

/// "String", "code", "Identifier or Reference", for messages.
std::string describe(const StaticType& type, const model::Model& model);

}  // namespace waymark::path
