#include "fhir/map/ast.h"

#include <utility>

namespace waymark::map::ast {

bool Rule::isSimple() const {
    if (sources.size() != 1 || targets.size() != 1 || !calls.empty() || hasBlock) return false;
    const Source& source = sources.front();
    const Target& target = targets.front();
    return !source.context.empty() && !source.path.empty() && source.variable.empty() &&
           !target.context.empty() && !target.path.empty() && target.variable.empty() &&
           !target.transform;
}

Transform Transform::evaluating(Expression expression) {
    Transform out;
    out.name = "evaluate";
    out.at = expression.at;
    Parameter& parameter = out.parameters.emplace_back();
    parameter.kind = Parameter::Kind::Expression;
    parameter.at = expression.at;
    parameter.expression = std::move(expression);
    return out;
}

}  // namespace waymark::map::ast
