// One fault at a time in an otherwise sound folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "folder.h"

namespace waymark::config {
namespace {

using testing::HasSubstr;

struct Case {
    const char* name;
    const char* file;
    std::string text;
    const char* fault;
};

class Rule : public testing::TestWithParam<Case> {};

TEST_P(Rule, IsSaidWhenBroken) {
    TestFolder folder;
    folder.writeSound();
    folder.write(GetParam().file, GetParam().text);
    EXPECT_THAT(faultsOf(folder), HasSubstr(GetParam().fault));
}

std::string route(std::string_view name, int order, std::string_view rest = {}) {
    return "name = \"" + std::string(name) + "\"\norder = " + std::to_string(order) +
           "\nproviders = [\"helping-hands\"]\n" + std::string(rest);
}

std::string provider(std::string_view rest, std::string_view url = "https://q.example/hook") {
    return "id = \"q\"\nname = \"Q\"\nkind = \"community\"\nformat = \"f\"\nurl = \"" +
           std::string(url) + "\"\n" + std::string(rest);
}

std::string fhir(std::string_view url, std::string_view rest = {}) {
    return provider("adapter = \"fhir\"\n" + std::string(rest), url);
}

std::string mainFile(std::string_view listener, std::string_view rest = {}) {
    return "public_base = \"https://g.example\"\nstore = \"s\"\nkey_ring = \"k\"\n"
           "operator_token = { file = \"secrets/operator\" }\n" +
           std::string(rest) +
           "[[listener]]\nname = \"front\"\nport = 80\naudiences = [\"practices\", "
           "\"providers\"]\n" +
           std::string(listener);
}

TEST(Shares, AreEverythingUnlessAListIsAgreed) {
    struct {
        const char* text;
        bool everything, freeText, attachments;
        std::size_t parts;
    } const cases[] = {
        {"", true, true, true, 0},
        {"shares = \"everything\"\nshare_free_text = false\n", true, false, true, 0},
        {"shares = [\"need\", \"person.name\"]\n", false, false, false, 2},
        {"shares = []\n", false, false, false, 0},
        {"shares = [\"need\"]\nshare_free_text = true\nshare_attachments = true\n", false, true,
         true, 1},
    };
    for (const auto& each : cases) {
        TestFolder folder;
        folder.writeSound();
        folder.write("providers/q.toml", fhir("https://q.example", each.text));
        const auto config = load(folder.path());
        ASSERT_TRUE(config.has_value()) << each.text << config.error().text();
        const Shares& shares = (*config)->provider("q")->shares;
        EXPECT_EQ(shares.everything, each.everything) << each.text;
        EXPECT_EQ(shares.freeText, each.freeText) << each.text;
        EXPECT_EQ(shares.attachments, each.attachments) << each.text;
        EXPECT_EQ(shares.parts.size(), each.parts) << each.text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Routes, Rule,
    testing::Values(
        Case{"NoCatchAll", "routes/all.toml", route("all", 9, "when = \"true\"\n"),
             "waymark.toml:1:1 There is no catch-all"},
        Case{"CatchAllNotLast", "routes/x.toml", route("x", 10, "when = \"true\"\n"),
             "routes/all.toml:1:1 The route \"all\" has no \"when\" and so takes everything"},
        Case{"TwoCatchAlls", "routes/x.toml", route("x", 10), "there is a catch-all already"},
        Case{"SameOrder", "routes/x.toml", route("x", 9, "when = \"true\"\n"),
             "has the order 9 of the route"},
        Case{"SameName", "routes/x.toml", route("all", 1, "when = \"true\"\n"),
             "The route \"all\" exists already, at"},
        Case{"EmptyWhen", "routes/all.toml", route("all", 9, "when = \"\"\n"),
             "routes/all.toml:4:8 \"when\" must be more than an empty text"},
        Case{"NobodyAsked", "routes/all.toml", "name = \"all\"\norder = 9\nproviders = []\n",
             "nobody would be asked"},
        Case{"AskedTwice", "routes/all.toml",
             "name = \"all\"\norder = 9\nproviders = [\"helping-hands\", \"helping-hands\"]\n",
             "routes/all.toml:3:31 \"helping-hands\" stands here twice."}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Validation, Rule,
    testing::Values(Case{"UnknownMode", "waymark.toml",
                         mainFile("", "[validation]\nmode = \"lax\"\n"), "waymark.toml:6:8 "},
                    Case{"NoRule", "waymark.toml",
                         mainFile("", "[validation]\nwarn = [\"per 1\"]\n"),
                         "A rule is named as findings name it"},
                    Case{"InBothLists", "waymark.toml",
                         mainFile("", "[validation]\nwarn = [\"per-1\"]\nreject = [\"per-1\"]\n"),
                         "The rule \"per-1\" stands in \"reject\" and in \"warn\"."},
                    Case{"NoSuchPackage", "waymark.toml",
                         mainFile("", "[validation]\npackages = [\"absent.tgz\"]\n"),
                         "There is no file or folder"},
                    Case{"PackagesOfAClient", "clients/a.toml",
                         "id = \"client-a\"\n[validation]\npackages = []\n", "packages"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Providers, Rule,
    testing::Values(
        Case{"SameId", "providers/q.toml", "id = \"helping-hands\"\n",
             "The provider \"helping-hands\" exists already, at"},
        Case{"IdOfAClient", "providers/q.toml", "id = \"client-a\"\n", "has the id of a client"},
        Case{"ReservedId", "providers/q.toml", "id = \"gateway\"\n", "a name of the gateway's own"},
        Case{"IdWithBlanks", "providers/q.toml", "id = \"Helping Hands\"\n",
             "small letters, digits and hyphens"},
        Case{"WebhookWithoutSecrets", "providers/q.toml", provider("adapter = \"webhook\"\n"),
             "The key \"webhook_secret\" is missing."},
        Case{"FhirWithWebhookSecret", "providers/q.toml",
             fhir("https://q.example", "webhook_secret = { file = \"secrets/p.webhook\" }\n"),
             "has no webhook_secret"},
        Case{"UrlToLoopback", "providers/q.toml", fhir("https://127.0.0.1/r4"),
             "that needs allow_loopback = true"},
        Case{"PlainHttp", "providers/q.toml",
             fhir("http://q.example/r4", "allow_loopback = true\n"),
             "plain http is for loopback addresses only"},
        Case{"UrlWithQueryOfFhirBase", "providers/q.toml", fhir("https://q.example/r4?x=1"),
             "must not have a query"},
        Case{"RelativeUrl", "providers/q.toml", fhir("/r4"), "not an absolute URL"},
        Case{"SharesWord", "providers/q.toml", fhir("https://q.example", "shares = \"all\"\n"),
             "or \"everything\""},
        Case{"SharesTwice", "providers/q.toml",
             fhir("https://q.example", "shares = [\"need\", \"need\"]\n"),
             "\"need\" stands here twice"},
        Case{"SharesNumber", "providers/q.toml", fhir("https://q.example", "shares = 1\n"),
             "a list of texts"},
        Case{"Postcode", "providers/q.toml",
             fhir("https://q.example", "postcodes = [\"LS1 4AP\"]\n"), "a postcode area"},
        Case{"CaAbsent", "providers/q.toml", fhir("https://q.example", "ca = \"absent.pem\"\n"),
             "absent.pem does not exist"},
        Case{"Concurrency", "providers/q.toml", fhir("https://q.example", "concurrency = 0\n"),
             "a whole number from 1 to 256"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Clients, Rule,
    testing::Values(
        Case{"UnknownDefaultPractice", "clients/a.toml",
             "id = \"client-a\"\nname = \"A\"\nacts_for = \"any\"\n"
             "token = { file = \"secrets/a\" }\ndefault_practice = \"A99902\"\n",
             "clients/a.toml:5:20 There is no practice \"A99902\". Did you mean \"A99901\"?"},
        Case{"ActsForAll", "clients/a.toml", "id = \"client-a\"\nacts_for = \"all\"\n",
             "a list of ODS codes or \"any\""},
        Case{"ActsForNobody", "clients/a.toml", "id = \"client-a\"\nacts_for = []\n",
             "this client could send nothing"},
        Case{"SharedToken", "clients/b.toml",
             "id = \"client-b\"\nname = \"B\"\nacts_for = \"any\"\n"
             "token = { file = \"secrets/a\" }\n",
             "clients/b.toml:4:9 This token is the same as the one at"},
        Case{"SamePractice", "practices/b.toml", "ods = \"A99901\"\nname = \"B\"\n",
             "The practice \"A99901\" exists already"},
        Case{"Contact", "practices/a.toml", "ods = \"A99901\"\nname = \"B\"\ncontact = \"phone\"\n",
             "an e-mail address"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Main, Rule,
    testing::Values(
        Case{"OpenWithoutCertificate", "waymark.toml", mainFile("address = \"0.0.0.0\"\n"),
             "needs \"certificate\" and \"key\""},
        Case{"CertificateWithoutKey", "waymark.toml",
             mainFile("certificate = \"secrets/operator\"\n"), "go together"},
        Case{"AddressIsAName", "waymark.toml", mainFile("address = \"gateway\"\n"),
             "an IPv4 or IPv6 address"},
        Case{"SamePort", "waymark.toml",
             mainFile("[[listener]]\nname = \"b\"\nport = 80\naudiences = [\"operations\"]\n"),
             "has the port 80 of the listener \"front\""},
        Case{"UnknownAudience", "waymark.toml",
             mainFile("[[listener]]\nname = \"b\"\nport = 81\naudiences = [\"operation\"]\n"),
             "Did you mean \"operations\"?"},
        Case{"NobodyListensForPractices", "waymark.toml",
             "public_base = \"https://g.example\"\nstore = \"s\"\nkey_ring = \"k\"\n"
             "operator_token = { file = \"secrets/operator\" }\n",
             "No [[listener]] has the audience \"practices\""},
        Case{"SlashAtTheEnd", "waymark.toml", "public_base = \"https://g.example/\"\n",
             "no slash at the end"},
        Case{"UnknownNestedKey", "waymark.toml", mainFile("", "[limits]\nbdy = \"1 MiB\"\n"),
             "The key \"limits.bdy\" is not known here. Did you mean \"body\"?"},
        Case{"SizeInMegabytes", "waymark.toml", mainFile("", "[limits]\nbody = \"1 MB\"\n"),
             "a size such as"},
        Case{"BodiesInFlightTooSmall", "waymark.toml",
             mainFile("", "[limits]\nbodies_in_flight = \"1 MiB\"\n"),
             "the largest message could never be read"},
        Case{"BodyTooLarge", "waymark.toml",
             mainFile("", "[limits]\nbody = \"1 GiB\"\nbodies_in_flight = \"1 GiB\"\n"),
             "\"limits.body\" is more than 512 MiB"},
        Case{"LimitsIsNoTable", "waymark.toml", "limits = 7\n" + mainFile(""),
             "waymark.toml:1:10 \"limits\" must be a table"},
        Case{"Jitter", "waymark.toml", mainFile("", "[retry]\njitter = 2\n"),
             "a number from 0 to 1"},
        Case{"Schedule", "waymark.toml", mainFile("", "[retry]\nschedule = [\"5s\", \"soon\"]\n"),
             "\"retry.schedule\" must hold durations"},
        Case{"ScheduleWithoutWait", "waymark.toml", mainFile("", "[retry]\nschedule = [\"0s\"]\n"),
             "at least \"10ms\""},
        Case{"RequestTooLong", "waymark.toml", mainFile("", "[limits]\nrequest = \"2h\"\n"),
             "from \"10ms\" to \"1h\""},
        Case{"Target", "waymark.toml", mainFile("", "[bars]\ntargets = [\"111111111\"]\n"),
             "A target is written \"system|value\""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace waymark::config
