#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/config.h"
#include "folder.h"

namespace waymark::config {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Load, GivesTypedNounsOfASoundFolder) {
    TestFolder folder;
    folder.writeSound();
    folder.write("routes/first.toml",
                 "name = \"first\"\norder = 1\nproviders = [\"helping-hands\"]\n"
                 "when = \"need.exists()\"\nanswered_within = \"36h\"\n");
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Config& c = **config;
    EXPECT_EQ(c.publicBase, "https://gateway.example/FHIR/R4");
    EXPECT_EQ(c.store, folder.path() / "state/waymark.db");
    EXPECT_EQ(c.operatorToken.reveal(), "operator-operator-operator-1");
    EXPECT_EQ(c.limits.bodyBytes, 8U * 1024 * 1024);
    ASSERT_EQ(c.listeners.size(), 1U);
    EXPECT_EQ(c.listeners[0].audiences, (std::vector{Audience::Practices, Audience::Providers}));
    ASSERT_NE(c.practice("A99901"), nullptr);
    EXPECT_EQ(c.practice("A99901")->place.file, (folder.path() / "practices/a.toml").string());
    ASSERT_NE(c.client("client-a"), nullptr);
    EXPECT_EQ(c.client("client-a")->token.reveal(), "client-client-client-client-1");
    ASSERT_NE(c.provider("helping-hands"), nullptr);
    EXPECT_EQ(c.provider("helping-hands")->formatPlace.at, (Position{6, 10}));
    ASSERT_EQ(c.routes.size(), 2U);
    EXPECT_EQ(c.routes[0].name, "first");
    EXPECT_EQ(c.routes[0].answeredWithin, std::chrono::hours(36));
    EXPECT_EQ(c.routes[1].when, "");
    EXPECT_EQ(c.route("nowhere"), nullptr);
}

TEST(Load, ReadsLimitsRetryAndBars) {
    TestFolder folder;
    folder.writeSound();
    folder.write(
        "waymark.toml",
        "public_base = \"http://127.0.0.1:8080/FHIR/R4\"\nstore = \"s\"\nkey_ring = \"k\"\n"
        "operator_token = { env = \"WAYMARK_TEST_OPERATOR\" }\nthreads = 3\n"
        "strict_nhs_number = true\n"
        "[[listener]]\nname = \"a\"\nport = 0\naudiences = [\"practices\", \"providers\"]\n"
        "[retry]\nschedule = [\"100ms\", \"1s\"]\njitter = 0\n"
        "[limits]\nbody = \"1 MiB\"\nqueue = 7\nidle = \"5s\"\n"
        "[bars]\ntargets = [\"https://x|1\"]\nrequire_use_case = true\n");
    ASSERT_EQ(setenv("WAYMARK_TEST_OPERATOR", "token-from-the-environment", 1), 0);
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Config& c = **config;
    EXPECT_EQ(c.operatorToken.reveal(), "token-from-the-environment");
    EXPECT_EQ(c.threads, 3U);
    EXPECT_TRUE(c.strictNhsNumber);
    EXPECT_EQ(c.retry.schedule,
              (std::vector{std::chrono::milliseconds(100), std::chrono::milliseconds(1000)}));
    EXPECT_EQ(c.retry.jitter, 0.0);
    EXPECT_EQ(c.limits.bodyBytes, 1U << 20U);
    EXPECT_EQ(c.limits.queue, 7U);
    EXPECT_EQ(c.limits.idle, std::chrono::seconds(5));
    EXPECT_EQ(c.bars.targets, std::vector<std::string>{"https://x|1"});
    EXPECT_TRUE(c.bars.requireUseCase);
}

TEST(Load, AClientMayHaveItsOwnValidation) {
    TestFolder folder;
    folder.writeSound();
    folder.write(
        "waymark.toml",
        "public_base = \"https://g.example\"\nstore = \"s\"\nkey_ring = \"k\"\n"
        "operator_token = { file = \"secrets/operator\" }\n"
        "[[listener]]\nname = \"a\"\nport = 0\naudiences = [\"practices\", \"providers\"]\n"
        "[validation]\nmode = \"warn\"\nreject = [\"per-1\"]\npackages = [\"practices\"]\n");
    folder.write("clients/b.toml",
                 "id = \"client-b\"\nname = \"B\"\nacts_for = \"any\"\n"
                 "token = { env = \"WAYMARK_TEST_CLIENT_B\" }\n[validation]\nmode = \"off\"\n");
    ASSERT_EQ(setenv("WAYMARK_TEST_CLIENT_B", "token-of-the-client-b-0000", 1), 0);
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Config& c = **config;
    EXPECT_EQ(c.validationFor("client-a").mode, Strictness::Warn);
    EXPECT_EQ(c.validationFor("client-a").reject, std::vector<std::string>{"per-1"});
    EXPECT_EQ(c.validationFor("client-b").mode, Strictness::Off);
    EXPECT_EQ(c.validationFor("nobody").mode, Strictness::Warn);
    EXPECT_EQ(c.packages, std::vector{folder.path() / "practices"});
}

TEST(Load, GivesEachFilesFirstSyntaxFault) {
    TestFolder folder;
    folder.writeSound();
    folder.write("practices/a.toml", "ods = \"A99901\"\nname = \n");
    folder.write("clients/a.toml", "id = client-a\nacts_for = [\n");
    const std::string faults = faultsOf(folder);
    EXPECT_THAT(faults, HasSubstr("practices/a.toml:2:8 This is not TOML"));
    EXPECT_THAT(faults, HasSubstr("clients/a.toml:1:6 This is not TOML"));
    EXPECT_EQ(std::ranges::count(faults, '\n'), 2);
}

TEST(Load, GivesAllFaultsOfMeaningInAllFilesAtOnce) {
    TestFolder folder;
    folder.writeSound();
    folder.write("practices/a.toml", "ods = \"A9 9\"\nnam = \"A\"\n");
    folder.write("providers/p.toml",
                 "id = \"helping-hands\"\nname = 7\nkind = \"comunity\"\nadapter = \"webhook\"\n"
                 "url = \"ftp://p\"\nformat = \"x\"\ntimeout = \"20 sec\"\n"
                 "token = { file = \"secrets/p\" }\n"
                 "webhook_secret = { file = \"secrets/absent\" }\n");
    folder.write("routes/all.toml", "name = \"all\"\norder = 9\nproviders = [\"helping-hand\"]\n");
    const std::string faults = faultsOf(folder);
    EXPECT_THAT(faults, HasSubstr("practices/a.toml:1:7 This must be an ODS code"));
    EXPECT_THAT(faults, HasSubstr("practices/a.toml:1:1 The key \"name\" is missing."));
    EXPECT_THAT(faults, HasSubstr("practices/a.toml:2:1 The key \"nam\" is not known here. Did you "
                                  "mean \"name\"?"));
    EXPECT_THAT(faults, HasSubstr("providers/p.toml:2:8 \"name\" must be a text in quotes."));
    EXPECT_THAT(faults, HasSubstr("providers/p.toml:3:8 This must be one of "
                                  "\"link-worker-service\", \"community\". Did you mean "
                                  "\"community\"?"));
    EXPECT_THAT(faults, HasSubstr("providers/p.toml:5:7 The URL must begin with https://."));
    EXPECT_THAT(faults, HasSubstr("providers/p.toml:7:11 \"timeout\" must be a duration"));
    EXPECT_THAT(faults, HasSubstr("providers/p.toml:9:18 The secret file"));
    EXPECT_THAT(faults, HasSubstr("routes/all.toml:3:14 There is no provider \"helping-hand\". Did "
                                  "you mean \"helping-hands\"?"));
}

TEST(Load, SaysWhenTheFolderHasNoMainFile) {
    TestFolder folder;
    EXPECT_THAT(faultsOf(folder), HasSubstr("waymark.toml:0:0 The file does not exist"));
}

TEST(Load, WarnsOfAMisspeltFolder) {
    TestFolder folder;
    folder.writeSound();
    folder.write("provider/x.toml", "id = \"x\"\n");
    EXPECT_THAT(faultsOf(folder),
                HasSubstr("This folder is not read. Did you mean \"providers\"?"));
}

TEST(Load, KeepsThePlaceOfTheTextOfWhen) {
    struct Case {
        const char* written;
        Position want;
    };
    for (const Case& c :
         {Case{"when = \"a\"", {4, 9}}, Case{"when = '''a'''", {4, 11}},
          Case{"when = \"\"\"\na\"\"\"", {5, 1}}, Case{"  when   = 'a'", {4, 13}}}) {
        TestFolder folder;
        folder.writeSound();
        folder.write("routes/first.toml",
                     std::string("name = \"first\"\norder = 1\nproviders = [\"helping-hands\"]\n") +
                         c.written + "\n");
        const auto config = load(folder.path());
        ASSERT_TRUE(config) << faultsOf(folder);
        EXPECT_EQ((*config)->routes[0].when, "a");
        EXPECT_EQ((*config)->routes[0].whenPlace.at.line, c.want.line) << c.written;
        EXPECT_EQ((*config)->routes[0].whenPlace.at.column, c.want.column) << c.written;
    }
}

TEST(Load, ServesAnOrganisationWithoutEntryByItsClientsDefault) {
    TestFolder folder;
    folder.writeSound();
    folder.write("clients/supplier.toml",
                 "id = \"supplier\"\nname = \"S\"\nacts_for = \"any\"\n"
                 "token = { file = \"secrets/s\" }\ndefault_practice = \"A99901\"\n");
    folder.write("secrets/s", "supplier-supplier-supplier-1");
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Config& c = **config;
    EXPECT_TRUE(c.client("supplier")->actsForAny);
    EXPECT_EQ(c.practiceFor("B99999", *c.client("supplier")), c.practice("A99901"));
    EXPECT_EQ(c.practiceFor("B99999", *c.client("client-a")), nullptr);
    EXPECT_EQ(c.practiceFor("A99901", *c.client("client-a")), c.practice("A99901"));
}

TEST(Load, KeepsNoTokenOnceTheyAreHashed) {
    TestFolder folder;
    folder.writeSound();
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const auto kept = withoutTokens(**config);
    EXPECT_TRUE(kept->operatorToken.empty());
    EXPECT_TRUE(kept->clients.at(0).token.empty());
    EXPECT_TRUE(kept->providers.at(0).token.empty());
    EXPECT_FALSE(kept->providers.at(0).webhookSecret.empty());
    EXPECT_FALSE((*config)->operatorToken.empty());
}

TEST(Secret, KeepsItsValueThroughCopiesAndGivesItUpWhenMoved) {
    Secret first("a-secret-that-is-longer-than-a-small-string");
    const Secret copy = first;
    Secret moved = std::move(first);
    EXPECT_EQ(copy.reveal(), moved.reveal());
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what is tested
    Secret assigned("short");
    assigned = std::move(moved);
    EXPECT_EQ(assigned.reveal(), copy.reveal());
    EXPECT_TRUE(moved.empty());  // NOLINT(bugprone-use-after-move): what is tested
}

}  // namespace
}  // namespace waymark::config
