#include "gateway/notify/registry.h"

#include <utility>

namespace waymark::notify {

Result<void> Registry::load(store::Store& store) {
    auto records = store.records(kRecordKind);
    if (!records) return std::unexpected(std::move(records.error()));
    std::map<Uuid, Stand> loaded;
    for (const store::Record& record : *records) {
        auto subscription = fromStored(record.body);
        if (!subscription) return std::unexpected(std::move(subscription.error()));
        const auto events = store.lastNotice(subscription->id);
        if (!events) return std::unexpected(events.error());
        const Uuid id = subscription->id;
        loaded.emplace(id, Stand{.subscription = std::move(*subscription), .events = *events});
    }
    const std::lock_guard lock(mutex_);
    stands_ = std::move(loaded);
    return {};
}

std::vector<Stand> Registry::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<Stand> all;
    all.reserve(stands_.size());
    for (const auto& [id, stand] : stands_) all.push_back(stand);
    return all;
}

std::optional<Stand> Registry::find(const Uuid& id, std::string_view client) const {
    auto found = find(id);
    if (found && found->subscription.client != client) return std::nullopt;
    return found;
}

std::optional<Stand> Registry::find(const Uuid& id) const {
    const std::lock_guard lock(mutex_);
    const auto at = stands_.find(id);
    if (at == stands_.end()) return std::nullopt;
    return at->second;
}

std::size_t Registry::size() const {
    const std::lock_guard lock(mutex_);
    return stands_.size();
}

void Registry::put(Subscription subscription) {
    const std::lock_guard lock(mutex_);
    const Uuid id = subscription.id;
    stands_[id].subscription = std::move(subscription);
}

void Registry::remove(const Uuid& id) {
    const std::lock_guard lock(mutex_);
    stands_.erase(id);
}

std::optional<Subscription> Registry::change(const Uuid& id,
                                             const std::function<bool(Subscription&)>& change) {
    const std::lock_guard lock(mutex_);
    const auto at = stands_.find(id);
    if (at == stands_.end() || !change(at->second.subscription)) return std::nullopt;
    return at->second.subscription;
}

void Registry::counted(const Uuid& id, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto at = stands_.find(id);
    if (at != stands_.end()) at->second.events = number;
}

store::Record recordOf(const Subscription& subscription) {
    return {
        .kind = std::string(kRecordKind), .id = subscription.id, .body = toStored(subscription)};
}

store::Record removalOf(const Uuid& id) {
    return {.kind = std::string(kRecordKind), .id = id, .body = {}};
}

}  // namespace waymark::notify
