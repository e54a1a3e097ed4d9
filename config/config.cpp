#include "config/config.h"

#include <string.h>  // explicit_bzero is not in <cstring>

#include <algorithm>

namespace waymark::config {
namespace {

template <class Noun, class Member>
const Noun* find(const std::vector<Noun>& nouns, Member member, std::string_view name) {
    const auto found = std::ranges::find(nouns, name, member);
    return found == nouns.end() ? nullptr : &*found;
}

}  // namespace

void Secret::wipe() {
    explicit_bzero(value_.data(), value_.size());
    value_.clear();
}

Secret& Secret::operator=(const Secret& other) {
    if (this != &other) {
        wipe();
        value_ = other.value_;
    }
    return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        value_ = other.value_;
        other.wipe();
    }
    return *this;
}

std::shared_ptr<const Config> withoutTokens(const Config& config) {
    auto kept = std::make_shared<Config>(config);
    kept->operatorToken = Secret();
    for (Client& client : kept->clients) client.token = Secret();
    for (Provider& provider : kept->providers) provider.token = Secret();
    return kept;
}

const Provider* Config::provider(std::string_view id) const {
    return find(providers, &Provider::id, id);
}

const Practice* Config::practice(std::string_view ods) const {
    return find(practices, &Practice::ods, ods);
}

const Client* Config::client(std::string_view id) const {
    return find(clients, &Client::id, id);
}

const Validation& Config::validationFor(std::string_view clientId) const {
    const Client* const sender = client(clientId);
    return sender && sender->validation ? *sender->validation : validation;
}

const Practice* Config::practiceFor(std::string_view ods, const Client& client) const {
    if (const Practice* own = practice(ods)) return own;
    return client.defaultPractice.empty() ? nullptr : practice(client.defaultPractice);
}

const Route* Config::route(std::string_view name) const {
    return find(routes, &Route::name, name);
}

}  // namespace waymark::config
