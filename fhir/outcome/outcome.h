// The only maker of OperationOutcome, and the one table from Kind to HTTP status.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::outcome {

/// 400, 401, ... 503.
[[nodiscard]] unsigned httpStatus(Kind kind);
/// FHIR issue-type code: "invalid", "not-supported".
[[nodiscard]] std::string_view code(IssueType type);
[[nodiscard]] std::string_view code(Severity severity);

/// How issues become details.coding: BaRS needs http-error-codes (nhs-messaging 1.7), others none.
enum class Dialect { Fhir, Bars };

/// An OperationOutcome with the failure's issues: severity, code, details.text (the sentence),
/// diagnostics with line and column, expression. Built in `arena`.
[[nodiscard]] tree::Element operationOutcome(const Failure& failure, tree::Arena& arena,
                                             Dialect dialect = Dialect::Fhir);
[[nodiscard]] tree::Element operationOutcome(std::span<const Issue> issues, tree::Arena& arena);

/// RFC 9457 problem+json: {"type", "title", "status", "detail", "errors": [{"detail","pointer"}]}.
[[nodiscard]] std::string problemJson(const Failure& failure);

}  // namespace waymark::outcome
