// The loader of the mapping set: what it takes, and that it names every fault of every file.
#include "mappings/set.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fhir/json/value.h"
#include "mappings/folder.h"
#include "tests/support/shared_files.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBase = "https://waymark.health/fhir/";

/// A copy of the shipped set that a test may spoil.
class SetTest : public testing::Test {
protected:
    SetTest() : folder_(fs::temp_directory_path() / fs::path(name())) {
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        for (const char* part : {"models", "codes", "maps", "messages"})
            fs::copy(fs::path("mappings") / part, folder_ / part, fs::copy_options::recursive);
    }
    ~SetTest() override { fs::remove_all(folder_); }

    void write(const fs::path& below, std::string_view text) {
        fs::create_directories((folder_ / below).parent_path());
        std::ofstream(folder_ / below, std::ios::binary) << text;
    }
    /// Files that have faults.
    static std::set<std::string> files(const Failure& failure) {
        std::set<std::string> out;
        for (const Issue& issue : failure.issues)
            if (issue.severity == Severity::Error || issue.severity == Severity::Fatal)
                out.insert(issue.file);
        return out;
    }
    static std::string name() {
        return std::string("waymark-set-") +
               testing::UnitTest::GetInstance()->current_test_info()->name();
    }

    fs::path folder_;
};

std::string failureText(const Failure& failure) {
    std::string out;
    for (const Issue& issue : failure.issues)
        out += issue.file + ":" + std::to_string(issue.at.line) + ":" +
               std::to_string(issue.at.column) + " " + issue.code + " " + issue.text + "\n";
    return out;
}

TEST_F(SetTest, ShippedContentCompiles) {
    const auto set = Set::load("mappings");
    ASSERT_TRUE(set) << failureText(set.error());
    EXPECT_EQ((*set)->model().type((*set)->referralType()).name, "LinkWorkerReferral");
    for (const char* map :
         {"bars-to-referral", "transaction-to-referral", "servicerequest-to-referral",
          "referral-to-task", "assignment-to-task", "referral-to-servicerequest",
          "referral-to-simple-json", "referral-to-fhir-provider"})
        EXPECT_TRUE((*set)->maps().has(std::string(kBase) + "StructureMap/" + map)) << map;
}

TEST_F(SetTest, VersionIsSixteenDigitsAndFollowsTheContentOnly) {
    const auto shipped = readFolder("mappings");
    const auto copied = readFolder(folder_);
    ASSERT_TRUE(shipped && copied);
    const std::string version = versionOf(*copied);
    EXPECT_EQ(version.size(), 16U);
    EXPECT_EQ(version.find_first_not_of("0123456789abcdef"), std::string::npos);
    if (!fs::exists("mappings/providers")) {
        EXPECT_EQ(versionOf(*shipped), version);
    }

    write("maps/README.txt", "not part of the set");
    EXPECT_EQ(versionOf(*readFolder(folder_)), version);
    write("maps/bars-to-referral.map",
          tests::readFile("mappings/maps/bars-to-referral.map") + "\n");
    EXPECT_NE(versionOf(*readFolder(folder_)), version);
}

TEST_F(SetTest, VersionKnowsAFilesNameFromItsContent) {
    Folder one;
    one.maps.push_back(File{.name = "ab", .text = "c"});
    Folder other;
    other.maps.push_back(File{.name = "a", .text = "bc"});
    EXPECT_NE(versionOf(one), versionOf(other));
}

TEST_F(SetTest, AProvidersFolderBelongsToTheSet) {
    write("providers/allotment/Plot.model.json", R"({"resourceType": "StructureDefinition",
        "url": "https://allotment.example/fhir/StructureDefinition/Plot", "name": "Plot",
        "status": "active", "kind": "logical", "abstract": false,
        "type": "https://allotment.example/fhir/StructureDefinition/Plot",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element",
        "derivation": "specialization", "differential": {"element": [
            {"path": "Plot"},
            {"path": "Plot.reference", "min": 1, "max": "1", "type": [{"code": "string"}]}]}})");
    write("providers/allotment/plot.map", R"(
        map "https://allotment.example/fhir/StructureMap/plot" = "Plot"
        uses "https://waymark.health/fhir/StructureDefinition/LinkWorkerReferral" alias LinkWorkerReferral as source
        uses "https://allotment.example/fhir/StructureDefinition/Plot" alias Plot as target
        group Plot(source record : LinkWorkerReferral, target plot : Plot) {
          record.reference first as reference where (value.exists()) ->
            plot.reference = (%reference.value) "reference";
        })");
    const auto set = Set::load(folder_);
    ASSERT_TRUE(set) << failureText(set.error());
    EXPECT_TRUE((*set)->maps().has("https://allotment.example/fhir/StructureMap/plot"));
}

TEST_F(SetTest, FaultsOfAllFilesAreNamedAtOnce) {
    write("codes/broken.json", "{\"resourceType\": \"CodeSystem\", ");
    write("codes/patient.json", R"({"resourceType": "Patient"})");
    write("maps/broken.map", R"(
        map "https://example.org/StructureMap/broken" = "Broken"
        uses "https://waymark.health/fhir/StructureDefinition/LinkWorkerReferral" alias R as source
        uses "http://hl7.org/fhir/StructureDefinition/Task" alias Task as target
        group Broken(source record : R, target task : Task) {
          record.nead as need -> task.status = 'requested' "wrong";
        })");
    const auto set = Set::load(folder_);
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().kind, Kind::Incorrect);
    EXPECT_EQ(files(set.error()),
              (std::set<std::string>{"codes/broken.json", "codes/patient.json", "maps/broken.map"}))
        << failureText(set.error());
    const auto& issues = set.error().issues;
    const auto map = std::ranges::find(issues, "maps/broken.map", &Issue::file);
    ASSERT_NE(map, issues.end());
    EXPECT_EQ(map->at.line, 6U) << failureText(set.error());
}

TEST_F(SetTest, FaultsOfModelsAreNamedWithTheirFiles) {
    write("models/broken.json", R"({"resourceType": "StructureDefinition", "elephant": 1})");
    write("models/profile.json", R"({"resourceType": "StructureDefinition",
        "url": "https://example.org/StructureDefinition/x", "name": "X", "status": "active",
        "kind": "resource", "abstract": false, "type": "Patient"})");
    const auto set = Set::load(folder_);
    ASSERT_FALSE(set);
    EXPECT_EQ(files(set.error()),
              (std::set<std::string>{"models/broken.json", "models/profile.json"}))
        << failureText(set.error());
}

TEST_F(SetTest, ASetWithoutModelsOrMapsIsRefused) {
    fs::remove_all(folder_ / "models");
    fs::remove_all(folder_ / "maps");
    const auto set = Set::load(folder_);
    ASSERT_FALSE(set);
    EXPECT_EQ(files(set.error()), (std::set<std::string>{"models", "maps"}));
}

TEST_F(SetTest, AMissingFolderIsAFailureNotAnException) {
    EXPECT_FALSE(Set::load(folder_ / "nowhere"));
}

/// The codes of `resource`.concept or of its compose, as one set.
std::set<std::string> codes(const json::Value& list) {
    std::set<std::string> out;
    for (const json::Value& concept_ : list.items())
        out.insert(std::string(*concept_["code"].asString()));
    return out;
}

TEST(ShippedCodes, ValueSetsPerStatusAgreeWithTheProperties) {
    for (const std::string system : {"business-status", "status-reason"}) {
        const auto definition =
            json::Value::parse(tests::readFile("mappings/codes/" + system + ".json"));
        ASSERT_TRUE(definition);
        std::map<std::string, std::set<std::string>> byStatus;
        for (const json::Value& concept_ : (*definition)["concept"].items()) {
            EXPECT_FALSE(concept_["property"].items().empty()) << concept_["code"].text();
            for (const json::Value& property : concept_["property"].items())
                byStatus[std::string(property["valueCode"].text())].insert(
                    std::string(concept_["code"].text()));
        }
        for (const auto& [status, expected] : byStatus) {
            const std::string file =
                "mappings/codes/" + system + "-in-" + status + ".valueset.json";
            const auto set = json::Value::parse(tests::readFile(file));
            ASSERT_TRUE(set) << file;
            ASSERT_EQ((*set)["compose"]["include"].items().size(), 1U);
            EXPECT_EQ(codes((*set)["compose"]["include"].items()[0]["concept"]), expected) << file;
        }
    }
}

TEST(ShippedCodes, EveryTargetOfAConceptMapIsACodeOfOurs) {
    const auto set = Set::load("mappings");
    ASSERT_TRUE(set) << failureText(set.error());
    for (const auto& file : fs::directory_iterator("mappings/codes")) {
        if (file.path().extension() != ".json") continue;
        const auto map = json::Value::parse(tests::readFile(file.path()));
        ASSERT_TRUE(map) << file.path();
        for (const json::Value& group : (*map)["group"].items()) {
            const std::string target(group["target"].text());
            if (!target.starts_with(kBase)) continue;
            for (const json::Value& element : group["element"].items()) {
                const auto code = element["target"].items()[0]["code"].text();
                const auto display = element["target"].items()[0]["display"].text();
                EXPECT_EQ((*set)->terminology().display(target, code), display)
                    << file.path() << " " << element["code"].text();
            }
        }
    }
}

TEST(ShippedCodes, UnknownReasonsFallThroughTheSitesMapToOther) {
    const auto set = Set::load("mappings");
    ASSERT_TRUE(set) << failureText(set.error());
    const auto category = [&set](std::string_view code) {
        const auto found = (*set)->terminology().translate(
            std::string(kBase) + "ConceptMap/reason-to-need", "http://snomed.info/sct", code);
        return found && found->size() == 1 ? std::string(found->front().target.code)
                                           : std::string();
    };
    EXPECT_EQ(category("422650009"), "loneliness");
    EXPECT_EQ(category("160932005"), "debt-money");
    EXPECT_EQ(category("32911000"), "housing");  // only the site's map has it
    EXPECT_EQ(category("271594007"), "other");   // nobody has it
}

/// The linkIds of a form's questions, groups included.
void linkIds(const json::Value& items, std::vector<std::string>& out) {
    for (const json::Value& item : items.items()) {
        out.emplace_back(item["linkId"].text());
        linkIds(item["item"], out);
    }
}

TEST(ShippedForm, EveryQuestionIsReadByTheMap) {
    const auto form =
        json::Value::parse(tests::readFile("mappings/forms/link-worker-referral.json"));
    ASSERT_TRUE(form);
    const std::string map = tests::readFile("mappings/maps/form-to-referral.map");
    std::vector<std::string> questions;
    linkIds((*form)["item"], questions);
    ASSERT_GT(questions.size(), 100U);
    for (const std::string& question : questions)
        EXPECT_NE(map.find("'" + question + "'"), std::string::npos) << question;
    EXPECT_EQ((std::set<std::string>(questions.begin(), questions.end()).size()), questions.size());
}

/// Item paths of the PRSB standard: rows of type item.
std::vector<std::string> prsbItems(const std::string& text) {
    std::vector<std::string> out;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string row = text.substr(at, end - at);
        at = end + 1;
        const std::size_t tab = row.find('\t');
        if (tab != std::string::npos && row.compare(tab + 1, 5, "item\t") == 0)
            out.push_back(row.substr(0, tab));
    }
    return out;
}

TEST(ShippedModel, EveryItemOfThePrsbStandardHasAPlaceOrAReason) {
    WAYMARK_NEEDS_SHARED("domain/prsb-social-prescribing.tsv");
    const std::string table = tests::readFile("mappings/PRSB.md");
    const auto items =
        prsbItems(tests::readFile(tests::shared("domain/prsb-social-prescribing.tsv")));
    ASSERT_GT(items.size(), 200U);
    for (const std::string& item : items) {
        const std::size_t section = item.find(" > ");
        const std::size_t heading = table.find("## " + item.substr(0, section) + "\n");
        ASSERT_NE(heading, std::string::npos) << item;
        const std::size_t end = std::min(table.find("\n## ", heading), table.size());
        const std::size_t row = table.find("\n| " + item.substr(section + 3) + " | ", heading);
        EXPECT_LT(row, end) << item;
    }
}

}  // namespace
}  // namespace waymark::mappings
