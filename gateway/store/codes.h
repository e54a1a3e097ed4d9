// The numbers under which the store keeps enumerations. They are part of the file's format: a
// number never changes its meaning, whatever becomes of the enumeration in the program.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "fhir/core/check.h"
#include "gateway/referral/dossier.h"
#include "gateway/store/store.h"

namespace waymark::store {

template <class Enum>
struct Coded {
    Enum value;
    std::uint8_t code;
};

inline constexpr std::array kStatusCodes{
    Coded{referral::Status::Requested, 1},     Coded{referral::Status::Accepted, 2},
    Coded{referral::Status::Rejected, 3},      Coded{referral::Status::InProgress, 4},
    Coded{referral::Status::OnHold, 5},        Coded{referral::Status::Completed, 6},
    Coded{referral::Status::Cancelled, 7},     Coded{referral::Status::Failed, 8},
    Coded{referral::Status::EnteredInError, 9}};

inline constexpr std::array kEventCodes{
    Coded{referral::EventType::Received, 1},      Coded{referral::EventType::Asked, 2},
    Coded{referral::EventType::Delivered, 3},     Coded{referral::EventType::Undeliverable, 4},
    Coded{referral::EventType::StatusChanged, 5}, Coded{referral::EventType::Noted, 6},
    Coded{referral::EventType::ClockRanOut, 7},   Coded{referral::EventType::SetAside, 8},
    Coded{referral::EventType::Told, 9},          Coded{referral::EventType::Shared, 10},
    Coded{referral::EventType::Mapped, 11}};

inline constexpr std::array kActorCodes{Coded{referral::Actor::Practice, 1},
                                        Coded{referral::Actor::Provider, 2},
                                        Coded{referral::Actor::Gateway, 3}};

inline constexpr std::array kOriginCodes{Coded{referral::Origin::ServiceRequest, 1},
                                         Coded{referral::Origin::Transaction, 2},
                                         Coded{referral::Origin::BarsMessage, 3}};

inline constexpr std::array kKindCodes{
    Coded{DeliveryKind::Created, 1}, Coded{DeliveryKind::Updated, 2},
    Coded{DeliveryKind::Cancelled, 3}, Coded{DeliveryKind::Notified, 4}};

inline constexpr std::array kStateCodes{
    Coded{DeliveryState::Due, 1}, Coded{DeliveryState::Delivered, 2}, Coded{DeliveryState::Dead, 3},
    Coded{DeliveryState::Held, 4}, Coded{DeliveryState::Dropped, 5}};

template <class Enum, std::size_t Size>
[[nodiscard]] std::uint8_t codeOf(const std::array<Coded<Enum>, Size>& codes, Enum value) {
    for (const auto& coded : codes) {
        if (coded.value == value) return coded.code;
    }
    check(false, "every value that is stored has a number in codes.h");
    return 0;
}

/// nullopt for a number that was never written.
template <class Enum, std::size_t Size>
[[nodiscard]] std::optional<Enum> valueOf(const std::array<Coded<Enum>, Size>& codes,
                                          std::uint64_t code) {
    for (const auto& coded : codes) {
        if (coded.code == code) return coded.value;
    }
    return std::nullopt;
}

}  // namespace waymark::store
