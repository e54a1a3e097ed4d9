// The table of FHIR R4 facts (FHIR 4.0.1) and the logical models loaded beside it: types, elements,
// cardinality, choices. A Model is immutable and shared between threads. Model::r4() is generated
// from the published definitions and committed (r4_types.inc); extend() appends logical models.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::model {

/// Index of a type in its Model. The R4 types have the same ids in every Model.
using TypeId = std::uint16_t;
/// Interned element name. The R4 names have the same ids in every Model.
using NameId = std::uint16_t;

inline constexpr TypeId kNoType = 0;
inline constexpr NameId kNoName = 0;
/// The one type of kind Open, named "Open": a JSON object whose members no one has modelled. Its
/// children are of type string, boolean, integer, decimal or Open again.
inline constexpr TypeId kOpen = 1;
/// Names that no model knows (in Open objects) get ids from here on, per arena.
inline constexpr NameId kFirstOpenName = 0x8000;

enum class TypeKind : std::uint8_t {
    None,
    Primitive,  ///< string, boolean, dateTime ...; the value is text, children are id and extension
    Complex,    ///< HumanName, Extension, and abstract Element
    Backbone,   ///< an element with children defined in place, named by its path: "Bundle.entry"
    Resource,   ///< Patient, and abstract Resource and DomainResource
    Logical,    ///< the root of a logical model
    Open,       ///< a JSON object whose members no one has modelled
    System,     ///< FHIRPath System.* types
};

/// One element of a type as one of its types: a choice element has one ElementDef per alternative,
/// standing together in `Type::elements`.
struct ElementDef {
    NameId name = kNoName;     ///< FHIR's name without [x]: "value"
    NameId json = kNoName;     ///< the JSON and XML name: "valueQuantity"
    TypeId type = kNoType;     ///< type of the element's content: "Quantity", "Bundle.entry"
    std::uint8_t ordinal = 0;  ///< place among the type's elements, alternatives share it; < 64
    bool repeats : 1 = false;
    bool required : 1 = false;
    bool choice : 1 = false;
    bool xmlAttribute : 1 = false;  ///< id and Extension.url
};

struct Type {
    std::string_view name;  ///< "Patient", "Patient.contact", "string"
    TypeId id = kNoType;
    TypeId base = kNoType;  ///< what isA follows: code -> string -> Element
    TypeKind kind = TypeKind::None;
    bool isAbstract = false;
    /// All elements, inherited ones included, in the order of the definition.
    std::span<const ElementDef> elements;
    std::uint64_t requiredOrdinals = 0;  ///< bit per ordinal with min >= 1
};

/// A type to add: what fhir/package makes of a StructureDefinition with kind logical.
struct ElementSpec {
    std::string path;  ///< "LinkWorkerReferral.person.name"
    std::uint32_t min = 0;
    bool repeats = false;
    std::vector<std::string> types;  ///< type names; several make a choice; empty with children
    std::string contentReference;    ///< "#LinkWorkerReferral.need" or empty
};
struct TypeSpec {
    std::string name;  ///< "LinkWorkerReferral"
    std::string url;   ///< the StructureDefinition's canonical
    std::string base;  ///< "Element" or "Base"
    std::vector<ElementSpec> elements;
};

struct Shape;

class Model {
public:
    /// FHIR 4.0.1. Static, never destroyed.
    static const Model& r4();
    /// R4 and these logical models. Fails with one issue per fault (unknown type name, name of an
    /// R4 type, more than 64 elements, contentReference to nothing).
    static Result<std::shared_ptr<const Model>> extend(std::span<const TypeSpec> specs);

    /// "Patient", "Bundle.entry", "LinkWorkerReferral.person"; kNoType when there is none.
    [[nodiscard]] TypeId typeNamed(std::string_view name) const;
    /// By canonical: "http://hl7.org/fhir/StructureDefinition/Patient" or a logical model's url.
    [[nodiscard]] TypeId typeAt(std::string_view canonical) const;
    [[nodiscard]] const Type& type(TypeId id) const;
    [[nodiscard]] std::size_t typeCount() const;
    /// Whether `type` is `base` or derives from it.
    [[nodiscard]] bool isA(TypeId type, TypeId base) const;

    [[nodiscard]] NameId nameId(std::string_view name) const;  ///< kNoName when no type uses it
    [[nodiscard]] std::string_view name(NameId id) const;
    [[nodiscard]] std::size_t nameCount() const;
    /// All of them, by NameId; the first is empty.
    [[nodiscard]] std::span<const std::string_view> names() const;

    /// By JSON or XML name: "valueQuantity" finds one alternative. nullptr when there is none.
    [[nodiscard]] const ElementDef* elementNamed(TypeId type, std::string_view jsonName) const;
    /// By FHIR name: all alternatives of "value", one for an element that is no choice, or none.
    [[nodiscard]] std::span<const ElementDef> elements(TypeId type, NameId name) const;

    /// What readers need of a type, laid out for them (fhir/model/shape.h).
    [[nodiscard]] const Shape& shape(TypeId id) const;
    /// All of them, by TypeId.
    [[nodiscard]] std::span<const Shape> shapes() const;
    /// The codes that a required binding allows, by Member::codes; members are the codes.
    [[nodiscard]] const Shape& codeList(std::uint16_t number) const;
    /// The resource type of this name; kNoType when there is none or it is abstract. Faster than
    /// typeNamed().
    [[nodiscard]] TypeId resourceNamed(std::string_view name) const;

    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    ~Model();

private:
    struct Tables;
    friend class Loader;
    explicit Model(std::unique_ptr<const Tables> tables);
    std::unique_ptr<const Tables> tables_;
};

}  // namespace waymark::model
