#include "fhir/tree/json_reader.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_writer.h"
#include "tests/support/shared_files.h"

namespace waymark::tree {
namespace {

class JsonReader : public testing::Test {
protected:
    Result<Document> read(std::string_view body, ReadOptions options = {}) {
        return readJson(body, model::Model::r4(), arena_, options);
    }
    std::string rewritten(std::string_view body, ReadOptions options = {}) {
        const auto document = read(body, options);
        if (!document) return std::string(document.error().text());
        std::string out;
        writeJson(document->root, model::Model::r4(), out);
        return out;
    }
    /// "expression @line:column text" of every issue.
    std::vector<std::string> faults(std::string_view body, ReadOptions options = {}) {
        const auto document = read(body, options);
        std::vector<std::string> found;
        if (document) return found;
        for (const Issue& issue : document.error().issues) {
            found.push_back(issue.expression + " @" + std::to_string(issue.at.line) + ":" +
                            std::to_string(issue.at.column) + " " + issue.text);
        }
        return found;
    }

    Arena arena_;
};

TEST_F(JsonReader, BuildsTypedElementsInOrder) {
    const auto document = read(R"({"resourceType":"Patient","id":"a","name":[{"family":"Smith",
        "given":["Ann","Bea"]}],"deceasedBoolean":false})");
    ASSERT_TRUE(document) << document.error().text();
    const Element patient = document->root;
    EXPECT_EQ(patient.type(), model::type::Patient);
    const Element name = patient.child(model::name::name);
    EXPECT_EQ(name.type(), model::type::HumanName);
    const Element given = name.child(model::name::given);
    EXPECT_EQ(given.text(), "Ann");
    EXPECT_EQ(given.nextSame().text(), "Bea");
    EXPECT_FALSE(given.nextSame().nextSame());
    const Element deceased = patient.child(model::name::deceased);
    EXPECT_EQ(deceased.type(), model::type::boolean);
    EXPECT_EQ(deceased.text(), "false");
    EXPECT_EQ(expressionTo(given.nextSame(), *document->model), "Patient.name[0].given[1]");
    EXPECT_EQ(document->positionOf(given), (Position{2, 18}));
    EXPECT_EQ(follow(patient, "name.family", *document->model).text(), "Smith");
}

TEST_F(JsonReader, GivesBackWhatItRead) {
    for (
        const char* body : {
            R"({"resourceType":"Patient","active":true})",
            R"({"id":"x","active":true,"resourceType":"Patient","gender":"male"})",
            R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":1.10,"unit":"kg"}})",
            R"({"resourceType":"Observation","status":"final","code":{"text":"c"},"valueQuantity":{"value":-0.000E+02}})",
            R"({"resourceType":"Patient","_birthDate":{"extension":[{"url":"http://e/x","valueCode":"u"}]}})",
            R"({"resourceType":"Patient","birthDate":"1970","_birthDate":{"id":"b"}})",
            R"({"resourceType":"Patient","_birthDate":{"id":"b"},"birthDate":"1970"})",
            R"({"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"b","extension":[{"url":"http://e/x","valueCode":"u"}]}]}]})",
            R"({"resourceType":"Patient","name":[{"_given":[{"extension":[{"url":"http://e/x","valueCode":"u"}]}]}]})",
            R"({"resourceType":"Patient","contained":[{"id":"p","resourceType":"Practitioner"}],"name":[{"text":"\u00e9\n\"\\"}]})",
            R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"id":"1","resourceType":"Task","status":"draft","intent":"order"}}]})",
        }) {
        std::string wanted = body;
        if (const auto at = wanted.find("\\u00e9"); at != std::string::npos) {
            wanted.replace(at, 6, "é");
        }
        EXPECT_EQ(rewritten(body), wanted);
    }
}

struct Fault {
    const char* name;
    const char* body;
    std::vector<std::string> wanted;
};

class JsonReaderFaults : public testing::TestWithParam<Fault> {};

TEST_P(JsonReaderFaults, AreAllToldWithTheirPlace) {
    Arena arena;
    const auto document = readJson(GetParam().body, model::Model::r4(), arena);
    ASSERT_FALSE(document);
    std::vector<std::string> found;
    for (const Issue& issue : document.error().issues) {
        found.push_back(issue.expression + " @" + std::to_string(issue.at.line) + ":" +
                        std::to_string(issue.at.column) + " " + issue.text);
    }
    EXPECT_EQ(found, GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Structure, JsonReaderFaults,
    testing::Values(
        Fault{"UnknownElement",
              R"({"resourceType":"Patient","nmae":[{"family":["x",{"y":1}]}]})",
              {"Patient.nmae @1:27 Patient has no element nmae (did you mean `name`?)."}},
        Fault{"ObjectForArray",
              R"({"resourceType":"Task","status":"draft","intent":"order",
"basedOn":{"reference":"a/b"}})",
              {"Task.basedOn @2:11 basedOn takes an array of objects [{...}]; here stands an "
               "object without an array."}},
        Fault{"ArrayForObject",
              R"({"resourceType":"Task","status":"draft","intent":"order","for":[{}]})",
              {"Task.for @1:64 for takes one object {...}; here stands an array."}},
        Fault{"StringForBoolean",
              R"({"resourceType":"Patient","active":"true"})",
              {"Patient.active @1:36 active is boolean and is written as true or false without "
               "quotes; here stands a string in quotes."}},
        Fault{"WrongDate",
              R"({"resourceType":"Patient","birthDate":"2026-02-30"})",
              {"Patient.birthDate @1:39 birthDate (date) must be a date that exists, as YYYY, "
               "YYYY-MM or YYYY-MM-DD."}},
        Fault{"WrongCode",
              R"({"resourceType":"Task","status":"doing","intent":"order"})",
              {"Task.status @1:33 status must be one of the codes accepted, cancelled, completed, "
               "draft, entered-in-error, failed, in-progress, on-hold, ready, received, rejected, "
               "requested."}},
        Fault{"MissingElements",
              R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":
{"resourceType":"Task","status":"draft"}}]})",
              {"Bundle.entry[0].resource.intent @2:40 Task needs the element intent."}},
        Fault{"TwoAlternatives",
              R"({"resourceType":"Patient","deceasedBoolean":true,"deceasedDateTime":"2020"})",
              {"Patient.deceased @1:50 deceased[x] takes one value, but both deceasedBoolean and "
               "deceasedDateTime are here."}},
        Fault{"DuplicateKeyWithEscape",
              R"({"resourceType":"Patient","id":"a","\u0069d":"b"})",
              {"Patient.id @1:36 The key id stands here twice."}},
        Fault{"NullInArray",
              R"({"resourceType":"Patient","name":[{"given":["a",null]}]})",
              {"Patient.name[0].given @1:49 null stands in given although the companion array "
               "_given has nothing at its place."}},
        Fault{"Null",
              R"({"resourceType":"Patient","active":null})",
              {"Patient.active @1:36 null is not allowed for active; leave it out."}},
        Fault{"EmptyString",
              R"({"resourceType":"Patient","language":""})",
              {"Patient.language @1:38 language must not be an empty string; leave it out."}},
        Fault{"EmptyArray",
              R"({"resourceType":"Patient","name":[]})",
              {"Patient.name @1:35 An array must not be empty; leave the element out."}},
        Fault{"EmptyObject",
              R"({"resourceType":"Patient","maritalStatus":{}})",
              {"Patient.maritalStatus @1:44 An object must not be empty; leave the element out."}},
        Fault{
            "OnlyAnId",
            R"({"resourceType":"Patient","name":[{"id":"n"}],"_birthDate":{"id":"b"}})",
            {"Patient.name[0] @1:44 An element must have a value, an extension or children beside "
             "its id; leave it out.",
             "Patient.birthDate @1:60 An element must have a value, an extension or children "
             "beside its id; leave it out."}},
        Fault{"NoResourceType",
              R"({"active":true})",
              {"Resource @1:2 A resource needs a resourceType."}},
        Fault{"UnknownResource",
              R"({"resourceType":"Patent","active":true})",
              {"Resource @1:17 FHIR R4 has no resource type Patent (did you mean `Patient`?)."}},
        Fault{
            "SecondEntryIsCountedAfterABadFirst",
            R"({"resourceType":"Bundle","type":"collection","entry":["x",{"fullUrl":""}]})",
            {"Bundle.entry[0] @1:55 entry takes an array of objects [{...}]; here stands a single "
             "value.",
             "Bundle.entry[1].fullUrl @1:70 fullUrl must not be an empty string; leave it out."}}),
    [](const testing::TestParamInfo<Fault>& each) { return each.param.name; });

TEST_F(JsonReader, ReadsAndWritesOpenJson) {
    ReadOptions options;
    options.root = model::kOpen;
    const char* const body =
        R"({"id":7,"name":"x","our key":{"a":[1],"b":[[1,2],[3,{"c":true}]],"d":1.50}})";
    EXPECT_EQ(rewritten(body, options), body);
    const auto document = read(body, options);
    ASSERT_TRUE(document);
    const Element own = document->root.childWithKey("our key");
    EXPECT_EQ(own.childWithKey("d").text(), "1.50");
    EXPECT_EQ(own.childWithKey("d").type(), model::type::decimal);
    EXPECT_EQ(document->root.child(model::name::name).text(), "x");
    EXPECT_EQ(expressionTo(own.childWithKey("a"), *document->model), "Open.`our key`.a[0]");
    EXPECT_EQ(rewritten(R"([[],null,{"a":null,"b":[]},""])", options), R"([[],{},""])");
    EXPECT_EQ(faults(R"({"a":1,"\u0061":2})", options),
              (std::vector<std::string>{"Open.a @1:8 The key a stands here twice."}));
}

TEST_F(JsonReader, ReadsThePublishedReferralUnchanged) {
    WAYMARK_NEEDS_SHARED("examples/social-prescribing-bars.json");
    const std::string body =
        tests::readFile(tests::shared("examples/social-prescribing-bars.json"));
    const auto document = read(body);
    ASSERT_TRUE(document) << document.error().text();
    std::string out;
    writeJson(document->root, model::Model::r4(), out);
    // The same but for layout: blanks outside of strings left out.
    std::string compact;
    bool quoted = false;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i] == '"' && body[i - 1] != '\\') quoted = !quoted;
        if (quoted || !std::isspace(static_cast<unsigned char>(body[i]))) compact += body[i];
    }
    EXPECT_EQ(out, compact);
}

}  // namespace
}  // namespace waymark::tree
