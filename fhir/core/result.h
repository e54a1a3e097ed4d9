// Expected failures are values. A Failure says what kind of refusal it is (one table turns the kind
// into an HTTP status, in fhir/outcome) and carries the issues, each with its place. Exceptions are
// for bugs and exhausted resources only.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark {

/// Why something was refused. The HTTP status of each is in fhir/outcome and nowhere else.
enum class Kind : std::uint8_t {
    Incorrect,           ///< 400: unreadable or structurally wrong
    Unauthenticated,     ///< 401
    Forbidden,           ///< 403
    NotFound,            ///< 404
    NotAllowed,          ///< 405
    NotAcceptable,       ///< 406
    TimedOut,            ///< 408
    Conflict,            ///< 409
    PreconditionFailed,  ///< 412
    TooLarge,            ///< 413
    MediaType,           ///< 415
    Unprocessable,       ///< 422: understood, but against a profile or a business rule
    TooEarly,            ///< 425
    Throttled,           ///< 429
    Fault,               ///< 500
    NotImplemented,      ///< 501
    Unavailable,         ///< 503
};

/// FHIR issue-severity.
enum class Severity : std::uint8_t { Fatal, Error, Warning, Information };

/// FHIR issue-type (http://hl7.org/fhir/ValueSet/issue-type, R4), each code once.
enum class IssueType : std::uint8_t {
    Invalid, Structure, Required, Value, Invariant,
    Security, Login, Unknown, Expired, Forbidden, Suppressed,
    Processing, NotSupported, Duplicate, MultipleMatches, NotFound, Deleted, TooLong, CodeInvalid,
    Extension, TooCostly, BusinessRule, Conflict,
    Transient, LockError, NoStore, Exception, Timeout, Incomplete, Throttled,
    Informational,
};

/// A place in a text: 1-based line and column (in bytes); 0 means unknown.
struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    friend bool operator==(const Position&, const Position&) = default;
};

/// One thing that is wrong (or worth saying), made where it is seen.
struct Issue {
    Severity severity = Severity::Error;
    IssueType type = IssueType::Invalid;
    /// One sentence for the developer of the other system: what is wrong and how to mend it. Never
    /// a patient's data, a stack or a path of ours.
    std::string text;
    /// FHIRPath of the element, e.g. "Bundle.entry[2].resource.status"; empty when none applies.
    std::string expression;
    /// Where in the body or file.
    Position at;
    /// A stable code of ours or of a specification, e.g. "REC_BAD_REQUEST" or "FML-E0123".
    std::string code;
    /// The file, for content and configuration. Empty for messages.
    std::string file;
};

/// A refusal. At least one issue of severity Error or Fatal; warnings may stand beside it.
struct [[nodiscard]] Failure {
    Kind kind = Kind::Fault;
    std::vector<Issue> issues;
    /// Where in our code it was made; for logs, never for answers.
    std::source_location where = std::source_location::current();
    /// What Retry-After should say, for Throttled and Unavailable.
    std::optional<std::chrono::seconds> retryAfter = std::nullopt;

    explicit Failure(Kind failureKind, std::vector<Issue> all = {},
                     std::source_location madeAt = std::source_location::current())
        : kind(failureKind), issues(std::move(all)), where(madeAt) {}

    /// The text of the first issue; for logs of configuration faults and for tests.
    [[nodiscard]] std::string_view text() const {
        return issues.empty() ? std::string_view() : std::string_view(issues.front().text);
    }
};

template <class T>
using Result = std::expected<T, Failure>;

/// A failure of one issue: `return fail(Kind::Incorrect, IssueType::Value, "…", "Patient.birthDate")`.
[[nodiscard]] inline std::unexpected<Failure> fail(
    Kind kind, IssueType type, std::string text, std::string expression = {},
    std::source_location where = std::source_location::current()) {
    std::vector<Issue> issues;
    issues.push_back(Issue{.type = type, .text = std::move(text), .expression = std::move(expression),
                           .at = {}, .code = {}, .file = {}});
    return std::unexpected(Failure(kind, std::move(issues), where));
}

}  // namespace waymark
