// Static types of the mapping language: the set of types that a variable may have, what elements
// such a set has, and which value fits into which element. Private to the room.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/model/model.h"
#include "fhir/model/shape.h"

namespace waymark::map {

/// What is known of a value's type: one of some types, or nothing (`any`).
class TypeSet {
public:
    TypeSet() = default;  ///< nothing is known
    explicit TypeSet(model::TypeId type) {
        if (type != model::kNoType) types_.push_back(type);
    }
    [[nodiscard]] bool isAny() const { return types_.empty(); }
    /// The only type; kNoType when there are several or none is known.
    [[nodiscard]] model::TypeId single() const {
        return types_.size() == 1 ? types_.front() : model::kNoType;
    }
    [[nodiscard]] std::span<const model::TypeId> types() const { return types_; }
    void add(model::TypeId type);

    friend auto operator<=>(const TypeSet&, const TypeSet&) = default;
    friend bool operator==(const TypeSet&, const TypeSet&) = default;

private:
    std::vector<model::TypeId> types_;  ///< sorted
};

/// How a value of one type becomes an element of another.
enum class Fit : std::uint8_t {
    Never,
    Maybe,    ///< if its text has the format
    Narrow,   ///< a dateTime into a date: the time is cut off
    Convert,  ///< an open object into a typed element, member by member
    Widen,    ///< another type, always possible
    Wrap,     ///< a Coding into a CodeableConcept, a reference's text into a Reference
    Same,
};

/// Questions about types that need the model. Immutable; cheap to copy.
class Types {
public:
    explicit Types(const model::Model& model) : model_(&model) {}

    [[nodiscard]] const model::Model& model() const { return *model_; }
    [[nodiscard]] std::string_view name(model::TypeId type) const;
    [[nodiscard]] std::vector<std::string_view> names() const;  ///< of all types
    [[nodiscard]] model::TypeKind kind(model::TypeId type) const;
    [[nodiscard]] bool isPrimitive(model::TypeId type) const {
        return kind(type) == model::TypeKind::Primitive;
    }
    [[nodiscard]] bool isAbstract(model::TypeId type) const;
    /// FHIR's type for a System type: System.String is string.
    [[nodiscard]] static model::TypeId withoutSystem(model::TypeId type);

    [[nodiscard]] Fit fit(model::TypeId value, model::TypeId element) const;
    /// The alternative of an element that a value fits best; nullptr when it fits none.
    [[nodiscard]] const model::ElementDef* best(model::TypeId value,
                                                std::span<const model::ElementDef> defs) const;

    /// What `name` finds in a type: by FHIR name all alternatives, by JSON name one.
    struct Found {
        std::span<const model::ElementDef> defs;
        bool isJsonName = false;
        bool self = false;  ///< `value` of a primitive
        bool open = false;  ///< content that no one has modelled
    };
    [[nodiscard]] Found find(model::TypeId type, std::string_view name) const;

    /// The codes that a required binding allows for an element; nullptr when there is none.
    [[nodiscard]] const model::Shape* codes(model::TypeId owner,
                                            const model::ElementDef& def) const;
    /// Whether a list has a code; else the nearest one is in `near`, or nothing.
    [[nodiscard]] static bool hasCode(const model::Shape& codes, std::string_view code,
                                      std::string& near);

    /// Types that may stand where an abstract type is named; the type itself if it is concrete.
    [[nodiscard]] std::vector<model::TypeId> concrete(model::TypeId type) const;
    /// "Patient", "Quantity or string", "anything".
    [[nodiscard]] std::string describe(const TypeSet& types) const;
    [[nodiscard]] std::string describe(std::span<const model::ElementDef> defs) const;
    /// The names of a type's elements, for nearest names.
    [[nodiscard]] std::vector<std::string_view> elementNames(const TypeSet& types) const;

private:
    const model::Model* model_;
};

}  // namespace waymark::map
