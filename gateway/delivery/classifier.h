// The one table that says what each misbehaviour of a provider's system means. Adapters ask it and
// may only turn a success into something less (an answer that they need and cannot read). Pure.
//
// | what happened                            | verdict | circuit | why |
// |------------------------------------------|---------|---------|----------------------------------|
// | name not resolved, connection refused    | Retry   | counts  | down, or being moved | | TLS
// broken, certificate of another host  | Retry   | counts  | nothing was sent; they renew it  | |
// address forbidden                        | Retry   | counts  | a name that points inside, for   |
// |                                          |         |         | now; nothing was sent | | no
// answer in time, half an answer,       | Retry   | counts  | it may have arrived: the key     | |
// no HTTP                                  |         |         | makes the repeat harmless        |
// | answer longer than the cap               | by its status, else Retry    | the status is what
// counts        | | our URL cannot be used                   | GiveUp  | -       | only the
// operator can mend it    | | 2xx                                      | Delivered | -     | | |
// 1xx, 6xx and beyond                      | Retry   | counts  | no HTTP that we know             |
// | 3xx                                      | Retry   | counts  | never followed: the bytes go |
// |                                          |         |         | where the configuration says |
// | 401, 403, 404, 405, 407, 421             | Retry   | counts  | key, path or proxy: people mend
// | |                                          |         |         | it while the deadline runs |
// | 408, 409, 423, 425                       | Retry   | -       | the same key is being worked on
// | | 410                                      | GiveUp  | -       | gone for good, they say | |
// 429                                      | Retry   | pauses  | Retry-After for all we send      |
// | other 4xx                                | Refused | -       | the same bytes would be refused
// | | 5xx                                      | Retry   | counts  | 503 with Retry-After pauses |
//
// Retry ends at the delivery's deadline ("delivered within").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fhir/core/world.h"
#include "gateway/delivery/outcome.h"
#include "gateway/net/client.h"

namespace waymark::delivery {

/// The longest time that a provider can ask for.
inline constexpr Milliseconds kRetryAfterMax = std::chrono::hours(24);

[[nodiscard]] Outcome classify(const net::ClientAnswer& answer, Instant now);

/// How long Retry-After asks to wait: seconds, or an HTTP-date (RFC 9110 section 10.2.3), the
/// latter by the answer's own Date when it has one. At most kRetryAfterMax; nullopt when absent,
/// unreadable.
[[nodiscard]] std::optional<Milliseconds> retryAfter(const net::Fields& fields, Instant now);

/// What no answer's status tells.
enum class OwnFinding : std::uint8_t {
    UnreadableAnswer,  ///< Retry: a success that does not say what the adapter needs
    UnknownProvider,   ///< GiveUp: no longer configured
    NotMapped,         ///< GiveUp: the referral could not be put into the provider's format
    NotWanted,         ///< GiveUp: its assignment ended before it was sent
    Fault,             ///< Retry: a bug of ours met it
};
[[nodiscard]] Outcome outcomeOf(OwnFinding finding, unsigned status = 0);

/// A clause about the provider's system for the practice's eyes, from what problemText() wrote:
/// "its system did not answer in time".
[[nodiscard]] std::string_view clauseFor(std::string_view problemText);

}  // namespace waymark::delivery
