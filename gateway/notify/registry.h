// Every Subscription with the number of its last event, as they are in the store. Any thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/notify/notification.h"
#include "gateway/notify/subscription.h"
#include "gateway/store/store.h"

namespace waymark::notify {

inline constexpr std::string_view kRecordKind = "subscription";
inline constexpr std::string_view kCursorKind = "notify-cursor";

class Registry {
public:
    /// From the store; once, before anything else.
    [[nodiscard]] Result<void> load(store::Store& store);

    [[nodiscard]] std::vector<Stand> all() const;
    /// Of one client, by id; nullopt also when it is another's.
    [[nodiscard]] std::optional<Stand> find(const Uuid& id, std::string_view client) const;
    [[nodiscard]] std::optional<Stand> find(const Uuid& id) const;
    [[nodiscard]] std::size_t size() const;

    /// Adds it, or puts it in the place of what has its id.
    void put(Subscription subscription);
    void remove(const Uuid& id);
    /// Changes what is there and gives it as it then is; nullopt when it is gone or `change` says
    /// no.
    std::optional<Subscription> change(const Uuid& id,
                                       const std::function<bool(Subscription&)>& change);
    /// `number` is on disk.
    void counted(const Uuid& id, std::uint64_t number);

private:
    mutable std::mutex mutex_;
    std::map<Uuid, Stand> stands_;
};

/// As the store keeps it.
[[nodiscard]] store::Record recordOf(const Subscription& subscription);
[[nodiscard]] store::Record removalOf(const Uuid& id);

}  // namespace waymark::notify
