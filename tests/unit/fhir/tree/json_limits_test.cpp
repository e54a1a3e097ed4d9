// What the JSON reader refuses by the text itself, its limits, and what it must survive.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "fhir/json/value.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "tests/support/fixed_world.h"
#include "tests/support/shared_files.h"

namespace waymark::tree {
namespace {

const model::Model& r4() {
    return model::Model::r4();
}

std::string jsonOf(Element root) {
    std::string out;
    writeJson(root, r4(), out);
    return out;
}

struct Fault {
    const char* name;
    std::string body;
    Position at;
    const char* part;
};

class JsonTextFaults : public testing::TestWithParam<Fault> {};

TEST_P(JsonTextFaults, AreToldWithTheirPlace) {
    Arena arena;
    const auto document = readJson(GetParam().body, r4(), arena);
    ASSERT_FALSE(document);
    const Issue& issue = document.error().issues.back();
    EXPECT_EQ(issue.at, GetParam().at) << issue.at.line << ":" << issue.at.column;
    EXPECT_NE(issue.text.find(GetParam().part), std::string::npos) << issue.text;
    EXPECT_EQ(document.error().kind, Kind::Incorrect);
}

INSTANTIATE_TEST_SUITE_P(
    Text, JsonTextFaults,
    testing::Values(
        Fault{"Empty", " \n", {2, 1}, "empty"},
        Fault{"CutOff", R"({"resourceType":"Patient")", {1, 26}, "not closed"},
        Fault{"NoComma", "{\"resourceType\":\"Patient\"\n\"id\":\"a\"}", {2, 1}, "comma or }"},
        Fault{"TrailingComma", R"({"resourceType":"Patient",})", {1, 27}, "key in quotes"},
        Fault{"TrailingBytes", R"({"resourceType":"Patient"} x)", {1, 28}, "More text"},
        Fault{"TrailingNul",
              std::string("{\"resourceType\":\"Patient\"}\0", 27),
              {1, 27},
              "More text"},
        Fault{
            "NulInString", std::string("{\"resourceType\":\"Pat\0ient\"}", 26), {1, 21}, "control"},
        Fault{"Control", "{\"resourceType\":\"Pat\x1Fient\"}", {1, 21}, "control"},
        Fault{"Utf8", "{\"resourceType\":\"\xC3(\"}", {1, 18}, "UTF-8"},
        Fault{"Utf8BehindPlain",
              "{\"resourceType\":\"Patient\",\"language\":\"\xC3\xA9 abcdefghijklmn\xFF\"}",
              {1, 56},
              "UTF-8"},
        Fault{"SurrogateInUtf8", "{\"resourceType\":\"\xED\xA0\x80\"}", {1, 18}, "UTF-8"},
        Fault{"LoneLow", R"({"resourceType":"a\uDC00b"})", {1, 19}, "surrogate"},
        Fault{"LoneHigh", R"({"resourceType":"\uD800\n"})", {1, 18}, "surrogate"},
        Fault{"EscapedNul", R"({"resourceType":"\u0000"})", {1, 18}, "u0000"},
        Fault{"BadEscape", R"({"resourceType":"\x"})", {1, 18}, "no such escape"},
        Fault{"BadUnicode", R"({"resourceType":"\u00g0"})", {1, 18}, "hexadecimal"},
        Fault{"NoEnd", R"({"resourceType":"Patient\")", {1, 17}, "no closing quote"},
        Fault{"Array", R"([{"resourceType":"Patient"}])", {1, 1}, "not an array"},
        Fault{"Number", "7", {1, 1}, "not a single value"},
        Fault{"LeadingZero", R"({"resourceType":"Patient","a":01})", {1, 32}, "comma or }"},
        Fault{"NaN", R"({"a":NaN})", {1, 6}, "value is expected"},
        Fault{"Utf16", std::string("\xFF\xFE{\0}\0", 6), {1, 1}, "value is expected"}),
    [](const testing::TestParamInfo<Fault>& each) { return each.param.name; });

TEST(JsonLimits, AreKept) {
    ReadOptions options;
    options.limits = {.bodyBytes = 200, .depth = 6, .elements = 5, .issues = 3};
    const auto failure = [&](const std::string& body) {
        Arena arena;
        return readJson(body, r4(), arena, options).error();
    };
    EXPECT_EQ(failure(std::string(201, ' ')).kind, Kind::TooLarge);
    const Failure deep = failure(
        R"({"resourceType":"Basic","extension":[{"extension":[{"extension":[{"url":"http://e"}]}]}]})");
    EXPECT_EQ(deep.issues.back().type, IssueType::TooCostly);
    EXPECT_NE(deep.issues.back().text.find("deeper than 6"), std::string::npos);
    const Failure many =
        failure(R"({"resourceType":"Patient","name":[{"given":["a","b","c","d","e"]}]})");
    EXPECT_NE(many.issues.back().text.find("more than 5 elements"), std::string::npos);
    const Failure faults = failure(R"({"resourceType":"Patient","a":1,"b":1,"c":1,"d":1})");
    EXPECT_EQ(faults.issues.size(), 4U);
    EXPECT_EQ(faults.issues.back().severity, Severity::Fatal);
}

TEST(JsonLimits, HoldInsideWhatIsSkippedToo) {
    Arena arena;
    const std::string body =
        R"({"resourceType":"Patient","x":)" + std::string(100, '[') + std::string(100, ']') + "}";
    const auto document = readJson(body, r4(), arena);
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().issues.back().type, IssueType::TooCostly);
}

TEST(JsonBodies, TakesAByteOrderMark) {
    Arena arena;
    const auto document =
        readJson("\xEF\xBB\xBF{\"resourceType\":\"Patient\",\"active\":true}", r4(), arena);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(document->positionOf(document->root.firstChild()), (Position{1, 39}));
}

TEST(JsonBodies, FindsResourceTypeWhereverItStands) {
    Arena arena;
    const std::string body =
        R"({"entry":[{"resource":{"contained":[{"name":[{"text":"resourceType"}],)"
        R"("resource\u0054ype":"Patient"},{"resourceType":"Basic","code":{"text":"{\"]"}}],"intent":"order",)"
        R"("status":"draft","resourceType":"T\u0061sk"}},{"resource":{"active":true,"resourceType":"Patient"}}],)"
        R"("type":"collection","resourceType":"Bundle"})";
    const auto document = readJson(body, r4(), arena);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(follow(document->root, "entry.resource", r4()).type(), model::type::Task);
    EXPECT_EQ(follow(document->root, "entry.resource.contained", r4()).type(),
              model::type::Patient);
    std::string plain = body;
    plain.replace(plain.find("\\u0054"), 6, "T");
    plain.replace(plain.find("\\u0061"), 6, "a");
    EXPECT_EQ(jsonOf(document->root), plain);
}

TEST(JsonBodies, LooksAheadInLinearTime) {
    std::string body;
    const int depth = 20;
    for (int i = 0; i < depth; ++i) body += R"({"type":"collection","entry":[{"resource":)";
    body += R"({"text":{"status":"generated","div":")" + std::string(2'000'000, 'x') +
            R"("},"resourceType":"Patient"})";
    for (int i = 0; i < depth; ++i) body += R"(}],"resourceType":"Bundle"})";
    Arena arena;
    const auto begin = std::chrono::steady_clock::now();
    const auto document = readJson(body, r4(), arena);
    EXPECT_TRUE(document) << document.error().text() << document.error().issues[0].expression;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST(JsonBodies, StaysLinearOnWideBodies) {
    ReadOptions options;
    options.root = model::kOpen;
    std::string keys = "{";
    for (int i = 0; i < 30'000; ++i) keys += "\"k" + std::to_string(i) + "\":1,";
    keys += "\"end\":{}}";
    std::string given = R"({"resourceType":"Patient","name":[{"given":[)";
    for (int i = 0; i < 50'000; ++i) given += "\"a\",";
    given += R"("z"],"_given":[)";
    for (int i = 0; i < 50'000; ++i) given += "null,";
    given += R"({"extension":[{"url":"u"}]}]}]})";
    const auto begin = std::chrono::steady_clock::now();
    Arena arena;
    EXPECT_TRUE(readJson(keys, r4(), arena, options));
    const auto names = readJson(given, r4(), arena);
    ASSERT_TRUE(names) << names.error().text();
    EXPECT_EQ(jsonOf(names->root), given);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
    keys.replace(keys.find("\"end\""), 5, "\"k7\"");
    EXPECT_FALSE(readJson(keys, r4(), arena, options));
}

TEST(JsonBodies, SurvivesThePublicParsingSuite) {
    WAYMARK_NEEDS_SHARED("conformance/json/test_parsing");
    ReadOptions open;
    open.root = model::kOpen;
    for (const auto& entry :
         std::filesystem::directory_iterator(tests::shared("conformance/json/test_parsing"))) {
        const std::string name = entry.path().filename();
        const std::string text = tests::readFile(entry.path());
        Arena arena;
        const auto begin = std::chrono::steady_clock::now();
        EXPECT_FALSE(readJson(text, r4(), arena)) << name;  // none is a resource
        const bool isOpen = readJson(text, r4(), arena, open).has_value();
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(250)) << name;
        EXPECT_FALSE(isOpen && name.starts_with("n_")) << name;
        // Two readers that share no code agree, but for single values and numbers beyond double.
        const auto value = json::Value::parse(text);
        const bool isDocument = value && (value->isObject() || value->isArray());
        EXPECT_FALSE(isDocument && !isOpen) << name;
        EXPECT_FALSE(isOpen && !value && !name.starts_with("i_number")) << name;
    }
}

TEST(JsonBodies, GivesNaughtyStringsBackByteForByte) {
    WAYMARK_NEEDS_SHARED("conformance/strings/blns.json");
    const auto strings =
        json::Value::parse(tests::readFile(tests::shared("conformance/strings/blns.json")));
    ASSERT_TRUE(strings);
    int kept = 0;
    for (const json::Value& each : strings->items()) {
        std::string body;
        json::Writer writer(body);
        writer.beginObject().member("resourceType", "ServiceRequest").member("status", "active");
        writer.member("intent", "order").key("subject").beginObject();
        writer.member("display", *each.asString()).endObject();
        writer.key("note").beginArray().beginObject().member("text", *each.asString());
        writer.endObject().endArray().endObject();
        Arena arena;
        const auto document = readJson(body, r4(), arena);
        if (each.asString()->empty()) {
            EXPECT_FALSE(document);
            continue;
        }
        ASSERT_TRUE(document) << document.error().text();
        EXPECT_EQ(follow(document->root, "subject.display", r4()).text(), *each.asString());
        EXPECT_EQ(follow(document->root, "note.text", r4()).text(), *each.asString());
        EXPECT_EQ(jsonOf(document->root), body);
        ++kept;
    }
    EXPECT_GT(kept, 500);
}

/// Random changes of a good message: a tree that reads back the same, or a failure with sentences.
TEST(JsonBodies, AnyChangeOfAMessageGivesATreeOrAFailure) {
    const std::string good =
        R"({"resourceType":"Bundle","type":"message","entry":[{"resource":{"resourceType":"Patient",)"
        R"("_birthDate":{"id":"b"},"birthDate":"1970","name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"g"}]}]}],)"
        R"("deceasedBoolean":true,"multipleBirthInteger":2}},{"resource":{"id":"x","status":"draft",)"
        R"("intent":"order","resourceType":"Task","extension":[{"url":"http://e","valueDecimal":-1.50e3}]}}]})";
    tests::SeededRandom random(11);
    Arena arena;
    int trees = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string body = good;
        for (std::uint64_t i = 0; i <= random.below(3); ++i) {
            const auto at = static_cast<std::size_t>(random.below(body.size()));
            const auto other = static_cast<std::size_t>(random.below(body.size()));
            const auto length = static_cast<std::size_t>(random.below(12));
            switch (random.below(4)) {
                case 0:
                    body.erase(at, length);
                    break;
                case 1:
                    body.insert(at, body.substr(other, length));
                    break;
                case 2:
                    body[at] = "{}[]\",:\\0unt_"[random.below(13)];
                    break;
                default:
                    body[at] = static_cast<char>(random.below(256));
                    break;
            }
            if (body.empty()) body = " ";
        }
        arena.reset();
        const auto document = readJson(body, r4(), arena);
        if (!document) {
            ASSERT_FALSE(document.error().issues.empty());
            for (const Issue& issue : document.error().issues) ASSERT_FALSE(issue.text.empty());
            continue;
        }
        ++trees;
        const std::string text = jsonOf(document->root);
        const auto again = readJson(text, r4(), arena);
        ASSERT_TRUE(again) << body << "\n" << text;
        ASSERT_EQ(jsonOf(again->root), text);
    }
    EXPECT_GT(trees, 100);
}

}  // namespace
}  // namespace waymark::tree
