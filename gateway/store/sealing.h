// What is sealed with which key and bound to which place. Every referral has a data key of its own,
// wrapped by the key ring, so that destroying it destroys the referral's texts; what belongs to no
// referral is sealed with the store's key. GCM's tag is the checksum of every stored body and of
// the journal's skeleton beside it. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/crypto/key.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/store/store.h"

namespace waymark::store {

/// A keyed hash (HMAC-SHA256, the first 128 bits) by which something is found without being kept.
using Blind = std::array<std::uint8_t, 16>;

[[nodiscard]] inline std::string_view view(const Blind& blind) {
    return {reinterpret_cast<const char*>(blind.data()), blind.size()};
}

/// Random bytes for one commit, drawn from the system in one call, which costs as much as sealing
/// a small text. Wiped at its end. One thread.
class Entropy final : public Random {
public:
    explicit Entropy(Random& source) : source_(source) {}
    Entropy(const Entropy&) = delete;
    Entropy& operator=(const Entropy&) = delete;
    ~Entropy() override { crypto::wipe(drawn_); }
    void fill(std::span<std::uint8_t> bytes) override;

private:
    Random& source_;
    std::array<std::uint8_t, 96> drawn_{};
    std::size_t used_ = 96;
};

class Sealing {
public:
    explicit Sealing(crypto::KeyRing ring) : ring_(std::move(ring)) {}

    [[nodiscard]] crypto::WrappedKey wrap(const crypto::Key& key, const ReferralId& id,
                                          Random& random) const;
    /// Fault when the ring lacks the key, or the key's bytes are damaged.
    [[nodiscard]] Result<crypto::Key> unwrap(const crypto::WrappedKey& wrapped,
                                             const ReferralId& id) const;

    /// `skeleton` stays readable beside it and is bound to it; `version` is of its first event.
    [[nodiscard]] std::string sealEntry(const crypto::Key& key, const ReferralId& id,
                                        std::uint32_t version, std::string_view skeleton,
                                        std::string_view content, Random& random) const;
    [[nodiscard]] Result<std::string> openEntry(const crypto::Key& key, const ReferralId& id,
                                                std::uint32_t version, std::string_view skeleton,
                                                std::string_view sealed) const;

    [[nodiscard]] std::string sealPayload(const crypto::Key& key, const DeliveryId& id,
                                          std::string_view content, Random& random) const;
    [[nodiscard]] Result<std::string> openPayload(const crypto::Key& key, const DeliveryId& id,
                                                  std::string_view sealed) const;

    /// With the store's key.
    [[nodiscard]] std::string sealRecord(const crypto::Key& key, const Uuid& id,
                                         std::string_view content, Random& random) const;
    [[nodiscard]] Result<std::string> openRecord(const crypto::Key& key, const Uuid& id,
                                                 std::string_view sealed) const;

    /// With the referral's key, or the store's when `id` is none.
    [[nodiscard]] std::string sealVerdict(const crypto::Key& key, const ReferralId* id,
                                          std::string_view content, Random& random) const;
    [[nodiscard]] Result<std::string> openVerdict(const crypto::Key& key, const ReferralId* id,
                                                  std::string_view sealed) const;

    [[nodiscard]] Blind blindNhsNumber(std::string_view number) const;
    [[nodiscard]] Blind blindIdentifier(const Identifier& identifier) const;
    [[nodiscard]] Blind blindPatient(std::string_view patientId) const;
    [[nodiscard]] Blind blindVerdict(std::string_view key) const;
    /// Tells one ring from another, and nothing about its keys.
    [[nodiscard]] Blind ringMark() const;

    [[nodiscard]] crypto::WrappedKey wrapStoreKey(const crypto::Key& key, Random& random) const;
    [[nodiscard]] Result<crypto::Key> unwrapStoreKey(const crypto::WrappedKey& wrapped) const;

private:
    crypto::KeyRing ring_;
};

}  // namespace waymark::store
