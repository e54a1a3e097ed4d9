// Everything outside that delivery works with. Owned by the application; outlives the loop.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "config/config.h"
#include "fhir/core/world.h"
#include "gateway/delivery/stage.h"
#include "gateway/net/client.h"
#include "gateway/referral/lifecycle.h"
#include "gateway/referral/presenter.h"
#include "gateway/store/store.h"
#include "gateway/telemetry/log.h"
#include "gateway/telemetry/metrics.h"

namespace waymark::delivery {

class Addressees;

/// Configuration and content that belong together; immutable.
struct Rules {
    std::shared_ptr<const config::Config> config;
    std::shared_ptr<const referral::Presenter> presenter;
    std::shared_ptr<const referral::Lifecycle> lifecycle;
};

struct Ports {
    store::Store& store;
    net::HttpClient& http;
    Stage& stage;
    const Clock& clock;
    Random& random;
    telemetry::Log& log;
    telemetry::Registry& metrics;
    /// The rules of a mapping set by its version, as a referral records it; the current ones for an
    /// empty version and for a set that is no longer there. Any thread.
    std::function<Rules(std::string_view setVersion)> rules;
    /// For deliveries of kind Notified; without it they are not wanted.
    Addressees* addressees = nullptr;
};

}  // namespace waymark::delivery
