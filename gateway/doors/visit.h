// One request on its way through a door, with all that it works with. It lives in the frame of the
// coroutine that answers the request, so endpoints take a plain pointer to it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/doors/arena_pool.h"
#include "gateway/doors/services.h"
#include "gateway/net/http.h"
#include "gateway/security/principal.h"

namespace waymark::doors {

struct Visit {
    Services& services;
    std::shared_ptr<const Snapshot> snapshot;
    net::Request request;
    ArenaPool::Lease arena;
    /// What the path template's names caught.
    std::vector<std::pair<std::string, std::string>> parameters;
    security::Principal principal;
    /// X-Correlation-Id when it is a UUID, else our request id.
    std::string correlationId;
    /// What makes this request repeatable ("key|client|…"), set by its endpoint; empty: nothing
    /// does.
    std::string repeatKey;
    /// Opened for this visit: trees in the arena view their bodies.
    std::deque<referral::Dossier> dossiers;

    /// What {name} of the path caught; empty when the template has no such name.
    [[nodiscard]] std::string_view parameter(std::string_view name) const {
        for (const auto& [key, value] : parameters) {
            if (key == name) return value;
        }
        return {};
    }
};

}  // namespace waymark::doors
