// Names of types and of the variables that are always there: what "Quantity", "FHIR.code",
// "System.String", %ucum and %`vs-...` stand for.
#pragma once

#include <string_view>

#include "fhir/model/model.h"
#include "fhir/path/plan.h"
#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

struct NamedType {
    model::TypeId type = model::kNoType;
    TypeMatch match = TypeMatch::Derived;
    bool known = false;
};
/// The FHIR model is searched first, then System (FHIRPath section 10.1).
NamedType typeFor(const model::Model& model, std::string_view name);

/// The System type of a kind of value.
model::TypeId systemType(ValueKind kind);
bool isPrimitive(const model::Model& model, model::TypeId type);

/// Members that System values have: of Quantity and of TypeInfo.
bool isSystemMember(std::string_view name);
/// The kind of such a member of a type; ValueKind::Element when the type has none of that name.
ValueKind systemMemberKind(model::TypeId type, std::string_view name);

/// The text of %ucum, %sct, %loinc, %`vs-name`, %`ext-name`; empty for other names. Made in the
/// arena where it must be.
std::string_view constantVariable(std::string_view name, tree::Arena& arena);

}  // namespace waymark::path
