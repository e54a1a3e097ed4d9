#include "fhir/structure/codes.h"

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/model/shape.h"

namespace waymark::structure::detail {

namespace name = model::name;
namespace type = model::type;

namespace {

/// Of a coding without a system: no value set has it. (A code of type code has the system of its
/// binding, which an empty one stands for.)
constexpr std::string_view kNoSystem = "-";

}  // namespace

void forEachCode(tree::Element element, const model::Model& model,
                 const std::function<void(std::string_view, std::string_view)>& take) {
    const auto coding = [&](tree::Element at) {
        const tree::Element code = at.child(name::code);
        if (!code || !code.hasValue()) return;
        const std::string_view system = childText(at, name::system);
        take(system.empty() ? kNoSystem : system, code.text());
    };
    const model::TypeId kind = element.type();
    if (kind == type::CodeableConcept) {
        for (tree::Element at = element.child(name::coding); at; at = at.nextSame()) coding(at);
    } else if (kind == type::Coding || model.isA(kind, type::Quantity)) {
        coding(element);
    } else if (element.hasValue() && model.shape(kind).kind == model::TypeKind::Primitive) {
        take({}, element.text());
    }
}

void reportBinding(tree::Element element, const Bound& bound, const Answer& answer, Run& run) {
    // A choice whose alternative carries no code (valueString) is bound to nothing.
    const model::TypeId kind = element.type();
    const bool holdsCodes = kind == type::CodeableConcept || kind == type::Coding ||
                            run.model().isA(kind, type::Quantity);
    if (!answer.any && !holdsCodes) return;
    const bool required = bound.strength == model::Strength::Required;
    if (!answer.any) {
        // A quantity without a unit's code, or words only, where the value set may not have one.
        if (run.model().isA(kind, type::Quantity) && !required) return;
        return run.report(
            element, required ? Severity::Error : Severity::Warning, IssueType::CodeInvalid,
            required ? "binding-required" : "binding-extensible",
            required ? fmt::format("No code stands here, and one from the value set {} is "
                                   "required; add it.",
                                   bound.valueSet)
                     : fmt::format("No code stands here; give one from the value set {} if it has "
                                   "one that fits.",
                                   bound.valueSet));
    }
    if (required) {
        run.error(element, IssueType::CodeInvalid, "binding-required",
                  fmt::format("None of the codes is in the value set {}, from which one is "
                              "required; use one of its codes.",
                              bound.valueSet));
    } else {
        run.warning(element, IssueType::CodeInvalid, "binding-extensible",
                    fmt::format("None of the codes is in the value set {}; use one of its codes "
                                "unless none fits.",
                                bound.valueSet));
    }
}

void reportMaximum(tree::Element element, const Bound& bound, Run& run) {
    run.error(element, IssueType::CodeInvalid, "binding-maximum",
              fmt::format("None of the codes is in the value set {}, which no code here may leave.",
                          bound.maximum));
}

}  // namespace waymark::structure::detail
