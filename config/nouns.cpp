// The readers of practices, clients, providers and routes.
#include <fmt/format.h>

#include <algorithm>

#include "config/draft.h"
#include "config/secret.h"
#include "config/url.h"

namespace waymark::config {
namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isUpper(char c) {
    return c >= 'A' && c <= 'Z';
}

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return result;
}

/// "LS" (area), "LS1", "SW1A" (outward code).
bool isPostcodeStart(std::string_view text) {
    const std::size_t letters =
        static_cast<std::size_t>(std::ranges::find_if_not(text, isUpper) - text.begin());
    if (letters < 1 || letters > 2 || text.size() > letters + 2) return false;
    const std::string_view district = text.substr(letters);
    if (district.empty()) return true;
    return isDigit(district[0]) &&
           (district.size() == 1 || isDigit(district[1]) || isUpper(district[1]));
}

std::optional<std::string> optionalOds(Table& table, std::string_view key) {
    const auto written = table.text(key);
    if (!written) return std::nullopt;
    return odsCode(table, *written);
}

std::vector<std::string> readPostcodes(Table& table) {
    std::vector<std::string> codes;
    const auto written = table.texts("postcodes");
    if (!written) return codes;
    for (const auto& item : *written) {
        std::string code = upper(item.value);
        if (!isPostcodeStart(code)) {
            table.fault(item.place,
                        "This must be a postcode area (\"LS\") or an outward code (\"LS1\").");
        }
        codes.push_back(std::move(code));
    }
    return codes;
}

void readAddress(Table& table, Provider& provider) {
    provider.allowLoopback = table.boolean("allow_loopback").value_or(false);
    provider.allowPrivate = table.boolean("allow_private").value_or(false);
    const auto url = table.requiredText("url");
    provider.url = url.value;
    if (url.value.empty()) return;
    const bool webhook = provider.adapter == AdapterKind::Webhook;
    std::string fault =
        faultOfUrl(url.value, {.allowLoopback = provider.allowLoopback, .allowQuery = webhook});
    if (!fault.empty()) table.fault(url.place, std::move(fault));
    while (!webhook && provider.url.ends_with('/')) provider.url.pop_back();
}

void readShares(Table& table, Shares& shares) {
    if (table.isText("shares")) {
        const auto all = table.text("shares");
        if (all && all->value != "everything") {
            table.fault(all->place,
                        "\"shares\" must be a list of parts of the link-worker referral "
                        "(config/KEYS.md) or \"everything\".");
        }
    } else if (const auto parts = table.texts("shares")) {
        shares.everything = false;
        for (const auto& part : *parts) {
            const auto same = [&](const SharedPart& known) { return known.name == part.value; };
            if (std::ranges::any_of(shares.parts, same)) {
                table.fault(part.place, fmt::format("\"{}\" stands here twice.", part.value));
            }
            shares.parts.push_back({part.value, part.place});
        }
    }
    // An agreement that lists parts says so when it means free text and documents too.
    shares.freeText = table.boolean("share_free_text").value_or(shares.everything);
    shares.attachments = table.boolean("share_attachments").value_or(shares.everything);
}

void readProviderSecrets(Table& table, Provider& provider, Draft& draft) {
    const bool webhook = provider.adapter == AdapterKind::Webhook;
    readToken(table, "token", webhook, provider.token, draft);
    if (const auto secret = table.secret("webhook_secret")) {
        std::string fault = faultOfWebhookSecret(secret->value);
        if (!webhook) fault = "A provider with adapter = \"fhir\" has no webhook_secret.";
        if (!fault.empty()) table.fault(secret->place, std::move(fault));
        provider.webhookSecret = secret->value;
    } else if (webhook) {
        table.missingUnlessWritten("webhook_secret");
    }
    if (const auto secret = table.secret("outgoing_token")) {
        std::string fault = faultOfToken(secret->value);
        if (webhook) fault = "A provider with adapter = \"webhook\" has no outgoing_token.";
        if (!fault.empty()) table.fault(secret->place, std::move(fault));
        provider.outgoingToken = secret->value;
    }
}

void readActsFor(Table& table, Client& client) {
    if (!table.has("acts_for")) return table.missing("acts_for");
    if (table.isText("acts_for")) {
        const auto any = table.text("acts_for");
        client.actsForAny = any && any->value == "any";
        if (any && !client.actsForAny) {
            table.fault(any->place, "\"acts_for\" must be a list of ODS codes or \"any\".");
        }
        return;
    }
    const auto codes = table.texts("acts_for");
    if (!codes) return;
    for (const auto& code : *codes) client.actsFor.push_back(odsCode(table, code));
    if (codes->empty()) {
        table.fault(table.place(), "\"acts_for\" is empty: this client could send nothing.");
    }
}

}  // namespace

std::string readId(Table& table, std::string_view key, std::string_view noun, Draft& draft) {
    auto id = table.requiredText(key);
    if (id.value.empty()) return {};
    const bool allowed = id.value.size() <= 64 && id.value.front() != '-' &&
                         std::ranges::all_of(id.value, [](char c) {
                             return (c >= 'a' && c <= 'z') || isDigit(c) || c == '-';
                         });
    if (!allowed) {
        table.fault(id.place, fmt::format("\"{}\" must be at most 64 small letters, digits and "
                                          "hyphens; it is seen in logs and metrics.",
                                          key));
    }
    draft.given.push_back({noun, id.value, id.place});
    return id.value;
}

std::string odsCode(Table& table, const Placed<std::string>& written) {
    std::string code = upper(written.value);
    const bool allowed = code.size() >= 3 && code.size() <= 10 &&
                         std::ranges::all_of(code, [](char c) { return isDigit(c) || isUpper(c); });
    if (!allowed) {
        table.fault(written.place, "This must be an ODS code: 3 to 10 letters and digits.");
    }
    return code;
}

void readToken(Table& table, std::string_view key, bool required, Secret& into, Draft& draft) {
    auto token = table.secret(key);
    if (!token) {
        if (required) table.missingUnlessWritten(key);
        return;
    }
    std::string fault = faultOfToken(token->value);
    if (!fault.empty()) table.fault(token->place, std::move(fault));
    into = token->value;
    draft.tokens.push_back({std::move(token->value), std::move(token->place)});
}

void readPractice(Table table, Draft& draft) {
    Practice practice;
    practice.place = table.place();
    const auto ods = table.requiredText("ods");
    if (!ods.value.empty()) {
        practice.ods = odsCode(table, ods);
        draft.given.push_back({"practice", practice.ods, ods.place});
    }
    practice.name = table.requiredText("name").value;
    practice.pcn = optionalOds(table, "pcn").value_or("");
    if (const auto contact = table.text("contact")) {
        const std::size_t sign = contact->value.find('@');
        if (sign == 0 || sign == std::string::npos || sign + 1 == contact->value.size()) {
            table.fault(contact->place, "\"contact\" must be an e-mail address.");
        }
        practice.contact = contact->value;
    }
    table.finish();
    draft.config->practices.push_back(std::move(practice));
}

void readClient(Table table, Draft& draft) {
    Client client;
    client.place = table.place();
    client.id = readId(table, "id", "client", draft);
    client.name = table.requiredText("name").value;
    readToken(table, "token", true, client.token, draft);
    readActsFor(table, client);
    client.mayTransform = table.boolean("may_transform").value_or(false);
    if (const auto entry = table.text("default_practice")) {
        client.defaultPractice = odsCode(table, *entry);
        draft.used.push_back({"practice", client.defaultPractice, entry->place});
    }
    if (auto validation = table.table("validation")) {
        client.validation = readValidation(*validation);
        validation->finish();
    }
    client.notifyLoopback = table.boolean("notify_loopback").value_or(false);
    client.notifyPrivate = table.boolean("notify_private").value_or(false);
    if (const auto ca = table.existingFile("notify_ca")) client.notifyCa = ca->value;
    table.finish();
    draft.config->clients.push_back(std::move(client));
}

void readProvider(Table table, Draft& draft) {
    Provider provider;
    provider.place = table.place();
    provider.id = readId(table, "id", "provider", draft);
    provider.name = table.requiredText("name").value;
    provider.ods = optionalOds(table, "ods").value_or("");
    table.missingUnlessWritten("kind");
    provider.kind =
        table
            .choice<ProviderKind>("kind", {{"link-worker-service", ProviderKind::LinkWorkerService},
                                           {"community", ProviderKind::Community}})
            .value_or(provider.kind);
    provider.needsExplicitConsent = table.boolean("needs_explicit_consent").value_or(false);
    provider.postcodes = readPostcodes(table);
    readShares(table, provider.shares);
    table.missingUnlessWritten("adapter");
    provider.adapter = table
                           .choice<AdapterKind>("adapter", {{"webhook", AdapterKind::Webhook},
                                                            {"fhir", AdapterKind::Fhir}})
                           .value_or(provider.adapter);
    readAddress(table, provider);
    auto format = table.requiredText("format");
    provider.format = format.value;
    provider.formatPlace = format.place;
    readProviderSecrets(table, provider, draft);
    if (const auto ca = table.existingFile("ca")) provider.ca = ca->value;
    using std::chrono::milliseconds;
    provider.timeout = table.duration("timeout", milliseconds(100), std::chrono::minutes(5))
                           .value_or(provider.timeout);
    provider.pollEvery =
        table.duration("poll_every", milliseconds(100)).value_or(provider.pollEvery);
    provider.concurrency = static_cast<std::uint32_t>(
        table.integer("concurrency", 1, 256).value_or(provider.concurrency));
    table.finish();
    draft.config->providers.push_back(std::move(provider));
}

std::optional<std::vector<ClockStep>> readSteps(Table& table, std::string_view key) {
    const auto written = table.texts(key);
    if (!written) return std::nullopt;
    std::vector<ClockStep> steps;
    for (const auto& word : *written) {
        if (word.value == "remind") {
            steps.push_back(ClockStep::Remind);
        } else if (word.value == "next") {
            steps.push_back(ClockStep::Next);
        } else if (word.value == "tell") {
            steps.push_back(ClockStep::Tell);
        } else {
            table.fault(word.place, "A step of a clock is \"remind\", \"next\" or \"tell\".");
        }
    }
    if (written->empty()) {
        table.fault(table.place(), fmt::format("\"{}\" is empty: a clock that runs out does "
                                               "something.",
                                               key));
    }
    return steps;
}

void readClocks(Table& table, Route& route) {
    using std::chrono::milliseconds;
    const auto within = [&table](std::string_view key) {
        return table.duration(key, milliseconds(100));
    };
    route.deliveredWithin = within("delivered_within").value_or(route.deliveredWithin);
    route.answeredWithin = within("answered_within").value_or(route.answeredWithin);
    route.ifNotAnswered = readSteps(table, "if_not_answered").value_or(route.ifNotAnswered);
    auto ifNoContact = readSteps(table, "if_no_first_contact");
    if (const auto contact = within("first_contact_within")) {
        route.firstContact = ClockRule{
            *contact, std::move(ifNoContact).value_or(std::vector<ClockStep>{ClockStep::Tell})};
    } else if (ifNoContact) {
        table.fault(table.place(),
                    "\"if_no_first_contact\" needs \"first_contact_within\" beside it.");
    }
    route.news.within = within("news_within").value_or(route.news.within);
    route.news.then = readSteps(table, "if_no_news").value_or(route.news.then);
    route.toldWithin = within("told_within").value_or(route.toldWithin);
    route.workingTime = table.boolean("working_time").value_or(false);
}

void readRoute(Table table, Draft& draft) {
    Route route;
    route.place = table.place();
    route.name = readId(table, "name", "route", draft);
    table.missingUnlessWritten("order");
    route.order = static_cast<std::uint32_t>(table.integer("order", 0, 1'000'000).value_or(0));
    if (const auto when = table.text("when")) {
        route.when = when->value;
        route.whenPlace = table.insideQuotes("when");
    }
    table.missingUnlessWritten("providers");
    if (const auto providers = table.texts("providers")) {
        if (providers->empty()) {
            table.fault(table.place(), "\"providers\" is empty: nobody would be asked.");
        }
        for (const auto& id : *providers) {
            if (std::ranges::find(route.providers, id.value) != route.providers.end()) {
                table.fault(id.place, fmt::format("\"{}\" stands here twice.", id.value));
            }
            route.providers.push_back(id.value);
            draft.used.push_back({"provider", id.value, id.place});
        }
    }
    route.askAtOnce =
        static_cast<std::uint32_t>(table.integer("ask_at_once", 1, 32).value_or(route.askAtOnce));
    readClocks(table, route);
    table.finish();
    draft.config->routes.push_back(std::move(route));
}

}  // namespace waymark::config
