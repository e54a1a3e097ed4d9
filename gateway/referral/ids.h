// The names of things in the journal.
#pragma once

#include "fhir/core/strong.h"
#include "fhir/core/uuid.h"

namespace waymark::referral {

/// UUIDv7; also the id of the practice's ServiceRequest and of the practice-facing Task.
using ReferralId = Strong<struct ReferralIdTag, Uuid>;
/// One provider that is asked; also the id of its Task. {id} of the provider API.
using AssignmentId = Strong<struct AssignmentIdTag, Uuid>;
/// One payload to bring to one provider; its text is the idempotency key of every attempt.
using DeliveryId = Strong<struct DeliveryIdTag, Uuid>;

}  // namespace waymark::referral
