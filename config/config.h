// What the operator decides: listeners, clients, practices, providers, routes. Typed and whole: a
// Config exists only when every file was read and every reference between them holds.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::config {

/// A place in a file, for faults that are found later (a `when` that does not compile).
struct Place {
    std::string file;
    Position at;
};

/// Read from a file or the environment, never written in the configuration. Nothing prints it; its
/// memory is wiped when it goes.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    /// Copies, so that the bytes left behind can be wiped; a short text has no memory to hand over.
    Secret(Secret&& other) noexcept {
        *this = other;
        other.wipe();
    }
    Secret& operator=(const Secret& other);
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(); }
    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }

private:
    void wipe();

    std::string value_;
};

enum class Audience : std::uint8_t { Practices, Providers, Operations };

struct Listener {
    std::string name;
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    std::vector<Audience> audiences;
    std::filesystem::path certificate;  ///< PEM chain; empty: no TLS
    std::filesystem::path key;
    Place place;
};

/// An organisation that refers: one file to add.
struct Practice {
    std::string ods;  ///< upper case
    std::string name;
    std::string pcn;      ///< ODS code of its Primary Care Network, or empty
    std::string contact;  ///< e-mail address for notices without patient data
    Place place;
};

/// What becomes of a referral in which validation finds errors.
enum class Strictness : std::uint8_t {
    Reject,  ///< refused with all of them
    Warn,    ///< accepted; the answer tells them as warnings
    Off,     ///< not validated
};

/// Of a sender, or of all that have none of their own.
struct Validation {
    Strictness mode = Strictness::Reject;
    /// Rules ("binding-extensible", "nhs-number") that refuse whatever their severity and the mode.
    std::vector<std::string> reject;
    /// Rules ("per-1") that are told and never refuse.
    std::vector<std::string> warn;
};

/// A system that authenticates, and the organisations that it acts for.
struct Client {
    std::string id;
    std::string name;
    Secret token;
    bool actsForAny = false;
    bool mayTransform = false;  ///< may try mappings: StructureMap/$transform
    std::vector<std::string> actsFor;  ///< ODS codes
    /// ODS code of the practice whose entry serves organisations that have none of their own; may
    /// be empty.
    std::string defaultPractice;
    std::optional<Validation> validation;  ///< instead of the general one
    /// Its Subscriptions may name an endpoint on this machine, or in a private network.
    bool notifyLoopback = false;
    bool notifyPrivate = false;
    std::filesystem::path notifyCa;  ///< PEM; empty: the system's
    Place place;
};

enum class ProviderKind : std::uint8_t { LinkWorkerService, Community };
enum class AdapterKind : std::uint8_t { Webhook, Fhir };

/// A part of the link-worker referral that a data-sharing agreement names: "person.name".
struct SharedPart {
    std::string name;
    Place place;
};

/// What a provider's data-sharing agreement allows it to be sent; applied before its map runs.
struct Shares {
    bool everything = true;  ///< no list was agreed: all parts
    std::vector<SharedPart> parts;
    bool freeText = true;     ///< what people wrote in their own words
    bool attachments = true;  ///< documents and pictures
};

/// An organisation that is asked: one file to add.
struct Provider {
    std::string id;
    std::string name;
    std::string ods;  ///< or empty: many have none
    ProviderKind kind = ProviderKind::Community;
    bool needsExplicitConsent = false;
    std::vector<std::string> postcodes;  ///< outward codes or areas that it serves; empty: all
    AdapterKind adapter = AdapterKind::Webhook;
    std::string url;  ///< webhook endpoint or FHIR base
    Shares shares;
    std::string format;          ///< canonical of the map from LinkWorkerReferral to its payload
    Secret token;                ///< with which it calls the provider API
    Secret webhookSecret;        ///< "whsec_" and base64
    Secret outgoingToken;        ///< bearer token that we send to its FHIR server; may be empty
    std::filesystem::path ca;    ///< PEM; empty: the system's
    bool allowLoopback = false;  ///< and plain http to it; refused for any other address
    bool allowPrivate = false;   ///< its name may lead to a private network (RFC 1918, RFC 4193)
    std::chrono::milliseconds timeout{20'000};
    std::chrono::milliseconds pollEvery{15 * 60 * 1000};
    std::uint32_t concurrency = 4;
    Place place;
    Place formatPlace;  ///< of `format`, for a map that does not exist
};

/// What happens when a clock has run out.
enum class ClockStep : std::uint8_t {
    Remind,  ///< the provider is sent the referral again, as updated
    Next,    ///< the next provider of the route is asked; when none is left, the referral fails
    Tell,    ///< the practice sees that the time has passed; the provider keeps the referral
};

/// A clock of a route: the first time it runs out the first step is taken, then the next; the last
/// repeats. It starts again after a step that leaves the referral where it is.
struct ClockRule {
    std::chrono::milliseconds within{};
    std::vector<ClockStep> then;
};

/// Ordered: the first route whose `when` holds is taken.
struct Route {
    std::string name;
    std::uint32_t order = 0;
    std::string when;                    ///< FHIRPath on the LinkWorkerReferral; empty: catch-all
    std::vector<std::string> providers;  ///< asked in this order, one after the other
    std::chrono::milliseconds deliveredWithin{std::chrono::hours(24)};
    std::chrono::milliseconds answeredWithin{std::chrono::hours(24 * 5)};
    std::vector<ClockStep> ifNotAnswered{ClockStep::Next};
    /// From acceptance to the first contact with the person; without it, news is all that is asked.
    std::optional<ClockRule> firstContact;
    /// Since the last word of a provider that has accepted.
    ClockRule news{std::chrono::hours(24 * 30), {ClockStep::Tell}};
    /// What is final and was not read or acknowledged by the practice by then raises an alert; in
    /// working time on every route.
    std::chrono::milliseconds toldWithin{std::chrono::hours(24 * 5)};
    /// Clocks stand still on Saturdays, Sundays and bank holidays, and end in working hours.
    bool workingTime = false;
    std::uint32_t askAtOnce = 1;  ///< so many providers together; the first to accept has it
    Place place;                  ///< of the route
    Place whenPlace;              ///< of the text of `when`
};

struct RetryPolicy {
    /// Waits between attempts; the last repeats. As Standard Webhooks proposes: 75 hours and 35
    /// min.
    std::vector<std::chrono::milliseconds> schedule{
        std::chrono::seconds(5), std::chrono::minutes(5), std::chrono::minutes(30),
        std::chrono::hours(2),   std::chrono::hours(5),   std::chrono::hours(10),
        std::chrono::hours(14),  std::chrono::hours(20),  std::chrono::hours(24)};
    double jitter = 0.2;  ///< of each wait, either way
};

struct Limits {
    std::size_t bodyBytes = 8 * 1024 * 1024;
    std::size_t bodiesInFlightBytes = 64 * 1024 * 1024;
    std::size_t headerBytes = 16 * 1024;
    std::uint32_t depth = 64;
    std::uint32_t elements = 200'000;
    std::uint32_t connections = 4096;
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds header{10'000};
    std::chrono::milliseconds request{30'000};
    std::chrono::milliseconds idle{60'000};
    std::uint32_t queue = 4096;  ///< commits waiting for the writer, for doors
    /// Requests of one client or provider per second, over time and at once; rate 0: no limit.
    double rate = 1000;
    double burst = 2000;
};

struct Bars {
    /// The services that we are: "https://fhir.nhs.uk/Id/dos-service-id|111111111".
    std::vector<std::string> targets;
    bool requireUseCase = false;       ///< refuse a category without a use-case code
    bool requireOrganisation = false;  ///< refuse missing NHSD-End-User-Organisation and the like
};

/// When people work, in British time: what clocks in working time count.
struct WorkingTime {
    std::vector<std::chrono::year_month_day> holidays;  ///< ordered
    std::chrono::minutes opens{9 * 60};                 ///< since midnight
    std::chrono::minutes closes{17 * 60};
};

/// Nine to five, and the bank holidays of England and Wales (bank_holidays.cpp).
[[nodiscard]] WorkingTime englishWorkingTime();

struct Config {
    std::filesystem::path folder;
    std::string publicBase;          ///< "https://host/FHIR/R4", without a slash at the end
    std::filesystem::path mappings;  ///< empty: the shipped ones
    std::filesystem::path store;     ///< the SQLite file
    std::filesystem::path keyRing;
    std::filesystem::path pidFile;  ///< where serve writes its process id; empty: nowhere
    Secret operatorToken;
    bool strictNhsNumber = false;  ///< refuse a wrong check digit instead of flagging it
    std::uint32_t threads = 0;     ///< 0: one per core
    std::vector<Listener> listeners;
    std::vector<Practice> practices;
    std::vector<Client> clients;
    std::vector<Provider> providers;
    std::vector<Route> routes;  ///< by order
    RetryPolicy retry;
    Limits limits;
    Bars bars;
    Validation validation;
    /// Folders and .tgz archives with profiles, extensions and value sets.
    std::vector<std::filesystem::path> packages;
    WorkingTime workingTime = englishWorkingTime();

    [[nodiscard]] const Provider* provider(std::string_view id) const;
    [[nodiscard]] const Practice* practice(std::string_view ods) const;
    [[nodiscard]] const Client* client(std::string_view id) const;
    /// What holds for this client, or in general when it has nothing of its own or is not known.
    [[nodiscard]] const Validation& validationFor(std::string_view clientId) const;
    /// The organisation's own entry, else the client's default entry, else nullptr.
    [[nodiscard]] const Practice* practiceFor(std::string_view ods, const Client& client) const;
    [[nodiscard]] const Route* route(std::string_view name) const;
};

/// Reads `folder`/waymark.toml and practices/, clients/, providers/, routes/ beside it (*.toml, one
/// table each; config/KEYS.md lists the keys). Fails with every fault: each file's first syntax
/// fault; if all files parse, all faults of meaning in all files (unknown key, wrong type, missing
/// key, unknown provider in a route, no catch-all, two of one id, secret file unreadable), each
/// with Issue.file, Issue.at and a sentence that says how to mend it and never holds a secret.
Result<std::shared_ptr<const Config>> load(const std::filesystem::path& folder);

/// The same without the tokens of clients, providers and the operator: what the gateway keeps once
/// the Authenticator has their hashes. Secrets that it needs to sign or to call others stay.
std::shared_ptr<const Config> withoutTokens(const Config& config);

}  // namespace waymark::config
