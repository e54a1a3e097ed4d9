#include "gateway/referral/status.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace waymark::referral {
namespace {

constexpr std::array<std::string_view, 9> kStatusCodes{
    "requested", "accepted",  "rejected", "in-progress",     "on-hold",
    "completed", "cancelled", "failed",   "entered-in-error"};
constexpr std::array<std::string_view, 3> kActorCodes{"practice", "provider", "gateway"};

/// Who may take an edge: a set of actors.
using Actors = std::uint8_t;
constexpr Actors by(Actor actor) {
    return static_cast<Actors>(1U << static_cast<unsigned>(actor));
}
constexpr Actors kProvider = by(Actor::Provider);
constexpr Actors kPractice = by(Actor::Practice);
constexpr Actors kEither = kProvider | kPractice;
constexpr Actors kGateway = by(Actor::Gateway);

struct Edge {
    Status from;
    Status to;
    Actors who;
};

using enum Status;
// The edges between two states. The gateway's rows are one rule, written out: whatever is not
// final may fail or be cancelled when a clock runs out or another provider was first. The
// practice may say entered-in-error of anything that is not already that.
constexpr Edge kEdges[] = {
    {Requested, Accepted, kProvider},
    {Requested, Rejected, kProvider},
    {Requested, Cancelled, kEither | kGateway},
    {Requested, Failed, kGateway},
    {Accepted, InProgress, kProvider},
    {Accepted, OnHold, kProvider},
    {Accepted, Completed, kProvider},
    {Accepted, Failed, kProvider | kGateway},
    {Accepted, Cancelled, kEither | kGateway},
    {InProgress, OnHold, kProvider},
    {InProgress, Completed, kProvider},
    {InProgress, Failed, kProvider | kGateway},
    {InProgress, Cancelled, kEither | kGateway},
    {OnHold, InProgress, kProvider},
    {OnHold, Completed, kProvider},
    {OnHold, Failed, kProvider | kGateway},
    {OnHold, Cancelled, kEither | kGateway},
    {Requested, EnteredInError, kPractice},
    {Accepted, EnteredInError, kPractice},
    {Rejected, EnteredInError, kPractice},
    {InProgress, EnteredInError, kPractice},
    {OnHold, EnteredInError, kPractice},
    {Completed, EnteredInError, kPractice},
    {Cancelled, EnteredInError, kPractice},
    {Failed, EnteredInError, kPractice},
};

template <class Enum, std::size_t Size>
std::optional<Enum> find(const std::array<std::string_view, Size>& codes, std::string_view code) {
    const auto at = std::find(codes.begin(), codes.end(), code);
    if (at == codes.end()) return std::nullopt;
    return static_cast<Enum>(std::distance(codes.begin(), at));
}

}  // namespace

std::string_view code(Status status) {
    return kStatusCodes.at(static_cast<std::size_t>(status));
}

std::optional<Status> statusFrom(std::string_view code) {
    return find<Status>(kStatusCodes, code);
}

std::string_view code(Actor actor) {
    return kActorCodes.at(static_cast<std::size_t>(actor));
}

std::optional<Actor> actorFrom(std::string_view code) {
    return find<Actor>(kActorCodes, code);
}

bool isFinal(Status status) {
    return status == Rejected || status == Cancelled || status == Completed || status == Failed ||
           status == EnteredInError;
}

bool mayMove(std::optional<Status> from, Status to, Actor actor) {
    if (!from) return to == Requested && actor == Actor::Gateway;
    return std::any_of(std::begin(kEdges), std::end(kEdges), [&](const Edge& edge) {
        return edge.from == *from && edge.to == to && (edge.who & by(actor)) != 0;
    });
}

bool needsReason(Status status) {
    return status == Rejected || status == Cancelled || status == OnHold || status == Failed;
}

}  // namespace waymark::referral
