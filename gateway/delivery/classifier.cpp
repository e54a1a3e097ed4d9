#include "gateway/delivery/classifier.h"

#include <date/date.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

#include "fhir/core/check.h"

namespace waymark::delivery {
namespace {

using net::Trouble;
using telemetry::Word;

struct Meaning {
    Verdict verdict;
    bool againstProvider;
    Word problem;
    std::string_view clause;  ///< to be read after "Delivery was given up: "
};

struct TroubleRow {
    Trouble trouble;
    Meaning meaning;
};

struct StatusRow {
    unsigned from;
    unsigned to;  ///< inclusive
    Meaning meaning;
};

constexpr bool kProvider = true;
constexpr bool kThisOne = false;

constexpr std::array kTroubles{
    TroubleRow{Trouble::BadUrl,
               {Verdict::GiveUp, kThisOne, "bad-url", "its address is not usable"}},
    TroubleRow{Trouble::AddressForbidden,
               {Verdict::Retry, kProvider, "address-forbidden",
                "its name points to an address that is not allowed"}},
    TroubleRow{Trouble::NotResolved,
               {Verdict::Retry, kProvider, "not-resolved", "the name of its system is not known"}},
    TroubleRow{Trouble::Refused,
               {Verdict::Retry, kProvider, "connection-refused", "its system took no connection"}},
    TroubleRow{Trouble::TlsFailed,
               {Verdict::Retry, kProvider, "tls-failed",
                "no secure connection to its system could be made"}},
    TroubleRow{Trouble::HostMismatch,
               {Verdict::Retry, kProvider, "host-mismatch",
                "the system at its address proved to be another's"}},
    TroubleRow{Trouble::TimedOut,
               {Verdict::Retry, kProvider, "timed-out", "its system did not answer in time"}},
    TroubleRow{
        Trouble::ConnectionLost,
        {Verdict::Retry, kProvider, "connection-lost", "its system broke the connection off"}},
    TroubleRow{
        Trouble::BadAnswer,
        {Verdict::Retry, kProvider, "bad-answer", "its system gave an answer that cannot be read"}},
    TroubleRow{
        Trouble::AnswerTooLarge,
        {Verdict::Retry, kProvider, "answer-too-large", "its system gave an answer without end"}},
};

// The first row that holds the status counts.
constexpr std::array kStatuses{
    StatusRow{200, 299, {Verdict::Delivered, kThisOne, "none", ""}},
    StatusRow{300,
              399,
              {Verdict::Retry, kProvider, "redirected", "its system pointed to another address"}},
    StatusRow{
        401,
        401,
        {Verdict::Retry, kProvider, "unauthorised", "its system did not accept our credentials"}},
    StatusRow{
        403,
        403,
        {Verdict::Retry, kProvider, "forbidden", "its system did not accept our credentials"}},
    StatusRow{
        404,
        405,
        {Verdict::Retry, kProvider, "not-found", "there was nothing at its system's address"}},
    StatusRow{
        407,
        407,
        {Verdict::Retry, kProvider, "not-found", "there was nothing at its system's address"}},
    StatusRow{
        421,
        421,
        {Verdict::Retry, kProvider, "not-found", "there was nothing at its system's address"}},
    StatusRow{
        408, 408, {Verdict::Retry, kThisOne, "timed-out", "its system did not answer in time"}},
    StatusRow{
        409,
        409,
        {Verdict::Retry, kThisOne, "conflict", "its system was still busy with the same referral"}},
    StatusRow{
        423,
        423,
        {Verdict::Retry, kThisOne, "conflict", "its system was still busy with the same referral"}},
    StatusRow{
        425,
        425,
        {Verdict::Retry, kThisOne, "conflict", "its system was still busy with the same referral"}},
    StatusRow{
        410, 410, {Verdict::GiveUp, kThisOne, "gone", "its system no longer takes referrals"}},
    StatusRow{
        429,
        429,
        {Verdict::Retry, kThisOne, "throttled", "its system took no more referrals in the time"}},
    StatusRow{
        400,
        499,
        {Verdict::Refused, kThisOne, "refused", "its system refused the referral as it was sent"}},
    StatusRow{
        500,
        599,
        {Verdict::Retry, kProvider, "server-error", "its system reported a fault of its own"}},
    StatusRow{
        0,
        65'535,
        {Verdict::Retry, kProvider, "bad-status", "its system gave an answer that cannot be read"}},
};

struct OwnRow {
    OwnFinding finding;
    Meaning meaning;
};

constexpr std::array kOwn{
    OwnRow{OwnFinding::UnreadableAnswer,
           {Verdict::Retry, kProvider, "unreadable-answer",
            "its system gave an answer that cannot be read"}},
    OwnRow{OwnFinding::UnknownProvider,
           {Verdict::GiveUp, kThisOne, "unknown-provider", "it is no longer connected"}},
    OwnRow{OwnFinding::NotMapped,
           {Verdict::GiveUp, kThisOne, "not-mapped",
            "the referral could not be put into its system's format"}},
    OwnRow{OwnFinding::NotWanted,
           {Verdict::GiveUp, kThisOne, "not-wanted", "it was no longer asked"}},
    OwnRow{OwnFinding::Fault, {Verdict::Retry, kThisOne, "fault", "the gateway met a fault"}},
};

Outcome outcomeOf(const Meaning& meaning, unsigned status) {
    return Outcome{.verdict = meaning.verdict,
                   .problem = meaning.problem,
                   .status = status,
                   .againstProvider = meaning.againstProvider};
}

const Meaning& meaningOf(const net::ClientAnswer& answer) {
    const bool statusCounts = answer.trouble == Trouble::None ||
                              (answer.trouble == Trouble::AnswerTooLarge && answer.status != 0);
    if (statusCounts) {
        const auto row = std::ranges::find_if(kStatuses, [&answer](const StatusRow& each) {
            return answer.status >= each.from && answer.status <= each.to;
        });
        check(row != kStatuses.end(), "the table of statuses ends with a row for all");
        return row->meaning;
    }
    const auto row = std::ranges::find(kTroubles, answer.trouble, &TroubleRow::trouble);
    check(row != kTroubles.end(), "the table of troubles has a row for each");
    return row->meaning;
}

/// The three forms of RFC 9110 section 5.6.7.
std::optional<Instant> parseHttpDate(std::string_view text) {
    for (const char* form :
         {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
        std::istringstream stream{std::string(text)};
        date::sys_seconds instant;
        date::from_stream(stream, form, instant);
        if (stream && stream.peek() == std::istringstream::traits_type::eof()) return instant;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Milliseconds> retryAfter(const net::Fields& fields, Instant now) {
    const auto text = fields.find("Retry-After");
    if (!text || text->empty() || text->size() > 64) return std::nullopt;
    if (std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; })) {
        std::uint32_t seconds = 0;
        const auto parsed = std::from_chars(text->data(), text->data() + text->size(), seconds);
        if (parsed.ec != std::errc()) return kRetryAfterMax;  // more than 136 years
        return std::min<Milliseconds>(std::chrono::seconds(seconds), kRetryAfterMax);
    }
    const auto until = parseHttpDate(*text);
    if (!until) return std::nullopt;
    const auto date = fields.find("Date");
    const auto theirNow = date && date->size() <= 64 ? parseHttpDate(*date) : std::nullopt;
    const Milliseconds wait = *until - theirNow.value_or(now);
    return std::clamp(wait, Milliseconds(0), kRetryAfterMax);
}

Outcome classify(const net::ClientAnswer& answer, Instant now) {
    Outcome outcome = outcomeOf(meaningOf(answer), answer.status);
    if (outcome.verdict == Verdict::Retry) {
        outcome.after = retryAfter(answer.fields, now);
        const bool speaksForAll = answer.status == 429 || answer.status == 503;
        outcome.pausesProvider = speaksForAll && outcome.after.has_value();
    }
    return outcome;
}

Outcome outcomeOf(OwnFinding finding, unsigned status) {
    const auto row = std::ranges::find(kOwn, finding, &OwnRow::finding);
    check(row != kOwn.end(), "the table of our own findings has a row for each");
    return outcomeOf(row->meaning, status);
}

std::string_view clauseFor(std::string_view problemText) {
    const std::string_view problem = problemText.substr(0, problemText.find(' '));
    std::string_view clause = "its system could not be reached";
    const auto look = [&](const auto& table) {
        for (const auto& row : table) {
            const bool same = row.meaning.problem.text() == problem;
            if (same && !row.meaning.clause.empty()) clause = row.meaning.clause;
        }
    };
    look(kTroubles);
    look(kStatuses);
    look(kOwn);
    return clause;
}

}  // namespace waymark::delivery
