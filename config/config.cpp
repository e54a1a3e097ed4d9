#include "config/config.h"

#include <algorithm>

namespace waymark::config {
namespace {

template <class Noun, class Member>
const Noun* find(const std::vector<Noun>& nouns, Member member, std::string_view name) {
    const auto found = std::ranges::find(nouns, name, member);
    return found == nouns.end() ? nullptr : &*found;
}

}  // namespace

const Provider* Config::provider(std::string_view id) const {
    return find(providers, &Provider::id, id);
}

const Practice* Config::practice(std::string_view ods) const {
    return find(practices, &Practice::ods, ods);
}

const Client* Config::client(std::string_view id) const {
    return find(clients, &Client::id, id);
}

const Practice* Config::practiceFor(std::string_view ods, const Client& client) const {
    if (const Practice* own = practice(ods)) return own;
    return client.defaultPractice.empty() ? nullptr : practice(client.defaultPractice);
}

const Route* Config::route(std::string_view name) const {
    return find(routes, &Route::name, name);
}

}  // namespace waymark::config
