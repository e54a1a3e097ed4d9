// Limits, criteria, logical and open roots, and that a warm evaluation asks the heap for nothing.
#include "fixture.h"

#include <atomic>
#include <cstdlib>
#include <new>

#include "fhir/path/message_index.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Counts every allocation of this executable.
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace waymark::path::tests {
namespace {

Scope patientScope() {
    Scope scope;
    scope.model = &model::Model::r4();
    scope.focus = scope.model->typeNamed("Patient");
    return scope;
}

TEST(Evaluation, AsksTheHeapForNothingWhenWarm) {
    const char* texts[] = {
        "name.where(use = 'official').given.first()",
        "Patient.identifier.where(system = 'https://fhir.nhs.uk/Id/nhs-number').value",
        "telecom.exists(system = 'phone' and rank < 2)",
        "name.select(given | family).distinct().count()",
        "extension('http://example.org/score').value > 1.4",
        "birthDate <= today() - 18 years",
        "managingOrganization.resolve().name.startsWith('River')",
        "iif(gender = 'female', 'F', 'M') & name.given.join(' ')",
        "identifier.value.first().matches('^[0-9]{10}$')",
        "descendants().ofType(code).count() + contained.count()",
        "(birthDate + 1 year).toString().substring(0, 4)",
        "name.given.repeat($this).sort(-$this).first()",
    };
    std::vector<Expression> expressions;
    for (const auto* text : texts) {
        auto expression = Expression::compile(text, patientScope());
        ASSERT_TRUE(expression) << text << ": " << expression.error().text();
        expressions.push_back(*std::move(expression));
    }
    tree::Arena arena;
    Environment environment;
    environment.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
    const auto round = [&] {
        MessageIndex index(patient().root(), model::Model::r4(), arena);
        environment.index = &index;
        std::size_t results = 0;
        for (const Expression& expression : expressions) {
            const auto items = expression.evaluate(patient().root(), environment, arena);
            results += items ? items->size() : 100;
        }
        arena.reset();
        return results;
    };
    ASSERT_EQ(round(), texts[0] ? expressions.size() : 0);
    round();
    const std::size_t before = allocations;
    round();
    EXPECT_EQ(allocations - before, 0U);
}

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
