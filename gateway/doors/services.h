// What the doors work with. Everything here is owned by the application and outlives every request.
#pragma once

#include <functional>
#include <memory>

#include "config/config.h"
#include "fhir/core/world.h"
#include "fhir/structure/validator.h"
#include "gateway/doors/arena_pool.h"
#include "gateway/doors/in_flight.h"
#include "gateway/net/runtime.h"
#include "gateway/referral/intake.h"
#include "gateway/referral/lifecycle.h"
#include "gateway/referral/presenter.h"
#include "gateway/security/authenticator.h"
#include "gateway/store/store.h"
#include "gateway/telemetry/log.h"
#include "mappings/set.h"

namespace waymark::doors {

/// Configuration and content, compiled together; immutable, swapped whole. A request keeps the one
/// that it began with.
struct Snapshot {
    std::shared_ptr<const config::Config> config;
    std::shared_ptr<const mappings::Set> set;
    std::shared_ptr<const referral::Intake> intake;
    std::shared_ptr<const referral::Presenter> presenter;
    std::shared_ptr<const referral::Lifecycle> lifecycle;
    /// R4, and the profiles of the configured packages.
    std::shared_ptr<const structure::Validator> validator = structure::Validator::base();
    std::shared_ptr<const security::Authenticator> authenticator;
};

struct Services {
    std::function<std::shared_ptr<const Snapshot>()> snapshot;
    store::Store& store;
    net::Runtime& runtime;
    const Clock& clock;
    Random& random;
    telemetry::Log& log;
    /// Tells the delivery loop that something may be due; called after a commit.
    std::function<void()> wakeDelivery;
    /// A message that a map could not handle was kept and set aside: for alarms.
    std::function<void()> noteSetAside;
    ArenaPool arenas;
    InFlight inFlight;
};

}  // namespace waymark::doors
