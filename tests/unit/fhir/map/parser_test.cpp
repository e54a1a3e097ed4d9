#include "fhir/map/parser.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fhir/map/lexer.h"
#include "fhir/map/printer.h"

namespace waymark::map {
namespace {

std::string inGroup(std::string_view rules) {
    return "map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n" + std::string(rules) +
           "\n}\n";
}

ast::Map good(std::string_view text) {
    Diagnostics diagnostics;
    ast::Map map = parse(text, "t.map", diagnostics);
    for (const Issue& issue : diagnostics.issues())
        ADD_FAILURE() << issue.at.line << ":" << issue.at.column << ": " << issue.text << "\n"
                      << text;
    return map;
}

ast::Rule rule(std::string_view text) {
    ast::Map map = good(inGroup(text));
    if (map.groups.empty() || map.groups[0].rules.empty()) return {};
    return map.groups[0].rules[0];
}

TEST(FmlParser, ReadsTheOldHeader) {
    const ast::Map map = good(R"(map "http://x/StructureMap/a" = "A"
        uses "http://x/S" alias Left as source
        uses 'http://x/T' as target
        imports "http://x/StructureMap/*"
        let unit = 'mg';
        group main(source src : Left, target tgt : T) extends Base <<type+>> { src.a -> tgt.b; })");
    EXPECT_EQ(map.url.text, "http://x/StructureMap/a");
    EXPECT_EQ(map.name.text, "A");
    EXPECT_TRUE(map.oldHeader);
    ASSERT_EQ(map.structures.size(), 2U);
    EXPECT_EQ(map.structures[0].alias.text, "Left");
    EXPECT_EQ(map.structures[1].mode, ast::ModelMode::Target);
    ASSERT_EQ(map.imports.size(), 1U);
    ASSERT_EQ(map.constants.size(), 1U);
    EXPECT_EQ(map.constants[0].value.text, "'mg'");
    ASSERT_EQ(map.groups.size(), 1U);
    EXPECT_EQ(map.groups[0].extends.text, "Base");
    EXPECT_EQ(map.groups[0].mode, ast::GroupMode::TypeAndTypes);
    EXPECT_EQ(map.groups[0].inputs[1].type.text, "T");
    EXPECT_TRUE(map.groups[0].rules[0].isSimple());
}

TEST(FmlParser, ReadsTheNewHeader) {
    const ast::Map map = good(
        "/// url = 'http://x/m'\n/// name = \"M\"\n/// experimental = true\n"
        "/// jurisdiction =\n/// jurisdiction.coding.code = 'GB'\n"
        "/// description = \"\"\"\nTwo\nlines.\n\"\"\"\n"
        "/// just a comment\ngroup g(source s, target t) {}");
    EXPECT_EQ(map.url.text, "http://x/m");
    EXPECT_EQ(map.name.text, "M");
    EXPECT_EQ(map.description, "Two\nlines.");
    ASSERT_EQ(map.metadata.size(), 6U);
    EXPECT_EQ(map.metadata[2].kind, ast::LiteralKind::Boolean);
    EXPECT_FALSE(map.metadata[3].hasValue);
    EXPECT_EQ(map.metadata[4].path.text, "jurisdiction.coding.code");
    EXPECT_FALSE(map.oldHeader);
}

TEST(FmlParser, ReadsEveryClauseOfASource) {
    const ast::Source source =
        rule(
            "s.a.`b c` : Quantity 0..3 default (10) not_last as v where (v > 1) check (v < 9) "
            "log ('seen ' & v) -> t.x = v;")
            .sources.at(0);
    EXPECT_EQ(source.context.text, "s");
    ASSERT_EQ(source.path.size(), 2U);
    EXPECT_EQ(source.path[1].text, "b c");
    EXPECT_EQ(source.type.text, "Quantity");
    EXPECT_TRUE(source.hasCardinality);
    EXPECT_EQ(source.max, 3U);
    EXPECT_EQ(source.defaultValue->text, "10");
    EXPECT_EQ(source.list, ast::SourceList::NotLast);
    EXPECT_EQ(source.variable.text, "v");
    EXPECT_EQ(source.where->text, "v > 1");
    EXPECT_EQ(source.check->text, "v < 9");
    EXPECT_EQ(source.log->text, "'seen ' & v");
}

TEST(FmlParser, FindsTheEndOfAConditionWithoutParentheses) {
    struct Case {
        std::string_view text, where;
        bool check;
    };
    const Case cases[] = {
        {"s.a as v where linkId.value = 'x' -> t.x = v;", "linkId.value = 'x'", false},
        {"s.a as v where (v.b) and (v.c) then g(v, t);", "(v.b) and (v.c)", false},
        {"s.a as v where v in ('a' | 'b') check v.exists() -> t.x = v;", "v in ('a' | 'b')", true},
        {"s.a as v where type = \"author\" \"name\";", "type = 'author'", false},
        {"s.a where check = 1 then { };", "check = 1", false},
        {"s.a where (url = 'x').not(), s.b as w -> t.x = w;", "(url = 'x').not()", false},
    };
    for (const Case& each : cases) {
        const ast::Rule read = rule(each.text);
        ASSERT_FALSE(read.sources.empty()) << each.text;
        ASSERT_TRUE(read.sources[0].where) << each.text;
        EXPECT_EQ(read.sources[0].where->text, each.where);
        EXPECT_TRUE(read.sources[0].where->bare);
        EXPECT_EQ(read.sources[0].check.has_value(), each.check) << each.text;
    }
}

TEST(FmlParser, ReadsTargets) {
    const ast::Rule read = rule(
        "s -> t.a = 'x', t.b = create('Reference') as r first, t.c.d as e share id1, "
        "t.f = (s.g.h) last, t.i = s.j, uuid() as u, (s.k) as w, t.l = -5, t.m = @2024-01, "
        "t.n = append(s, ' ', s.o.first()), t.p = evaluate(s, 'q') \"n\";");
    ASSERT_EQ(read.targets.size(), 11U);
    EXPECT_EQ(read.name.text, "n");
    EXPECT_EQ(read.targets[0].transform->name, "copy");
    EXPECT_EQ(read.targets[1].variable.text, "r");
    EXPECT_EQ(read.targets[1].lists, std::vector{ast::TargetList::First});
    EXPECT_FALSE(read.targets[2].transform);
    EXPECT_EQ(read.targets[2].shareId.text, "id1");
    EXPECT_EQ(read.targets[3].transform->name, "evaluate");
    EXPECT_EQ(read.targets[4].transform->parameters[0].expression.text, "s.j");
    EXPECT_TRUE(read.targets[5].context.empty());
    EXPECT_EQ(read.targets[6].transform->parameters[0].expression.text, "s.k");
    EXPECT_EQ(read.targets[7].transform->parameters[0].text, "-5");
    EXPECT_EQ(read.targets[8].transform->parameters[0].literal, ast::LiteralKind::Date);
    EXPECT_EQ(read.targets[9].transform->parameters.size(), 3U);
    EXPECT_EQ(read.targets[10].transform->parameters[1].expression.text, "'q'");
}

TEST(FmlParser, ReadsASourceThatIsAnExpression) {
    const ast::Rule read = rule("s.subject as r, (r.resolve().ofType(Patient)) as p -> t.x = p;");
    ASSERT_EQ(read.sources.size(), 2U);
    EXPECT_EQ(read.sources[1].expression->text, "r.resolve().ofType(Patient)");
    EXPECT_EQ(read.sources[1].variable.text, "p");
}

TEST(FmlParser, ReadsDependents) {
    const ast::Rule read =
        rule("s.a as v -> t.b as w then one(v, w), two(v, 'x') { v -> w.c = 1; };");
    ASSERT_EQ(read.calls.size(), 2U);
    EXPECT_EQ(read.calls[1].arguments[1].text, "x");
    EXPECT_EQ(read.rules.size(), 1U);
    EXPECT_EQ(rule("s -> other(s, t);").calls.size(), 1U);
}

TEST(FmlParser, SpreadsTheBatchForm) {
    const ast::Map map = good(inGroup("s -> t: a, b \"Others\"; s -> t: c;"));
    ASSERT_EQ(map.groups[0].rules.size(), 3U);
    for (const ast::Rule& each : map.groups[0].rules) EXPECT_TRUE(each.isSimple());
    EXPECT_EQ(map.groups[0].rules[1].targets[0].path[0].text, "b");
}

TEST(FmlParser, TakesKeywordsAsElementNames) {
    const ast::Rule read = rule("s.group as source -> t.where = source, t.type as target;");
    EXPECT_EQ(read.sources[0].path[0].text, "group");
    EXPECT_EQ(read.targets[0].transform->parameters[0].text, "source");
    EXPECT_EQ(read.targets[1].variable.text, "target");
}

TEST(FmlParser, ReadsInlineConceptMaps) {
    const ast::Map map = good(R"(map "http://x/m" = "m"
        conceptmap "#c" {
          prefix s = "http://s"
          prefix t = "http://t"
          unmapped for s = provided
          s:male - t:M
          s:not-done == t:"a b"
          s:x --
          s:12.5 != t:o
        }
        group g(source s, target t) {})");
    ASSERT_EQ(map.conceptMaps.size(), 1U);
    const ast::ConceptMap& read = map.conceptMaps[0];
    EXPECT_EQ(read.id.text, "c");
    ASSERT_EQ(read.rows.size(), 4U);
    EXPECT_EQ(read.rows[0].equivalence, "relatedto");
    EXPECT_EQ(read.rows[1].source.code, "not-done");
    EXPECT_EQ(read.rows[1].target.code, "a b");
    EXPECT_EQ(read.rows[2].target.code, "");
    EXPECT_EQ(read.rows[3].source.code, "12.5");
    EXPECT_EQ(read.unmapped.size(), 1U);
}

TEST(FmlParser, KeepsCommentsAsDocumentation) {
    const ast::Map map = good(inGroup("// before\n// two\ns.a -> t.a; // behind\ns.b -> t.b;"));
    EXPECT_EQ(map.groups[0].rules[0].documentation, "before\ntwo\nbehind");
    EXPECT_EQ(map.groups[0].rules[1].documentation, "");
}

TEST(FmlParser, NamesEveryFaultWithItsPlace) {
    struct Case {
        std::string_view text, code, says;
        Position at;
    };
    const Case cases[] = {
        {"group g(source s, target t) {}", "FML-E0108", "no URL", {1, 1}},
        {"map \"http://x/m\" = \"m\"", "FML-E0109", "no group", {1, 1}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a -> t.a\n}",
         "FML-E0103",
         "expected `;`",
         {4, 1}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a -> ;\n}",
         "FML-E0103",
         "expected a target but found `;`",
         {3, 10}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a as v where -> t.a = "
         "v;\n}",
         "FML-E0103",
         "after `where`",
         {3, 18}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a -> t.a = 'x;\n}",
         "FML-E0102",
         "no end",
         {3, 16}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a 3..1 as v -> t.a = "
         "v;\n}",
         "FML-E0318",
         "3..1",
         {3, 7}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) { s # t; }",
         "FML-E0101",
         "`#`",
         {2, 33}},
        {"map \"http://x/m\" = \"m\"\nuses \"http://x\" as sauce\ngroup g(source s, target t) {}",
         "FML-E0103",
         "expected `source`",
         {2, 20}},
        {"map \"http://x/m\" = \"m\"\ngroup g(source s, target t) {\n  s.a -> t.a;",
         "FML-E0102",
         "never closed",
         {2, 29}},
        {"/// url = 'http://x/m'\n/// name = a b\ngroup g(source s, target t) {}",
         "FML-E0105",
         "one literal",
         {2, 12}},
    };
    for (const Case& each : cases) {
        Diagnostics diagnostics;
        (void)parse(each.text, "t.map", diagnostics);
        const std::vector<Issue> issues = diagnostics.take();
        bool found = false;
        std::string all;
        for (const Issue& issue : issues) {
            all += issue.code + " " + std::to_string(issue.at.line) + ":" +
                   std::to_string(issue.at.column) + " " + issue.text + "\n";
            found = found || (issue.code == each.code && issue.at == each.at &&
                              issue.text.find(each.says) != std::string::npos);
        }
        EXPECT_TRUE(found) << each.text << "\nwanted " << each.code << " " << each.says << "\n"
                           << all;
    }
}

TEST(FmlParser, ReportsTheFaultsOfAllRules) {
    Diagnostics diagnostics;
    (void)parse(inGroup("s.a -> ;\ns.b -> t.b;\ns.c as -> t.c;\ns.d where () -> t.d;"), "t.map",
                diagnostics);
    EXPECT_EQ(diagnostics.errors(), 3U);
}

TEST(FmlParser, RefusesEndlessNesting) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "s then {";
    Diagnostics diagnostics;
    (void)parse(inGroup(text), "t.map", diagnostics);
    EXPECT_TRUE(diagnostics.failed());
}

TEST(FmlParser, PrintsWhatItReads) {
    const std::string_view texts[] = {
        "/// url = 'http://x/m'\n/// name = 'M'\n/// description = \"\"\"\nA\nB\n\"\"\"\n"
        "uses \"http://x/S\" alias L as source // left\nimports \"http://x/*\"\nlet a = 1 + 2;\n"
        "conceptmap \"c\" { prefix s = \"http://s\" s:a == s:\"b c\" s:d -- }\n"
        "// what it is\ngroup g(source s : L, target t) extends h <<types>> {\n"
        "  // one\n  s.a : code 1..* default ('x') first as v where (v = 'q') check (true) log (v)"
        " -> t.b = create('code') as w share k last, t.`c-d` = 'it\\'s', t.e = translate(v, '#c', "
        "'code') then h(v, w), i(v) { v -> w.f = (v & 'x'), w.g = evaluate(v, a.b) \"in\"; } "
        "\"r\";\n"
        "  (s.a | s.b) as z -> t.q = true, t.r = 1.50, t.s = @2024-02-29;\n}\n",
        "map \"http://x/m\" = \"m\"\ngroup g(source `then`, target t) { `then`.a -> t.b; "
        "`then` -> t.c = uuid(), t.d = append(`then`, \"\\u00e9\\n\"); }",
    };
    for (const std::string_view text : texts) {
        const ast::Map once = good(text);
        const std::string printed = print(once);
        ast::Map twice = good(printed);
        EXPECT_EQ(print(twice), printed);
        EXPECT_TRUE(once.groups == twice.groups) << printed;
        EXPECT_TRUE(once.conceptMaps == twice.conceptMaps) << printed;
        EXPECT_TRUE(once.structures == twice.structures) << printed;
        EXPECT_TRUE(once.metadata == twice.metadata) << printed;
    }
}

TEST(FmlParser, UnderlinesThePlace) {
    EXPECT_EQ(excerpt("a\n\tsrc.nmae -> t;\n", {2, 6}), "\tsrc.nmae -> t;\n\t    ^~~~\n");
    EXPECT_EQ(excerpt("a", {7, 1}), "");
}

TEST(FmlLexer, ResolvesEscapes) {
    EXPECT_EQ(unescape(R"(a\'b\n\\\u00e9\ud83d\ude00\ud83d)"), "a'b\n\\é😀\uFFFD");
    EXPECT_EQ(unescape("\\"), "\\");
    EXPECT_EQ(unescape("\\uZZ"), "uZZ");
}

/// Any bytes give a map or faults, and never an exception.
TEST(FmlParser, SurvivesAnyText) {
    static constexpr std::string_view kPieces[] = {
        "map",        "group",  " g",      "(",      ")",
        "{",          "}",      "source",  "target", "->",
        "=",          "'",      "\"",      "`",      ";",
        ",",          ".",      ":",       "then",   "where",
        "check",      "log",    "default", "as",     "first",
        "share",      "\n",     "//",      "/*",     "*/",
        "///",        "@",      "%",       "$this",  "<<",
        ">>",         "types",  "type+",   "1",      "..",
        "*",          "0..1",   "\\u",     "\xC3",   "\xEF\xBB\xBF",
        "conceptmap", "prefix", "--",      "uses",   "imports",
        "let",        "\0"};
    std::uint64_t state = 7;
    const auto pick = [&state](std::size_t bound) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<std::size_t>(state >> 33U) % bound;
    };
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 ? "map \"u\" = \"n\" group g(source s, target t) { s.a " : "";
        for (std::size_t i = pick(40); i > 0; --i) {
            text += kPieces[pick(std::size(kPieces))];
            if (pick(2)) text += ' ';
        }
        Diagnostics diagnostics;
        const ast::Map map = parse(text, "t.map", diagnostics);
        if (diagnostics.failed()) continue;
        Diagnostics again;
        const ast::Map twice = parse(print(map), "t.map", again);
        EXPECT_FALSE(again.failed()) << text << "\n---\n" << print(map) << again.issues()[0].text;
        EXPECT_TRUE(map.groups == twice.groups) << text << "\n---\n" << print(map);
    }
}

}  // namespace
}  // namespace waymark::map
