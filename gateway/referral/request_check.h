// What a message must be before it is mapped: one ServiceRequest that asks for something now, about
// one Patient that can be found. Every refusal says how to mend it. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/referral/intake.h"
#include "gateway/referral/message.h"

namespace waymark::referral {

/// The ServiceRequest of a message and whom it is about.
struct Request {
    tree::Element resource{};
    tree::Element patient{};
    /// The id of the Patient that the practice will read; empty when it is contained.
    std::string patientId{};
};

/// Fails with every fault found (Unprocessable): not the shape that the origin has, none or several
/// ServiceRequests, status other than active, an intent that is no request of the sender's own,
/// doNotPerform, a subject that is no Patient or cannot be found.
[[nodiscard]] Result<Request> checkRequest(const Submission& submission, const Message& message);

/// ServiceRequest.identifier: system (may be empty) and value, each once.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> identifiersOf(tree::Element request);

}  // namespace waymark::referral
