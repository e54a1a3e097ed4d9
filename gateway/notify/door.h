// The Subscription endpoints of the practices' FHIR surface (HL7 Subscriptions R5 Backport 1.1):
// create, read, change, delete, search, $status and $events. Each client sees its own.
#pragma once

#include "gateway/doors/router.h"
#include "gateway/notify/loop.h"
#include "gateway/notify/registry.h"

namespace waymark::notify {

/// Both outlive the router.
void addSubscriptions(doors::Router& router, Registry& registry, NotifyLoop& loop);

}  // namespace waymark::notify
