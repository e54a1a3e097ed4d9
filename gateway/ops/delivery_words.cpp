#include "gateway/ops/delivery_words.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "gateway/referral/instant_text.h"

namespace waymark::ops {
namespace {

using store::DeliveryKind;
using store::DeliveryState;

constexpr std::array<std::pair<DeliveryState, std::string_view>, 5> kStates{
    {{DeliveryState::Due, "due"},
     {DeliveryState::Delivered, "delivered"},
     {DeliveryState::Dead, "dead"},
     {DeliveryState::Held, "held"},
     {DeliveryState::Dropped, "dropped"}}};

std::unexpected<Failure> wrong(std::string_view name, std::string_view wanted) {
    return fail(Kind::Incorrect, IssueType::Value, fmt::format("\"{}\" must be {}.", name, wanted),
                std::string(name));
}

template <class Id>
Result<void> readId(std::string_view name, std::string_view value, std::optional<Id>& to) {
    const auto id = Uuid::parse(value);
    if (!id) return wrong(name, "a UUID");
    to = Id(*id);
    return {};
}

Result<void> readInstant(std::string_view name, std::string_view value,
                         std::optional<Instant>& to) {
    to = referral::instantFromText(value);
    if (!to) return wrong(name, "an instant such as 2026-11-20T08:00:00Z");
    return {};
}

Result<void> readState(std::string_view value, store::DeliveryQuery& query) {
    for (const auto& [state, word] : kStates) {
        if (word != value) continue;
        query.state = state;
        return {};
    }
    return wrong("state", "due, delivered, dead, held or dropped");
}

Result<void> readLimit(std::string_view value, store::DeliveryQuery& query) {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), query.limit);
    const bool good = error == std::errc() && end == value.data() + value.size();
    if (!good || query.limit == 0 || query.limit > 1000) return wrong("limit", "1 to 1000");
    return {};
}

std::string afterDeath(const referral::Assignment& assignment, const referral::Dossier& dossier) {
    if (!referral::isFinal(assignment.status)) {
        return "Its assignment is still open: send it again with replay, or its clock ends it.";
    }
    for (const referral::Assignment& other : dossier.state.assignments) {
        if (other.id == assignment.id || other.asked < assignment.updated) continue;
        return fmt::format("{} was asked instead; nothing is to be done.", other.provider);
    }
    return "Nobody was left to ask: the referral ended and the practice reads why. It refers "
           "again.";
}

}  // namespace

std::string_view wordOf(DeliveryState state) {
    for (const auto& [known, word] : kStates) {
        if (known == state) return word;
    }
    return "unknown";
}

std::string_view wordOf(DeliveryKind kind) {
    switch (kind) {
        case DeliveryKind::Created:
            return "created";
        case DeliveryKind::Updated:
            return "updated";
        case DeliveryKind::Cancelled:
            return "cancelled";
        case DeliveryKind::Notified:
            return "notified";
    }
    return "unknown";
}

Result<void> readFilter(std::string_view name, std::string_view value,
                        store::DeliveryQuery& query) {
    if (name == "id") return readId(name, value, query.id);
    if (name == "referral") return readId(name, value, query.referral);
    if (name == "from") return readInstant(name, value, query.from);
    if (name == "to") return readInstant(name, value, query.to);
    if (name == "state") return readState(value, query);
    if (name == "limit") return readLimit(value, query);
    if (name == "provider") {
        if (value.empty()) return wrong(name, "a provider's id");
        query.provider = value;
        return {};
    }
    if (name == "after") {
        std::optional<referral::DeliveryId> after;
        auto read = readId(name, value, after);
        if (read) query.after = *after;
        return read;
    }
    return fail(Kind::Incorrect, IssueType::NotSupported,
                fmt::format("There is no filter \"{}\"; there are id, provider, state, referral, "
                            "from, to, after and limit.",
                            name),
                std::string(name));
}

std::string nextStep(const store::Delivery& delivery, const referral::Dossier& dossier) {
    if (delivery.kind == DeliveryKind::Notified && delivery.state == DeliveryState::Dead) {
        return "The Subscription stands on error until its client asks anew; $events has what is "
               "missing.";
    }
    const referral::Assignment* const assignment = dossier.state.find(delivery.assignment);
    if (assignment == nullptr && delivery.kind != DeliveryKind::Notified) {
        return "Its assignment is gone.";
    }
    switch (delivery.state) {
        case DeliveryState::Due:
            return fmt::format("It is sent at {}; given up at {}.",
                               referral::instantText(delivery.due),
                               referral::instantText(delivery.deadline));
        case DeliveryState::Held:
            return fmt::format(
                "It waits for release; the clock of its referral runs on and ends "
                "at {}.",
                referral::instantText(delivery.deadline));
        case DeliveryState::Delivered:
            return assignment == nullptr ? "The practice has it." : "The provider has it.";
        case DeliveryState::Dropped:
            return "It is wanted no longer: a later one took its place.";
        case DeliveryState::Dead:
            return afterDeath(*assignment, dossier);
    }
    return {};
}

void writeDelivery(json::Writer& writer, const store::Delivery& delivery) {
    writer.member("id", delivery.id.get().text())
        .member("referral", delivery.referral.get().text())
        .member("assignment", delivery.assignment.get().text())
        .member("provider", delivery.provider)
        .member("kind", wordOf(delivery.kind))
        .member("state", wordOf(delivery.state))
        .member("due", referral::instantText(delivery.due))
        .member("deadline", referral::instantText(delivery.deadline))
        .member("attempts", delivery.attempts)
        .memberUnlessEmpty("problem", delivery.lastProblem)
        .memberUnlessEmpty("remote", delivery.remote);
}

}  // namespace waymark::ops
