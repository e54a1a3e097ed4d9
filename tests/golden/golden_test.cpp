// Runs every example beside the shipped maps: inputs through the map, output against the committed
// one.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "workbench.h"

namespace waymark::golden {
namespace {

namespace fs = std::filesystem;

struct Case {
    std::string map;  ///< last part of the map's url
    std::string name;
    fs::path folder;

    [[nodiscard]] fs::path file(const std::string& ending) const {
        return folder / (name + ending);
    }
};

/// A map is found by the last part of its url.
std::string urlOf(const std::string& map) {
    const auto set = shippedSet();
    if (!set) return {};
    for (const std::string& url : set->maps().urls())
        if (url.ends_with("/" + map)) return url;
    return {};
}

std::vector<Case> casesIn(const fs::path& examples) {
    constexpr std::string_view kInput = ".in.json";
    std::vector<Case> out;
    if (!fs::exists(examples)) return out;
    for (const auto& map : fs::directory_iterator(examples)) {
        if (!map.is_directory()) continue;
        const std::string mapName = map.path().filename().string();
        for (const auto& file : fs::directory_iterator(map.path())) {
            const std::string name = file.path().filename().string();
            if (!name.ends_with(kInput)) continue;
            out.push_back(Case{.map = mapName,
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
    /// A second input that is a part of the first, as a contained Patient is.
    static tree::Element inFirst(const Case& example, tree::Element first, const Workbench& bench) {
        std::string path = tests::readFile(example.file(".in2.path"));
        std::erase(path, '\n');
        const tree::Element found =
            first ? tree::follow(first, path, bench.set().model()) : tree::Element();
        EXPECT_TRUE(found) << example.file(".in2.path") << " leads nowhere";
        return found;
    }

    static std::string transform(const Case& example, Workbench& bench) {
        std::vector<tree::Element> inputs{bench.readFile(example.file(".in.json"))};
        if (fs::exists(example.file(".in2.json")))
            inputs.push_back(bench.readFile(example.file(".in2.json")));
        if (fs::exists(example.file(".in2.path")))
            inputs.push_back(inFirst(example, inputs.front(), bench));
        tree::Element begun;
        if (fs::exists(example.file(".begun.json")))
            begun = bench.readFile(example.file(".begun.json"));
        if (HasFailure()) return {};
        return bench.transform(urlOf(example.map), inputs, begun);
    }
};

TEST_P(Golden, MapMakesTheCommittedOutput) {
    const auto set = shippedSet();
    ASSERT_TRUE(set);
    const Case& example = GetParam();
    Workbench bench(set);
    const std::string made = transform(example, bench);
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
}  // namespace waymark::golden
