// Any text compiles or is refused, any expression evaluates or fails: nothing throws or hangs.
#include "fixture.h"

#include <array>

#include "tests/support/fixed_world.h"

namespace waymark::path::tests {
namespace {

constexpr std::string_view kSeeds[] = {
    "Patient.name.where(use = 'official').given.first() & ' ' & name.family.first()",
    "telecom.exists(system = 'phone' and (rank < 2 or rank.empty()))",
    "(1 | 2 | 3).aggregate($this + $total, 0) = 6",
    "@2015-02-04T14:34:28.123+01:00 + 4 days > birthDate.toDateTime()",
    "'\\u0041bc'.replaceMatches('[a-z](?<x>.)', '${x}$1').upper().substring(0, 2).toChars()",
    "name.select(defineVariable('n').given.select(%n.use & $this)).sort(-$this, $index)",
    "iif(gender in ('male' | 'female'), 1.50 'mg' * 2, {} ) // done",
    "descendants().ofType(Identifier).where(system = %ucum)[0].value is string",
    "Bundle.entry.resource.ofType(ServiceRequest).subject.resolve().generalPractitioner",
    "extension(%`ext-patient-birthTime`).value as dateTime ~ now()",
    "1.587.lowBoundary(3) !~ (10 div 3 mod 2).power(2).sqrt().round(4)",
    "contained.repeat(children()).distinct().trace('x', id).isDistinct() implies true xor false",
};

constexpr std::string_view kPieces[] = {
    "(",
    ")",
    "[",
    "]",
    "{}",
    ".",
    ",",
    "'",
    "`",
    "@",
    "@T10",
    "@2020-",
    "$this",
    "$total",
    "%x",
    "|",
    "&",
    "+",
    "-",
    "*",
    "/",
    " div ",
    " is ",
    " as ",
    " in ",
    " contains ",
    "=",
    "!~",
    ">=",
    "name",
    "where(",
    "select(",
    "repeat(",
    "children()",
    "descendants()",
    "1",
    "0.5",
    "99999999999",
    " days",
    " 'mg'",
    "first()",
    "ofType(Patient)",
    "toString()",
    "'a'",
    "\\",
    "\xC5\xBC",
    "\xFF",
    "/*",
    "//",
    "aggregate(",
    "sort(-",
    "matches('a*')",
    "resolve()",
    "type()",
    "power(99)",
    "exp()",
};

TEST(AnyText, CompilesOrIsRefusedAndEvaluatesOrFails) {
    waymark::tests::SeededRandom random(11);
    const auto pick = [&](const auto& from) { return from[random.below(std::size(from))]; };
    Scope scope;
    scope.model = &model::Model::r4();
    Environment environment;
    environment.limits.steps = 20'000;
    environment.limits.results = 5'000;
    tree::Arena arena;
    std::size_t compiled = 0;
    for (int round = 0; round < 8'000; ++round) {
        std::string text(pick(kSeeds));
        const std::uint64_t changes = random.below(4);
        for (std::uint64_t change = 0; change < changes; ++change) {
            const std::size_t at = random.below(text.size() + 1);
            const std::size_t length = random.below(8);
            switch (random.below(4)) {
                case 0:
                    text.erase(std::min(at, text.size()), length);
                    break;
                case 1:
                    text.insert(at, pick(kPieces));
                    break;
                case 2:
                    text.replace(at, length, pick(kPieces));
                    break;
                default: {
                    const std::string_view other = pick(kSeeds);
                    text.insert(at, other.substr(random.below(other.size()), length * 4));
                }
            }
        }
        scope.focus = random.below(2) == 0 ? model::kNoType : patient().root().type();
        scope.bareVariables = random.below(8) == 0;
        const auto expression = Expression::compile(text, scope);
        (void)Expression::extent(text);
        if (!expression) {
            ASSERT_FALSE(expression.error().issues.empty()) << text;
            ASSERT_FALSE(expression.error().text().empty()) << text;
            continue;
        }
        ++compiled;
        arena.reset();
        const auto items = expression->evaluate(patient().root(), environment, arena);
        if (!items) {
            ASSERT_FALSE(items.error().text().empty()) << text;
        } else {
            for (const Value& item : *items) (void)path::text(item);
        }
        ASSERT_FALSE(expression->explain().empty());
    }
    EXPECT_GT(compiled, 300U);
}

TEST(AnyText, OfRandomBytesIsRefused) {
    waymark::tests::SeededRandom random(5);
    Scope scope;
    scope.model = &model::Model::r4();
    for (int round = 0; round < 20'000; ++round) {
        std::array<std::uint8_t, 24> bytes{};
        random.fill(bytes);
        const std::string text(reinterpret_cast<const char*>(bytes.data()),
                               random.below(bytes.size()));
        (void)Expression::compile(text, scope);
        (void)Expression::extent(text);
    }
}

}  // namespace
}  // namespace waymark::path::tests
