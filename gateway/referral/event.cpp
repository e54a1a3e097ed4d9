#include "gateway/referral/event.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "gateway/referral/dossier.h"

namespace waymark::referral {
namespace {

constexpr std::array<std::string_view, 11> kEventCodes{
    "received",      "asked",     "delivered", "undeliverable", "status-changed", "noted",
    "clock-ran-out", "set-aside", "told",      "shared",        "mapped"};
constexpr std::array<std::string_view, 3> kOriginCodes{"service-request", "transaction",
                                                       "bars-message"};

template <class Enum, std::size_t Size>
std::optional<Enum> find(const std::array<std::string_view, Size>& codes, std::string_view code) {
    const auto at = std::find(codes.begin(), codes.end(), code);
    if (at == codes.end()) return std::nullopt;
    return static_cast<Enum>(std::distance(codes.begin(), at));
}

}  // namespace

std::string_view code(EventType type) {
    return kEventCodes.at(static_cast<std::size_t>(type));
}

std::optional<EventType> eventTypeFrom(std::string_view code) {
    return find<EventType>(kEventCodes, code);
}

std::string_view code(Origin origin) {
    return kOriginCodes.at(static_cast<std::size_t>(origin));
}

void takeLatestRecord(Dossier& dossier) {
    for (Event& event : dossier.events) {
        if (event.type == EventType::Mapped) dossier.record = event.detail.record;
    }
}

std::optional<Origin> originFrom(std::string_view code) {
    return find<Origin>(kOriginCodes, code);
}

}  // namespace waymark::referral
