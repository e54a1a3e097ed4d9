// What the commands of the workshop stand on: finding sets and maps, differences, a start.
#include "mappings/workshop.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "fhir/json/value.h"
#include "mappings/coverage.h"
#include "mappings/example.h"
#include "mappings/starter.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

TEST(Workshop, FindsTheSetAboveAPlaceAndMapsByUrlNameOrFile) {
    const fs::path set = fs::weakly_canonical("mappings");
    EXPECT_EQ(Workshop::setFolder("mappings/examples/bars-to-referral"), set);
    EXPECT_EQ(Workshop::setFolder("fhir"), fs::path());
    const auto workshop = Workshop::open("mappings/maps/bars-to-referral.map");
    ASSERT_TRUE(workshop) << workshop.error().text();
    EXPECT_TRUE(workshop->isSet());
    const std::string url = "https://waymark.health/fhir/StructureMap/bars-to-referral";
    for (const std::string_view name : {std::string_view(url), std::string_view("bars-to-referral"),
                                        std::string_view("BarsToReferral"),
                                        std::string_view("mappings/maps/bars-to-referral.map")})
        EXPECT_EQ(workshop->mapNamed(name).value_or("none"), url) << name;
    const auto none = workshop->mapNamed("bars-to-referal");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, Kind::NotFound);
    EXPECT_EQ(none.error().text(),
              "no map `bars-to-referal` here (did you mean `bars-to-referral`?)");
    EXPECT_EQ(Workshop::open("nowhere").error().kind, Kind::NotFound);
}

TEST(Workshop, RunsAnExampleTheSameEachTime) {
    const auto workshop = Workshop::open("mappings");
    ASSERT_TRUE(workshop) << workshop.error().text();
    const std::vector<Example> examples =
        examplesBelow("mappings/examples/referral-to-fhir-provider");
    ASSERT_FALSE(examples.empty());
    ExampleRun run(*workshop);
    ASSERT_TRUE(run.read(examples.front()));
    const auto first = run.run();
    ASSERT_TRUE(first);
    const std::string text = shown(*first, workshop->model());
    EXPECT_EQ(text, shown(*run.run(), workshop->model()));
}

TEST(Differences, NameEveryPlaceOnce) {
    const auto a = json::Value::parse(
        R"({"same":1.0,"gone":[1],"other":{"x":"a","y":true},"list":[{"k":1},{"k":2}]})");
    const auto b = json::Value::parse(
        R"({"list":[{"k":1},{"k":3},{"k":4}],"other":{"y":true,"x":"b"},"same":1.00,"new":null})");
    ASSERT_TRUE(a && b);
    std::string said;
    for (const Difference& each : differences(*a, *b))
        said += each.path + ": " + each.before + " -> " + each.after + "\n";
    EXPECT_EQ(said,
              "gone: [1] -> \n"
              "other.x: \"a\" -> \"b\"\n"
              "list[1].k: 2 -> 3\n"
              "list[2]:  -> {\"k\":4}\n"
              "new:  -> null\n");
    EXPECT_TRUE(differences(*a, *a).empty());
}

TEST(Starter, RefusesWhatIsNoNameOrNoSet) {
    for (const std::string_view name : {"", "-a", "a-", "A", "a b", "../a", "9a", "a/b"})
        EXPECT_EQ(newProvider("mappings", name).error().kind, Kind::Incorrect) << name;
    EXPECT_EQ(newProvider("mappings", std::string(41, 'a')).error().kind, Kind::Incorrect);
    EXPECT_EQ(newProvider("fhir", "elm").error().kind, Kind::NotFound);
}

}  // namespace
}  // namespace waymark::mappings
