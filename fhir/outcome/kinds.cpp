#include "fhir/outcome/kinds.h"

#include <array>
#include <cstddef>

#include "fhir/core/check.h"
#include "fhir/outcome/outcome.h"

namespace waymark::outcome {
namespace {

struct KindRow {
    Kind kind;
    unsigned status;
    IssueType type;          ///< for a failure that brings no issue of its own
    std::string_view title;  ///< RFC 9457 title, and the sentence of such a failure
    std::string_view bars;   ///< http-error-codes (BaRS): what a receiver says
};

/// The one table from Kind to the outside, in the order of the enumeration.
constexpr auto kKinds = std::to_array<KindRow>({
    {Kind::Incorrect, 400, IssueType::Invalid, "The request cannot be read", "REC_BAD_REQUEST"},
    {Kind::Unauthenticated, 401, IssueType::Login, "Who is calling is not known",
     "REC_UNAUTHORIZED"},
    {Kind::Forbidden, 403, IssueType::Forbidden, "This is not allowed", "REC_FORBIDDEN"},
    {Kind::NotFound, 404, IssueType::NotFound, "There is no such thing here", "REC_NOT_FOUND"},
    {Kind::NotAllowed, 405, IssueType::NotSupported, "The method is not allowed here",
     "REC_METHOD_NOT_ALLOWED"},
    {Kind::NotAcceptable, 406, IssueType::Processing, "No acceptable format is left",
     "REC_NOT_ACCEPTABLE"},
    {Kind::TimedOut, 408, IssueType::Timeout, "The request took too long", "REC_TIMEOUT"},
    {Kind::Conflict, 409, IssueType::Conflict, "This contradicts what is there", "REC_CONFLICT"},
    {Kind::PreconditionFailed, 412, IssueType::Conflict, "A precondition does not hold",
     "REC_CONFLICT"},
    {Kind::TooLarge, 413, IssueType::TooLong, "The request is too large", "REC_BAD_REQUEST"},
    {Kind::MediaType, 415, IssueType::NotSupported, "The media type is not supported",
     "REC_BAD_REQUEST"},
    {Kind::Unprocessable, 422, IssueType::Processing, "The content breaks a rule",
     "REC_UNPROCESSABLE_ENTITY"},
    {Kind::TooEarly, 425, IssueType::Duplicate, "The first attempt is still being processed",
     "REC_TOO_EARLY"},
    {Kind::Throttled, 429, IssueType::Throttled, "Too many requests", "REC_TOO_MANY_REQUESTS"},
    {Kind::Fault, 500, IssueType::Exception, "Something went wrong on our side",
     "REC_SERVER_ERROR"},
    {Kind::NotImplemented, 501, IssueType::NotSupported, "This is not implemented",
     "REC_NOT_IMPLEMENTED"},
    {Kind::Unavailable, 503, IssueType::Transient, "The service is not available now",
     "REC_UNAVAILABLE"},
});

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kKinds.size(); ++i) {
        if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
    }
    return true;
}
static_assert(inOrder());

const KindRow& row(Kind kind) {
    const auto index = static_cast<std::size_t>(kind);
    check(index < kKinds.size(), "a kind of the table");
    return kKinds[index];
}

/// FHIR issue-type codes in the order of IssueType.
constexpr auto kIssueTypes = std::to_array<std::string_view>(
    {"invalid",       "structure", "required",         "value",         "invariant",  "security",
     "login",         "unknown",   "expired",          "forbidden",     "suppressed", "processing",
     "not-supported", "duplicate", "multiple-matches", "not-found",     "deleted",    "too-long",
     "code-invalid",  "extension", "too-costly",       "business-rule", "conflict",   "transient",
     "lock-error",    "no-store",  "exception",        "timeout",       "incomplete", "throttled",
     "informational"});
static_assert(kIssueTypes.size() == static_cast<std::size_t>(IssueType::Informational) + 1);

}  // namespace

unsigned httpStatus(Kind kind) {
    return row(kind).status;
}
IssueType defaultType(Kind kind) {
    return row(kind).type;
}
std::string_view title(Kind kind) {
    return row(kind).title;
}
std::string_view barsCode(Kind kind) {
    return row(kind).bars;
}

std::string_view code(IssueType type) {
    const auto index = static_cast<std::size_t>(type);
    check(index < kIssueTypes.size(), "an issue type of the table");
    return kIssueTypes[index];
}

std::string_view code(Severity severity) {
    switch (severity) {
        case Severity::Fatal:
            return "fatal";
        case Severity::Error:
            return "error";
        case Severity::Warning:
            return "warning";
        case Severity::Information:
            return "information";
    }
    return "error";
}

}  // namespace waymark::outcome
