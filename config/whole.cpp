// Checks that need every file: names unique and known, routes, listeners.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "config/draft.h"
#include "config/url.h"

namespace waymark::config {
namespace {

constexpr std::string_view kReservedNames[] = {"gateway", "operator", "anonymous"};

void checkUnique(Draft& draft) {
    std::map<std::pair<std::string_view, std::string_view>, const Place*> seen;
    for (const Name& name : draft.given) {
        const auto [first, fresh] = seen.try_emplace({name.noun, name.text}, &name.place);
        if (!fresh) {
            draft.faults.add(name.place, fmt::format("The {} \"{}\" exists already, at {}.",
                                                     name.noun, name.text, print(*first->second)));
        }
        const bool actor = name.noun == "client" || name.noun == "provider";
        if (actor && std::ranges::find(kReservedNames, name.text) != std::end(kReservedNames)) {
            draft.faults.add(name.place,
                             fmt::format("\"{}\" is a name of the gateway's own; choose "
                                         "another.",
                                         name.text));
        }
    }
    for (const Name& name : draft.given) {
        // The audit log names its actors by id alone.
        const auto client = seen.find({"client", name.text});
        if (name.noun != "provider" || client == seen.end()) continue;
        draft.faults.add(
            name.place, fmt::format("The provider \"{}\" has the id of a client, at {}.", name.text,
                                    print(*client->second)));
    }
}

void checkKnown(Draft& draft) {
    for (const Name& use : draft.used) {
        std::vector<std::string_view> known;
        for (const Name& name : draft.given) {
            if (name.noun == use.noun) known.push_back(name.text);
        }
        if (std::ranges::find(known, use.text) != known.end()) continue;
        draft.faults.add(use.place, fmt::format("There is no {} \"{}\".{}", use.noun, use.text,
                                                suggestion(use.text, known)));
    }
}

void checkTokens(Draft& draft) {
    for (std::size_t i = 0; i < draft.tokens.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (draft.tokens[i].secret.reveal() != draft.tokens[j].secret.reveal()) continue;
            draft.faults.add(draft.tokens[i].place,
                             fmt::format("This token is the same as the one at {}; each needs its "
                                         "own.",
                                         print(draft.tokens[j].place)));
            break;
        }
    }
}

void checkRoutes(Draft& draft, const Place& main) {
    std::vector<Route>& routes = draft.config->routes;
    std::ranges::stable_sort(routes, std::less<>(), &Route::order);
    for (std::size_t i = 1; i < routes.size(); ++i) {
        if (routes[i].order != routes[i - 1].order) continue;
        draft.faults.add(
            routes[i].place,
            fmt::format("The route \"{}\" has the order {} of the route \"{}\", at {}.",
                        routes[i].name, routes[i].order, routes[i - 1].name,
                        print(routes[i - 1].place)));
    }
    std::size_t catchAlls = 0;
    for (std::size_t i = 0; i < routes.size(); ++i) {
        if (!routes[i].when.empty()) continue;
        if (++catchAlls > 1) {
            draft.faults.add(
                routes[i].place,
                fmt::format("The route \"{}\" has no \"when\", but there is a catch-all "
                            "already; only one route may be without.",
                            routes[i].name));
        } else if (i + 1 != routes.size()) {
            draft.faults.add(
                routes[i].place,
                fmt::format("The route \"{}\" has no \"when\" and so takes everything: "
                            "the routes after it are never reached. Give it the highest "
                            "\"order\" of all.",
                            routes[i].name));
        }
    }
    if (catchAlls == 0) {
        draft.faults.add(main,
                         "There is no catch-all: add a route without \"when\" to routes/, with "
                         "the highest \"order\" of all, so that no referral is left over.");
    }
}

bool sameSocket(const Listener& a, const Listener& b) {
    const auto any = [](const Listener& l) { return l.address == "0.0.0.0" || l.address == "::"; };
    return a.port != 0 && a.port == b.port && (a.address == b.address || any(a) || any(b));
}

bool served(const Config& config, Audience audience) {
    return std::ranges::any_of(config.listeners, [audience](const Listener& listener) {
        return std::ranges::find(listener.audiences, audience) != listener.audiences.end();
    });
}

void checkListeners(Draft& draft, const Place& main) {
    const Config& config = *draft.config;
    for (std::size_t i = 0; i < config.listeners.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (!sameSocket(config.listeners[i], config.listeners[j])) continue;
            draft.faults.add(
                config.listeners[i].place,
                fmt::format("The listener \"{}\" has the port {} of the listener \"{}\".",
                            config.listeners[i].name, config.listeners[i].port,
                            config.listeners[j].name));
        }
    }
    if (!served(config, Audience::Practices)) {
        draft.faults.add(main, "No [[listener]] has the audience \"practices\".");
    }
    const bool webhooks = std::ranges::any_of(config.providers, [](const Provider& provider) {
        return provider.adapter == AdapterKind::Webhook;
    });
    if (webhooks && !served(config, Audience::Providers)) {
        draft.faults.add(main,
                         "No [[listener]] has the audience \"providers\", but there are "
                         "providers with adapter = \"webhook\", which report by it.");
    }
}

}  // namespace

void checkWhole(Draft& draft) {
    const Place main{.file = (draft.config->folder / "waymark.toml").string(),
                     .at = {.line = 1, .column = 1}};
    checkUnique(draft);
    checkKnown(draft);
    checkTokens(draft);
    checkRoutes(draft, main);
    checkListeners(draft, main);
}

}  // namespace waymark::config
