// Counts heap allocations: evaluating takes none once the arena is warm.
#include "fixture.h"

#include <vector>

#include "fhir/path/message_index.h"
#include "tests/support/allocation_counter.h"
#include "tests/support/referral_expressions.h"
#include "tests/support/shared_files.h"

namespace waymark::path::tests {
namespace {

TEST(Allocations, AreNoneOnceTheArenaIsWarm) {
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
    const long before = waymark::tests::allocations;
    round();
    EXPECT_EQ(waymark::tests::allocations - before, 0);
}

TEST(Allocations, AreNoneWhenAWarmArenaReadsAMessageAndAsksItEverything) {
#ifdef WAYMARK_SANITIZED
    GTEST_SKIP() << "sanitizers count their own allocations";
#endif
    const std::string body =
        waymark::tests::readFile("mappings/examples/bars-to-referral/app5.in.json");
    const model::Model& r4 = model::Model::r4();
    std::vector<Expression> expressions;
    Scope scope;
    scope.model = &r4;
    scope.focus = r4.typeNamed("Bundle");
    for (const char* text : waymark::tests::kReferralExpressions) {
        auto expression = Expression::compile(text, scope);
        ASSERT_TRUE(expression) << text << ": " << expression.error().text();
        expressions.push_back(*std::move(expression));
    }
    tree::Arena arena;
    Environment environment;
    environment.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
    const auto once = [&] {
        arena.reset();
        const auto document = tree::readJson(body, r4, arena);
        if (!document) return std::size_t{0};
        MessageIndex index(document->root, r4, arena);
        environment.index = &index;
        std::size_t items = 0;
        for (const Expression& expression : expressions) {
            const auto found = expression.evaluate(document->root, environment, arena);
            if (!found) return std::size_t{0};
            items += found->size();
        }
        return items;
    };
    const std::size_t items = once();
    EXPECT_GT(items, 15U);
    ASSERT_EQ(once(), items);
    const long before = waymark::tests::allocations;
    const std::size_t again = once();
    const long after = waymark::tests::allocations;
    EXPECT_EQ(again, items);
    EXPECT_EQ(after - before, 0);
}

}  // namespace
}  // namespace waymark::path::tests
