#include "gateway/referral/sharing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "fhir/json/value.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_writer.h"
#include "gateway/referral/intake.h"
#include "gateway/referral/presenter.h"
#include "gateway/referral/timeline.h"
#include "journal.h"
#include "sample.h"
#include "tests/support/fixed_world.h"
#include "world.h"

namespace waymark::referral {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kLeak = "https://example.org/fhir/StructureMap/leak";

/// The shipped set with one more map, which passes on every part of the record.
std::shared_ptr<const mappings::Set> setWithLeak() {
    static const auto kSet = [] {
        namespace fs = std::filesystem;
        const fs::path folder =
            fs::path(::testing::TempDir()) / ("waymark-sharing-set-" + std::to_string(::getpid()));
        fs::remove_all(folder);
        for (const char* part : {"models", "codes", "maps", "messages"}) {
            fs::create_directories(folder / part);
            fs::copy(fs::path("mappings") / part, folder / part);
        }
        const auto& model = tests::shippedSet()->model();
        std::ofstream map(folder / "maps" / "leak.map");
        map << "map \"" << kLeak << "\" = \"Leak\"\n"
            << "uses \"https://waymark.health/fhir/StructureDefinition/LinkWorkerReferral\" alias "
               "LinkWorkerReferral as source\n"
            << "uses \"https://waymark.health/fhir/StructureDefinition/LinkWorkerReferral\" alias "
               "LinkWorkerReferral as target\n"
            << "group Leak(source record : LinkWorkerReferral, target out : LinkWorkerReferral) "
               "{\n";
        for (const auto& element : model.type(tests::shippedSet()->referralType()).elements) {
            const std::string name(model.name(element.name));
            if (name == "extension") continue;
            map << "  record." << name << " as x -> out." << name << " = x \"" << name << "\";\n";
        }
        map << "}\n";
        map.close();
        auto set = mappings::Set::load(folder);
        fs::remove_all(folder);
        if (!set) throw std::runtime_error(std::string(set.error().text()));
        return *set;
    }();
    return kSet;
}

enum class Sort { Plain, FreeText, Attachment };
struct Leaf {
    std::string path;
    Sort sort = Sort::Plain;
};

/// The paths that the model's file marks as names, read without the code under test.
std::set<std::string> namesInTheModelsFile() {
    std::ifstream file("mappings/models/LinkWorkerReferral.json");
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    const auto model = json::Value::parse(text);
    std::set<std::string> names;
    for (const auto& element : (*model)["differential"]["element"].items()) {
        if (element["code"].items().empty()) continue;
        names.insert(std::string(element["path"].text()));
    }
    return names;
}

/// A record in which every element of the model stands, each text with a marker of its own.
class FullRecord {
public:
    FullRecord(const mappings::Set& set, tree::Arena& arena)
        : model_(set.model()), builder_(arena, model_), names_(namesInTheModelsFile()) {
        root = builder_.root(set.referralType());
        fill(root, set.referralType(), {}, Sort::Plain, 0);
    }

    tree::Node* root = nullptr;
    std::map<std::string, Leaf> leaves;  ///< by marker

    tree::Builder& builder() { return builder_; }

private:
    void fill(tree::Node* holder, model::TypeId type, const std::string& path, Sort sort,
              int depthInTypes) {
        const bool ours = type >= model::Model::r4().typeCount();
        for (const auto& def : model_.type(type).elements) {
            const std::string name(model_.name(def.name));
            if (name == "extension" || name == "modifierExtension" || name == "id") continue;
            if (def.choice && name != model_.name(def.json)) {
                if (!tree::view(holder).child(def.name)) addChoice(holder, def, path, sort);
                continue;
            }
            const std::string at = path.empty() ? name : path + "." + name;
            const bool primitive = model_.type(def.type).kind == model::TypeKind::Primitive;
            if (!primitive && !ours && depthInTypes > 1) continue;
            add(holder, def, at, sortOf(type, def, sort), primitive, depthInTypes + (ours ? 0 : 1));
        }
    }

    void add(tree::Node* holder, const model::ElementDef& def, const std::string& at, Sort sort,
             bool primitive, int depth) {
        tree::Node* const node = builder_.add(holder, def, def.type);
        if (!primitive) return fill(node, def.type, at, sort, depth);
        mark(node, def.type, at, sort);
    }

    void addChoice(tree::Node* holder, const model::ElementDef& def, const std::string& path,
                   Sort sort) {
        if (model_.type(def.type).kind != model::TypeKind::Primitive) return;
        mark(builder_.add(holder, def, def.type), def.type,
             path + "." + std::string(model_.name(def.name)), sort);
    }

    void mark(tree::Node* node, model::TypeId type, const std::string& path, Sort sort) {
        if (type == model::type::boolean) return builder_.setText(node, "true");
        if (model_.isA(type, model::type::integer)) return builder_.setText(node, "7");
        if (type == model::type::decimal) return builder_.setText(node, "7.0");
        const std::string marker = "marker-" + std::to_string(leaves.size()) + "-end";
        builder_.setText(node, marker);
        leaves.emplace(marker, Leaf{path, sort});
    }

    Sort sortOf(model::TypeId holder, const model::ElementDef& def, Sort above) {
        if (above != Sort::Plain) return above;
        if (def.type == model::type::Attachment) return Sort::Attachment;
        if (holder == model::type::CodeableConcept) {
            return model_.name(def.name) == "text" ? Sort::FreeText : Sort::Plain;
        }
        if (holder < model::Model::r4().typeCount()) return Sort::Plain;
        if (def.type == model::type::url) return Sort::Attachment;
        if (def.type == model::type::Annotation) return Sort::FreeText;
        if (def.type != model::type::string) return Sort::Plain;
        // A repeated shape has the marks of where it was first drawn.
        const std::string drawn =
            std::string(model_.type(holder).name) + "." + std::string(model_.name(def.name));
        return names_.contains(drawn) ? Sort::Plain : Sort::FreeText;
    }

    const model::Model& model_;
    tree::Builder builder_;
    std::set<std::string> names_;
};

bool isAlways(std::string_view path) {
    for (const std::string_view always : {"id", "received", "reference", "links", "recipient"}) {
        if (path == always || path.starts_with(std::string(always) + ".")) return true;
    }
    return false;
}

bool isAllowed(const config::Shares& shares, const Leaf& leaf) {
    if (isAlways(leaf.path)) return true;
    if (leaf.sort == Sort::FreeText && !shares.freeText) return false;
    if (leaf.sort == Sort::Attachment && !shares.attachments) return false;
    if (shares.everything) return true;
    for (const auto& part : shares.parts) {
        if (leaf.path == part.name || leaf.path.starts_with(part.name + ".")) return true;
    }
    return false;
}

/// What the map that passes on everything passes on.
std::string throughTheLeak(const config::Shares& shares, std::vector<std::string>& withheld,
                           std::map<std::string, Leaf>& leaves) {
    const auto set = setWithLeak();
    tree::Arena arena;
    FullRecord record(*set, arena);
    leaves = record.leaves;
    withheld = Allowance(*set, shares).apply(record.root, record.builder());
    waymark::tests::SeededRandom random(1);
    map::Run run;
    run.arena = &arena;
    run.random = &random;
    const tree::Element input = tree::view(record.root);
    const auto out = set->maps().transform(kLeak, std::span(&input, 1), run);
    if (!out) throw std::runtime_error(std::string(out.error().text()));
    std::string text;
    tree::writeJson(*out, set->model(), text);
    return text;
}

config::Shares sharesOf(std::vector<std::string> parts, bool freeText = true,
                        bool attachments = true) {
    config::Shares shares;
    shares.everything = false;
    shares.freeText = freeText;
    shares.attachments = attachments;
    for (auto& part : parts) shares.parts.push_back({.name = std::move(part), .place = {}});
    return shares;
}

TEST(Sharing, AMapThatCopiesEverythingCannotLeak) {
    waymark::tests::SeededRandom random(20261120);
    std::map<std::string, Leaf> leaves;
    std::vector<std::string> withheld;
    throughTheLeak({}, withheld, leaves);
    ASSERT_GT(leaves.size(), 300U);
    std::vector<std::string> paths;
    for (const auto& [marker, leaf] : leaves) paths.push_back(leaf.path);
    const auto below = [&](std::size_t bound) {
        std::array<std::uint8_t, 4> bytes{};
        random.fill(bytes);
        return (bytes[0] + 256U * bytes[1] + 65536U * bytes[2]) % bound;
    };
    std::size_t passed = 0;
    for (int round = 0; round < 120; ++round) {
        config::Shares shares = sharesOf({}, below(2) == 0, below(2) == 0);
        shares.everything = below(8) == 0;
        for (std::size_t count = below(12); count > 0; --count) {
            // Any path of the model: a leaf's, or one on the way to it.
            std::string part = paths[below(paths.size())];
            if (below(2) == 0) part = part.substr(0, part.find('.'));
            shares.parts.push_back({.name = part, .place = {}});
        }
        const std::string out = throughTheLeak(shares, withheld, leaves);
        for (const auto& [marker, leaf] : leaves) {
            const bool there = out.find(marker) != std::string::npos;
            passed += there ? 1 : 0;
            ASSERT_EQ(there, isAllowed(shares, leaf)) << leaf.path << " in round " << round;
        }
        for (const auto& name : withheld) ASSERT_THAT(name, Not(HasSubstr("marker")));
    }
    EXPECT_GT(passed, 10'000U);
}

TEST(Sharing, NamesWhatWasThereAndIsWithheld) {
    std::map<std::string, Leaf> leaves;
    std::vector<std::string> withheld;
    throughTheLeak(sharesOf({"person.name", "need"}, false), withheld, leaves);
    EXPECT_THAT(withheld, Contains("person.ethnicity"));
    EXPECT_THAT(withheld, Contains("problem"));
    EXPECT_THAT(withheld, Contains("need.comment"));
    EXPECT_THAT(withheld, Contains("need.code.text"));
    EXPECT_THAT(withheld, Not(Contains("need")));
    EXPECT_THAT(withheld, Not(Contains("person.name")));
    EXPECT_THAT(withheld, Not(Contains("recipient")));
    EXPECT_EQ(std::set(withheld.begin(), withheld.end()).size(), withheld.size());
}

TEST(Sharing, WithholdsNothingThatIsNotThere) {
    tree::Arena arena;
    tree::Builder builder(arena, tests::shippedSet()->model());
    tree::Node* const record = builder.root(tests::shippedSet()->referralType());
    builder.value(record, "priority", "urgent");
    const Allowance allowance(*tests::shippedSet(), sharesOf({"priority"}, false, false));
    EXPECT_THAT(allowance.apply(record, builder), ElementsAre());
    EXPECT_TRUE(tree::view(record).firstChild());
}

TEST(Sharing, AnUnknownPartIsRefusedWithTheNearestName) {
    struct Case {
        std::string part, want;
    };
    const Case cases[] = {{"persn", "did you mean `person`?"},
                          {"person.nhsnumber", "did you mean `nhsNumber`?"},
                          {"need.category.dislpay", "did you mean `display`?"},
                          {"person.", "ends with a dot"},
                          {"xyzzy", "it has no \"xyzzy\"."}};
    for (const Case& each : cases) {
        auto config = tests::smallConfig();
        config.providers.front().shares.everything = false;
        config.providers.front().shares.parts = {
            {.name = each.part, .place = {.file = "providers/hope.toml", .at = {4, 12}}}};
        const auto issues = unknownParts(*tests::shippedSet(), config);
        ASSERT_EQ(issues.size(), 1U) << each.part;
        EXPECT_THAT(issues[0].text, HasSubstr(each.want));
        EXPECT_EQ(issues[0].file, "providers/hope.toml");
        EXPECT_EQ(issues[0].at, (Position{4, 12}));
        const auto intake =
            Intake::make(tests::shippedSet(), std::make_shared<const config::Config>(config));
        ASSERT_FALSE(intake);
        EXPECT_THAT(std::string(intake.error().text()), HasSubstr(each.want));
    }
}

TEST(Sharing, EveryPartOfTheModelMayBeNamed) {
    auto config = tests::smallConfig();
    for (const char* part : {"person", "person.nhsNumber.value", "need.category.code", "carePlan",
                             "carePlan.need.goal.action.who.name", "attachment", "progress"}) {
        config.providers.front().shares.parts.push_back({.name = part, .place = {}});
    }
    EXPECT_TRUE(unknownParts(*tests::shippedSet(), config).empty());
}

TEST(Sharing, AnObjectionOrAMissingConsentStopsEverything) {
    config::Provider provider = tests::provider("hope", config::ProviderKind::Community);
    EXPECT_TRUE(mayShareWith(provider, {}));
    Facts objected;
    objected.objected = true;
    EXPECT_FALSE(mayShareWith(provider, objected));
    provider.needsExplicitConsent = true;
    const auto refused = mayShareWith(provider, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Kind::Forbidden);
    Facts agreed;
    agreed.explicitConsent = true;
    EXPECT_TRUE(mayShareWith(provider, agreed));
}

TEST(Sharing, TheTimelineShowsTheNamesOfWhatWasWithheld) {
    Event event;
    event.type = EventType::Shared;
    event.at = tests::kStart;
    event.assignment = tests::assignmentId(1);
    event.provider = "hope";
    event.detail.withheld = {"problem", "person.ethnicity"};
    Dossier dossier;
    dossier.events = {event};
    const std::string text = timeline(dossier);
    EXPECT_THAT(text, HasSubstr(R"("event":"shared")"));
    EXPECT_THAT(text, HasSubstr(R"("withheld":["problem","person.ethnicity"])"));
}

}  // namespace
}  // namespace waymark::referral
