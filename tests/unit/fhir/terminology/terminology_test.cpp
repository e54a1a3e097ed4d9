#include "fhir/terminology/terminology.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "fhir/terminology/concept_map.h"
#include "fhir/tree/json_reader.h"

namespace waymark::terminology {
namespace {

class TerminologyTest : public testing::Test {
protected:
    Result<void> add(std::string_view json) {
        const auto document = tree::readJson(json, model::Model::r4(), arena_);
        if (!document) return std::unexpected(document.error());
        return terminology_.add(document->root, model::Model::r4(), "test.json");
    }
    void mustAdd(std::string_view json) {
        const auto added = add(json);
        EXPECT_TRUE(added.has_value()) << (added ? "" : added.error().text());
    }
    std::string refusal(std::string_view json) {
        const auto added = add(json);
        return added ? std::string() : std::string(added.error().text());
    }
    std::string translated(std::string_view map, std::string_view system, std::string_view code) {
        const auto found = terminology_.translate(map, system, code);
        if (!found) return "unknown map";
        std::string out;
        for (const Translation& each : *found)
            out += std::string(out.empty() ? "" : ",") + std::string(each.target.code);
        return out;
    }

    tree::Arena arena_;
    Terminology terminology_;
};

constexpr std::string_view kAnimals = R"({"resourceType": "CodeSystem", "url": "http://x/animals",
  "status": "active", "content": "complete", "concept": [
    {"code": "mammal", "display": "Mammal", "concept": [
      {"code": "dog", "display": "Dog"}, {"code": "cat", "display": "Cat"}]},
    {"code": "bird", "display": "Bird"}]})";

TEST_F(TerminologyTest, GivesDisplays) {
    mustAdd(kAnimals);
    EXPECT_EQ(terminology_.display("http://x/animals", "cat"), "Cat");
    EXPECT_EQ(terminology_.display("http://x/animals", "cow"), std::nullopt);
    EXPECT_EQ(terminology_.display("http://y", "cat"), std::nullopt);
    EXPECT_TRUE(terminology_.hasCodeSystem("http://x/animals"));
}

TEST_F(TerminologyTest, AnswersMembership) {
    mustAdd(kAnimals);
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/whole", "status": "active",
      "compose": {"include": [{"system": "http://x/animals"}],
                  "exclude": [{"system": "http://x/animals", "concept": [{"code": "bird"}]}]}})");
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/mammals", "status": "active",
      "compose": {"include": [{"system": "http://x/animals", "filter": [
        {"property": "concept", "op": "is-a", "value": "mammal"}]}]}})");
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/below", "status": "active",
      "compose": {"include": [{"system": "http://x/animals", "filter": [
        {"property": "concept", "op": "descendent-of", "value": "mammal"}]}]}})");
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/both", "status": "active",
      "compose": {"include": [{"valueSet": ["http://x/whole|1", "http://x/below"]},
        {"system": "http://y", "concept": [{"code": "fish"}]}]}})");
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/odd", "status": "active",
      "compose": {"include": [{"valueSet": ["http://nowhere"]},
        {"system": "http://y", "concept": [{"code": "fish"}]}]}})");
    mustAdd(R"({"resourceType": "ValueSet", "url": "http://x/expanded", "status": "active",
      "expansion": {"timestamp": "2026-01-01", "contains": [{"abstract": true, "code": "all",
        "contains": [{"system": "http://x/animals", "code": "dog"}]}]}})");
    struct Case {
        std::string_view set, system, code;
        std::optional<bool> want;
    };
    const Case cases[] = {
        {"http://x/whole", "http://x/animals", "dog", true},
        {"http://x/whole", "", "dog", true},
        {"http://x/whole", "http://x/animals", "bird", false},
        {"http://x/whole", "http://y", "dog", false},
        {"http://x/whole|2.0", "http://x/animals", "dog", true},
        {"http://x/mammals", "http://x/animals", "mammal", true},
        {"http://x/mammals", "http://x/animals", "bird", false},
        {"http://x/below", "http://x/animals", "mammal", false},
        {"http://x/below", "http://x/animals", "cat", true},
        {"http://x/both", "http://x/animals", "cat", true},
        {"http://x/both", "http://x/animals", "mammal", false},
        {"http://x/both", "http://y", "fish", true},
        {"http://x/odd", "http://y", "fish", true},
        {"http://x/odd", "http://y", "fowl", std::nullopt},
        {"http://x/expanded", "", "dog", true},
        {"http://x/expanded", "", "all", false},
        {"http://x/none", "", "dog", std::nullopt},
    };
    for (const Case& each : cases)
        EXPECT_EQ(terminology_.contains(each.set, each.system, each.code), each.want)
            << each.set << " " << each.system << " " << each.code;
}

TEST_F(TerminologyTest, TranslatesCodes) {
    mustAdd(R"({"resourceType": "ConceptMap", "url": "http://x/map", "status": "active", "group": [
      {"source": "http://s", "target": "http://t", "element": [
        {"code": "a", "target": [{"code": "A", "equivalence": "equal"},
                                 {"code": "AA", "equivalence": "wider"}]},
        {"code": "b", "target": [{"code": "B", "equivalence": "disjoint"}]},
        {"code": "c", "target": [{"equivalence": "unmatched"}]}],
       "unmapped": {"mode": "fixed", "code": "Z", "display": "Other"}},
      {"source": "http://s2", "target": "http://t2", "element": [
        {"code": "a", "target": [{"code": "A2", "equivalence": "equal"}]}],
       "unmapped": {"mode": "provided"}},
      {"source": "http://s3", "unmapped": {"mode": "other-map", "url": "http://x/other"},
       "element": [{"code": "q", "target": [{"code": "Q", "equivalence": "equal"}]}]}]})");
    mustAdd(
        R"({"resourceType": "ConceptMap", "url": "http://x/other", "status": "active", "group": [
      {"source": "http://s3", "target": "http://t", "element": [
        {"code": "d", "target": [{"code": "D", "equivalence": "equal"}]}]}]})");
    EXPECT_EQ(translated("http://x/map", "http://s", "a"), "A,AA");
    EXPECT_EQ(translated("http://x/map", "http://s2", "a"), "A2");
    EXPECT_EQ(translated("http://x/map", "", "a"), "A,AA,A2");
    EXPECT_EQ(translated("http://x/map", "http://s", "b"), "");
    EXPECT_EQ(translated("http://x/map", "http://s", "c"), "");
    EXPECT_EQ(translated("http://x/map", "http://s", "zzz"), "Z");
    EXPECT_EQ(translated("http://x/map", "http://s2", "zzz"), "zzz");
    EXPECT_EQ(translated("http://x/map", "http://s3", "d"), "D");
    EXPECT_EQ(translated("http://x/map", "http://s3", "e"), "");
    EXPECT_EQ(translated("http://x/map", "http://s9", "a"), "");
    EXPECT_EQ(translated("http://x/nomap", "", "a"), "unknown map");
    const ConceptTable* table = terminology_.conceptMap("http://x/map");
    ASSERT_NE(table, nullptr);
    EXPECT_EQ(table->find("http://s", "a").front().target.system, "http://t");
    EXPECT_EQ(table->sources().size(), 3U);
}

TEST_F(TerminologyTest, NamesWhatItRefuses) {
    mustAdd(kAnimals);
    EXPECT_NE(refusal(kAnimals).find("second CodeSystem"), std::string::npos);
    EXPECT_NE(refusal(R"({"resourceType": "ValueSet", "status": "active",
                          "compose": {"include": [{"system": "http://y"}]}})")
                  .find("no url"),
              std::string::npos);
    EXPECT_NE(refusal(R"({"resourceType": "ValueSet", "url": "http://z", "status": "active",
                          "compose": {"include": [{"system": "http://y"}]}})")
                  .find("must be listed"),
              std::string::npos);
    EXPECT_NE(refusal(R"({"resourceType": "Patient"})").find("no part"), std::string::npos);
    EXPECT_NE(refusal(R"({"resourceType": "CodeSystem", "url": "http://q", "status": "active",
                          "content": "complete", "concept": [{"code": "a"}, {"code": "a"}]})")
                  .find("second concept"),
              std::string::npos);
}

}  // namespace
}  // namespace waymark::terminology
