// Every expression that HL7 publishes in R4 compiles: the invariants against the types that they
// are for, the search parameters. What does not is named here with the reason.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "fhir/model/facts.h"
#include "fhir/path/expression.h"

namespace waymark::path {
namespace {

using model::Facts;
using model::Invariant;
using model::Model;

/// What an invariant is evaluated on; kNoType for a choice, whose alternatives differ.
model::TypeId focusOf(const Invariant& invariant) {
    if (invariant.element == model::kNoName) return invariant.owner;
    const auto alternatives = Model::r4().elements(invariant.owner, invariant.element);
    return alternatives.size() == 1 ? alternatives.front().type : model::kNoType;
}

TEST(Published, InvariantsCompile) {
    const std::map<std::string_view, std::string_view> kWrong = {
        {"cid-0", "ChargeItemDefinition has no element `name`"},
    };
    std::size_t compiled = 0;
    std::map<std::string, std::string> refused;
    for (std::size_t type = 1; type < Model::r4().typeCount(); ++type) {
        for (const Invariant& invariant :
             Facts::r4().invariants(static_cast<model::TypeId>(type))) {
            Scope scope;
            scope.model = &Model::r4();
            scope.focus = focusOf(invariant);
            const auto expression = Expression::compile(invariant.expression, scope);
            if (expression) {
                ++compiled;
            } else {
                refused[std::string(invariant.key)] =
                    invariant.expression + ": " + std::string(expression.error().text());
            }
        }
    }
    EXPECT_GT(compiled, 200U);
    for (const auto& [key, fault] : refused)
        EXPECT_TRUE(kWrong.contains(key)) << key << ": " << fault;
    for (const auto& [key, reason] : kWrong) EXPECT_TRUE(refused.contains(std::string(key))) << key;
}

TEST(Published, SearchParametersCompile) {
    std::size_t compiled = 0;
    for (const model::SearchParameter& parameter : Facts::r4().searchParameters()) {
        if (parameter.expression.empty()) continue;
        Scope scope;
        scope.model = &Model::r4();
        const auto expression = Expression::compile(parameter.expression, scope);
        // The only one: hasExtension() is no function of FHIRPath or of FHIR R4.
        if (parameter.code == "item-subject") {
            EXPECT_FALSE(expression);
            continue;
        }
        EXPECT_TRUE(expression) << parameter.code << " " << parameter.expression << ": "
                                << (expression ? "" : expression.error().text());
        compiled += expression ? 1 : 0;
    }
    EXPECT_GT(compiled, 500U);
}

}  // namespace
}  // namespace waymark::path
