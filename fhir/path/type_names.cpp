#include "fhir/path/type_names.h"

#include <string>

#include "fhir/model/r4_ids.h"
#include "fhir/path/static_type.h"

namespace waymark::path {
namespace {

namespace type = model::type;

model::TypeId systemNamed(std::string_view name, const model::Model& model) {
    for (model::TypeId id = type::System_Any; id <= type::System_Quantity; ++id) {
        if (model.type(id).name.substr(7) == name) return id;
    }
    // Long is an Integer here.
    return name == "Long" ? type::System_Integer : model::kNoType;
}

}  // namespace

NamedType typeFor(const model::Model& model, std::string_view name) {
    constexpr std::string_view kFhir = "FHIR.";
    constexpr std::string_view kSystem = "System.";
    if (name.starts_with(kSystem)) {
        const std::string_view rest = name.substr(kSystem.size());
        if (const model::TypeId id = systemNamed(rest, model)) return {id, TypeMatch::System, true};
        // A type of the other model: a question with the answer no.
        if (const model::TypeId id = model.typeNamed(rest)) return {id, TypeMatch::Never, true};
        return {};
    }
    const bool isFhir = name.starts_with(kFhir);
    const std::string_view rest = isFhir ? name.substr(kFhir.size()) : name;
    const model::TypeId id = model.typeNamed(rest);
    if (id != model::kNoType && model.type(id).kind != model::TypeKind::System) {
        return {id, TypeMatch::Derived, true};
    }
    const model::TypeId system = systemNamed(rest, model);
    if (system == model::kNoType) return {};
    return {system, isFhir ? TypeMatch::Never : TypeMatch::System, true};
}

model::TypeId systemType(ValueKind kind) {
    switch (kind) {
        case ValueKind::Boolean:
            return type::System_Boolean;
        case ValueKind::Integer:
            return type::System_Integer;
        case ValueKind::Decimal:
            return type::System_Decimal;
        case ValueKind::String:
            return type::System_String;
        case ValueKind::Date:
            return type::System_Date;
        case ValueKind::DateTime:
            return type::System_DateTime;
        case ValueKind::Time:
            return type::System_Time;
        case ValueKind::Quantity:
            return type::System_Quantity;
        case ValueKind::TypeInfo:
            return kTypeInfoType;
        case ValueKind::Element:
            return model::kNoType;
    }
    return model::kNoType;
}

bool isPrimitive(const model::Model& model, model::TypeId id) {
    return id != kTypeInfoType && model.type(id).kind == model::TypeKind::Primitive;
}

bool isSystemMember(std::string_view name) {
    return name == "value" || name == "unit" || name == "code" || name == "namespace" ||
           name == "name";
}

ValueKind systemMemberKind(model::TypeId id, std::string_view name) {
    if (id == kTypeInfoType) {
        return name == "namespace" || name == "name" ? ValueKind::String : ValueKind::Element;
    }
    if (id != type::System_Quantity) return ValueKind::Element;
    if (name == "value") return ValueKind::Decimal;
    return name == "unit" || name == "code" ? ValueKind::String : ValueKind::Element;
}

std::string_view constantVariable(std::string_view name, tree::Arena& arena) {
    if (name == "ucum") return "http://unitsofmeasure.org";
    if (name == "sct") return "http://snomed.info/sct";
    if (name == "loinc") return "http://loinc.org";
    const auto joined = [&](std::string_view before) {
        const std::string_view rest = name.substr(name.find('-') + 1);
        return arena.copy(std::string(before).append(rest));
    };
    if (name.starts_with("vs-")) return joined("http://hl7.org/fhir/ValueSet/");
    if (name.starts_with("ext-")) return joined("http://hl7.org/fhir/StructureDefinition/");
    return {};
}

}  // namespace waymark::path
