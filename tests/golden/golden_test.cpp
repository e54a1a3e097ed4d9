// Runs every example beside the shipped maps: inputs through the map, output against the committed
// one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "fhir/json/value.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "mappings/set.h"
#include "tests/support/fixed_world.h"
#include "tests/support/shared_files.h"

namespace waymark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMaps = "https://waymark.health/fhir/StructureMap/";

struct Case {
    std::string map;
    std::string name;
    fs::path folder;

    [[nodiscard]] fs::path file(const std::string& ending) const {
        return folder / (name + ending);
    }
};

std::vector<Case> casesIn(const fs::path& examples) {
    constexpr std::string_view kInput = ".in.json";
    std::vector<Case> out;
    if (!fs::exists(examples)) return out;
    for (const auto& map : fs::directory_iterator(examples)) {
        if (!map.is_directory()) continue;
        for (const auto& file : fs::directory_iterator(map.path())) {
            const std::string name = file.path().filename().string();
            if (!name.ends_with(kInput)) continue;
            out.push_back(Case{.map = map.path().filename().string(),
                               .name = name.substr(0, name.size() - kInput.size()),
                               .folder = map.path()});
        }
    }
    return out;
}

std::vector<Case> allCases() {
    std::vector<Case> out = casesIn("mappings/examples");
    if (fs::exists("mappings/providers"))
        for (const auto& provider : fs::directory_iterator("mappings/providers"))
            std::ranges::move(casesIn(provider.path() / "examples"), std::back_inserter(out));
    std::ranges::sort(out, {}, [](const Case& each) { return each.map + "/" + each.name; });
    return out;
}

std::string describe(const Failure& failure) {
    std::string out;
    for (const Issue& issue : failure.issues) {
        out += issue.file + ":" + std::to_string(issue.at.line) + ":" +
               std::to_string(issue.at.column) + " " + issue.code + " " + issue.expression + " " +
               issue.text + "\n";
    }
    return out;
}

/// The same JSON with the members of every object in the order of their names.
void writeSorted(const json::Value& value, json::Writer& writer) {
    if (value.isObject()) {
        std::vector<const json::Member*> members;
        for (const json::Member& member : value.members()) members.push_back(&member);
        std::ranges::sort(members, {}, &json::Member::name);
        writer.beginObject();
        for (const json::Member* member : members) {
            writer.key(member->name);
            writeSorted(member->value, writer);
        }
        writer.endObject();
    } else if (value.isArray()) {
        writer.beginArray();
        for (const json::Value& item : value.items()) writeSorted(item, writer);
        writer.endArray();
    } else {
        value.write(writer);
    }
}

std::string canonical(std::string_view text) {
    const auto value = json::Value::parse(text);
    if (!value) return "not JSON: " + describe(value.error());
    std::string out;
    json::Writer writer(out, json::Layout::Indented);
    writeSorted(*value, writer);
    return out;
}

class Golden : public testing::TestWithParam<Case> {
protected:
    static void SetUpTestSuite() {
        auto loaded = mappings::Set::load("mappings");
        if (loaded)
            set_ = *std::move(loaded);
        else
            fault_ = describe(loaded.error());
    }
    static void TearDownTestSuite() { set_.reset(); }

    static inline std::shared_ptr<const mappings::Set> set_;
    static inline std::string fault_;
    // Bodies and arenas outlive the trees that view them.
    std::vector<std::unique_ptr<std::string>> bodies_;
    std::vector<std::unique_ptr<tree::Arena>> arenas_;

    tree::Element read(const fs::path& file) {
        bodies_.push_back(std::make_unique<std::string>(tests::readFile(file)));
        arenas_.push_back(std::make_unique<tree::Arena>());
        tree::ReadOptions options;
        const auto plain = json::Value::parse(*bodies_.back());
        if (plain && !plain->find("resourceType")) options.root = set_->referralType();
        auto document = tree::readJson(*bodies_.back(), set_->model(), *arenas_.back(), options);
        EXPECT_TRUE(document) << file << "\n" << describe(document.error());
        return document ? document->root : tree::Element();
    }

    /// A second input that is a part of the first, as a contained Patient is.
    tree::Element inFirst(const Case& example, const std::vector<tree::Element>& inputs) {
        std::string path = tests::readFile(example.file(".in2.path"));
        std::erase(path, '\n');
        const tree::Element found =
            inputs.front() ? tree::follow(inputs.front(), path, set_->model()) : tree::Element();
        EXPECT_TRUE(found) << example.file(".in2.path") << " leads nowhere";
        return found;
    }

    /// The map's output as indented JSON; empty when something failed.
    std::string transform(const Case& example) {
        std::vector<tree::Element> inputs{read(example.file(".in.json"))};
        if (fs::exists(example.file(".in2.json")))
            inputs.push_back(read(example.file(".in2.json")));
        if (fs::exists(example.file(".in2.path"))) inputs.push_back(inFirst(example, inputs));
        if (HasFailure()) return {};
        tree::Arena arena;
        tests::SeededRandom random;
        const tests::FixedClock clock;
        map::Run run;
        run.arena = &arena;
        run.random = &random;
        run.now = clock.now();
        tree::Node* begun = nullptr;
        if (fs::exists(example.file(".begun.json"))) {
            tree::Builder builder(arena, set_->model());
            begun = builder.copyRoot(read(example.file(".begun.json")));
        }
        const auto made =
            set_->maps().transform(std::string(kMaps) + example.map, inputs, run, begun);
        EXPECT_TRUE(made) << describe(made.error());
        if (!made) return {};
        std::string out;
        tree::writeJson(*made, set_->model(), out, tree::Layout::Indented);
        readAgain(out, made->type());
        return out + "\n";
    }

    /// What a map makes is structurally right: the reader that checks messages takes it.
    void readAgain(const std::string& text, model::TypeId type) {
        tree::Arena arena;
        tree::ReadOptions options;
        if (set_->model().type(type).kind != model::TypeKind::Resource) options.root = type;
        const auto document = tree::readJson(text, set_->model(), arena, options);
        EXPECT_TRUE(document) << describe(document.error());
    }
};

TEST_P(Golden, MapMakesTheCommittedOutput) {
    ASSERT_TRUE(set_) << fault_;
    const Case& example = GetParam();
    const std::string made = transform(example);
    ASSERT_FALSE(HasFailure());
    const fs::path committed = example.file(".out.json");
    if (std::getenv("WAYMARK_UPDATE_GOLDEN")) {
        ASSERT_FALSE(std::getenv("CI")) << "golden files are written by people, never by CI";
        std::ofstream(committed, std::ios::binary) << made;
        return;
    }
    ASSERT_TRUE(fs::exists(committed)) << committed << " is missing";
    EXPECT_EQ(canonical(tests::readFile(committed)), canonical(made));
}

INSTANTIATE_TEST_SUITE_P(Examples, Golden, testing::ValuesIn(allCases()),
                         [](const testing::TestParamInfo<Case>& example) {
                             std::string name = example.param.map + "_" + example.param.name;
                             std::ranges::replace_if(
                                 name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                             return name;
                         });

TEST(GoldenExamples, EveryMapThatIsCalledHasOne) {
    const std::vector<Case> cases = allCases();
    for (const std::string_view map :
         {"bars-to-referral", "transaction-to-referral", "servicerequest-to-referral",
          "referral-to-task", "assignment-to-task", "referral-to-servicerequest",
          "referral-to-simple-json", "referral-to-fhir-provider"}) {
        EXPECT_TRUE(std::ranges::any_of(cases, [map](const Case& each) { return each.map == map; }))
            << map;
    }
}

}  // namespace
}  // namespace waymark
