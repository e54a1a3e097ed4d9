// The NHS number of a message's Patient: read calmly, verified by its check digit, refused only
// when the operator wants it so. Its digits never enter an issue.
#pragma once

#include <optional>
#include <string>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"

namespace waymark::referral {

struct NhsNumberFound {
    bool present = false;
    std::string digits{};            ///< ten digits, verified or not; empty otherwise
    bool verified = false;           ///< modulus 11 holds
    std::optional<Issue> warning{};  ///< present and not verified
};

/// The first identifier of the NHS number's system. With `strict`, one that fails modulus 11 or has
/// not ten digits is Unprocessable.
[[nodiscard]] Result<NhsNumberFound> checkNhsNumber(tree::Element patient,
                                                    const model::Model& model, bool strict);

}  // namespace waymark::referral
