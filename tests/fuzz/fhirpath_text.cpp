// Any bytes as the text of an expression: it compiles or is refused with a place, against a type,
// an unknown focus and in the manner of the mapping language.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fhir/path/expression.h"

namespace path = waymark::path;

namespace {

void compile(std::string_view text, const path::Scope& scope) {
    const auto expression = path::Expression::compile(text, scope);
    if (expression) {
        if (expression->explain().empty()) std::abort();
        return;
    }
    if (expression.error().issues.empty() || expression.error().text().empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    path::Scope scope;
    scope.model = &waymark::model::Model::r4();
    compile(text, scope);
    scope.focus = scope.model->typeNamed("Patient");
    compile(text, scope);
    scope.focus = scope.model->typeNamed("Bundle");
    scope.bareVariables = true;
    scope.checkOrder = true;
    scope.variables = {{"source", scope.focus, false}, {"any", waymark::model::kNoType, true}};
    compile(text, scope);
    const auto extent = path::Expression::extent(text);
    if (extent && *extent > text.size()) std::abort();
    return 0;
}
