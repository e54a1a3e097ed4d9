// Limits, criteria, logical and open roots.
#include "fixture.h"

#include "fhir/path/message_index.h"

namespace waymark::path::tests {
namespace {

struct Limited {
    const char* expression;
    Limits limits;
};

TEST(Evaluation, StopsAtEveryLimit) {
    Limits steps;
    steps.steps = 1000;
    Limits results;
    results.results = 1000;
    Limits depth;
    depth.depth = 4;
    Limits time;
    time.time = std::chrono::milliseconds(0);
    for (const auto& [expression, limits] : {
             Limited{"(1).repeatAll($this + 1)", steps},
             Limited{"(1).repeatAll($this + 1).count()", results},
             Limited{"(1|2|3|4|5|6|7|8).select((1|2|3|4|5|6|7|8).select((1|2|3|4|5|6|7|8)))",
                     steps},
             Limited{"iif(iif(iif(iif(iif(iif(true, true), true), true), true), true), true)",
                     depth},
             Limited{"(1).repeatAll($this + 1)", time},
             Limited{"(1).repeatAll($this + 1)", Limits()},
             Limited{"'ab'.repeatAll($this & $this)", Limits()},
         }) {
        auto compiled = Expression::compile(expression, patientScope());
        ASSERT_TRUE(compiled) << expression;
        Environment environment;
        environment.limits = limits;
        tree::Arena arena;
        const auto items = compiled->evaluate(patient().root(), environment, arena);
        ASSERT_FALSE(items) << expression;
        EXPECT_EQ(items.error().kind, Kind::Unprocessable);
        EXPECT_EQ(items.error().issues.front().type, IssueType::TooCostly) << items.error().text();
    }
}

TEST(Evaluation, GivesThePlaceOfAFault) {
    auto compiled =
        Expression::compile("gender.exists() and\n name.single().exists()", patientScope());
    ASSERT_TRUE(compiled);
    tree::Arena arena;
    const auto items = compiled->evaluate(patient().root(), {}, arena);
    ASSERT_FALSE(items);
    EXPECT_EQ(items.error().kind, Kind::Unprocessable);
    EXPECT_EQ(items.error().issues.front().at, (Position{2, 7}));
}

TEST(Holds, IsACriterion) {
    const auto holds = [](std::string_view text) {
        tree::Arena arena;
        const auto compiled = Expression::compile(text, patientScope());
        const auto result = compiled->holds(patient().root(), {}, arena);
        return result ? (*result ? "true" : "false") : "fault";
    };
    EXPECT_STREQ(holds("name.exists()"), "true");
    EXPECT_STREQ(holds("deceased"), "false");
    EXPECT_STREQ(holds("gender"), "true");
    EXPECT_STREQ(holds("active"), "true");
    EXPECT_STREQ(holds("active = false"), "false");
    EXPECT_STREQ(holds("@2012 = @2012-01"), "false");
    EXPECT_STREQ(holds("name"), "fault");
}

TEST(Evaluation, TakesCollectionsAndNothingAsFocus) {
    const auto compiled = Expression::compile("given", [] {
        Scope scope = patientScope();
        scope.focus = scope.model->typeNamed("HumanName");
        return scope;
    }());
    ASSERT_TRUE(compiled);
    tree::Arena arena;
    std::vector<Value> names;
    const model::NameId name = model::Model::r4().nameId("name");
    for (tree::Element each = patient().root().child(name); each; each = each.nextSame()) {
        names.push_back(Value::of(each));
    }
    EXPECT_EQ(compiled->evaluate(Collection(names.data(), names.size()), {}, arena)->size(), 3U);
    EXPECT_EQ(compiled->evaluate(Collection(), {}, arena)->size(), 0U);
    EXPECT_EQ(compiled->evaluate(tree::Element(), {}, arena)->size(), 0U);
}

TEST(Evaluation, OfAnotherTypeThanTheFocusFindsNothing) {
    const Resource organization(R"({"resourceType": "Organization", "name": "x"})");
    const auto compiled = Expression::compile("Patient.name", patientScope());
    ASSERT_TRUE(compiled);
    tree::Arena arena;
    EXPECT_TRUE(compiled->evaluate(organization.root(), {}, arena)->empty());
}

TEST(Evaluation, WalksOpenJson) {
    const Resource open(R"({"weather": {"wind-speed": 3.5, "name": "mild"}, "days": [1, 2]})",
                        model::kOpen);
    Scope scope = patientScope();
    scope.focus = model::kOpen;
    EXPECT_EQ(evaluated("weather.`wind-speed` * 2", open.root(), {}, scope), "decimal 7.0");
    EXPECT_EQ(evaluated("weather.name", open.root(), {}, scope), "string mild");
    EXPECT_EQ(evaluated("days.count()", open.root(), {}, scope), "integer 2");
    EXPECT_EQ(evaluated("nothing", open.root(), {}, scope), "{}");
}

}  // namespace
}  // namespace waymark::path::tests
