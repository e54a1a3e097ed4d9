#include "gateway/store/sealing.h"

#include <algorithm>
#include <utility>

#include "gateway/crypto/aead.h"
#include "gateway/crypto/digest.h"
#include "gateway/store/bytes.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

std::string_view view(const Uuid& id) {
    return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

std::string placeOf(std::string_view sort, const Uuid& id) {
    std::string place(sort);
    place += view(id);
    return place;
}

std::string placeOfEntry(const ReferralId& id, std::uint32_t version, std::string_view skeleton) {
    std::string place;
    place.reserve(32 + skeleton.size());
    place = "entry";
    place += view(id.get());
    appendFixed(place, version);
    place += skeleton;
    return place;
}

std::string placeOfVerdict(const ReferralId* id) {
    return placeOf("verdict", id == nullptr ? Uuid() : id->get());
}

Result<std::string> opened(const crypto::Key& key, std::string_view place, std::string_view sealed,
                           std::string_view what) {
    auto plain = crypto::open(key, place, sealed);
    if (!plain) return std::unexpected(damaged(what));
    return plain;
}

/// The first part says what sort of thing it is, so that equal texts of two sorts differ; the
/// second's length is in between, so that no two pairs are the same text.
Blind blind(const crypto::Key& key, std::string_view sort, std::string_view first,
            std::string_view second = {}) {
    std::string length;
    appendFixed(length, first.size());
    const auto digest = crypto::hmacSha256(key.view(), {sort, length, first, second});
    Blind out{};
    std::copy_n(digest.begin(), out.size(), out.begin());
    return out;
}

constexpr std::string_view kStorePlace = "store";

}  // namespace

void Entropy::fill(std::span<std::uint8_t> bytes) {
    if (bytes.size() > drawn_.size()) return source_.fill(bytes);
    if (bytes.size() > drawn_.size() - used_) {
        source_.fill(drawn_);
        used_ = 0;
    }
    const auto part = std::span(drawn_).subspan(used_, bytes.size());
    std::copy(part.begin(), part.end(), bytes.begin());
    used_ += bytes.size();
}

crypto::WrappedKey Sealing::wrap(const crypto::Key& key, const ReferralId& id,
                                 Random& random) const {
    return ring_.wrap(key, placeOf("key", id.get()), random);
}

Result<crypto::Key> Sealing::unwrap(const crypto::WrappedKey& wrapped, const ReferralId& id) const {
    return ring_.unwrap(wrapped, placeOf("key", id.get()));
}

std::string Sealing::sealEntry(const crypto::Key& key, const ReferralId& id, std::uint32_t version,
                               std::string_view skeleton, std::string_view content,
                               Random& random) const {
    return crypto::seal(key, crypto::freshNonce(random), placeOfEntry(id, version, skeleton),
                        content);
}

Result<std::string> Sealing::openEntry(const crypto::Key& key, const ReferralId& id,
                                       std::uint32_t version, std::string_view skeleton,
                                       std::string_view sealed) const {
    return opened(key, placeOfEntry(id, version, skeleton), sealed, "journal");
}

std::string Sealing::sealPayload(const crypto::Key& key, const DeliveryId& id,
                                 std::string_view content, Random& random) const {
    return crypto::seal(key, crypto::freshNonce(random), placeOf("payload", id.get()), content);
}

Result<std::string> Sealing::openPayload(const crypto::Key& key, const DeliveryId& id,
                                         std::string_view sealed) const {
    return opened(key, placeOf("payload", id.get()), sealed, "payload");
}

std::string Sealing::sealRecord(const crypto::Key& key, const Uuid& id, std::string_view content,
                                Random& random) const {
    return crypto::seal(key, crypto::freshNonce(random), placeOf("record", id), content);
}

Result<std::string> Sealing::openRecord(const crypto::Key& key, const Uuid& id,
                                        std::string_view sealed) const {
    return opened(key, placeOf("record", id), sealed, "record");
}

std::string Sealing::sealVerdict(const crypto::Key& key, const ReferralId* id,
                                 std::string_view content, Random& random) const {
    return crypto::seal(key, crypto::freshNonce(random), placeOfVerdict(id), content);
}

Result<std::string> Sealing::openVerdict(const crypto::Key& key, const ReferralId* id,
                                         std::string_view sealed) const {
    return opened(key, placeOfVerdict(id), sealed, "verdict");
}

Blind Sealing::blindNhsNumber(std::string_view number) const {
    return blind(ring_.indexKey(), "nhs", number);
}

Blind Sealing::blindIdentifier(const Identifier& identifier) const {
    return blind(ring_.indexKey(), "identifier", identifier.system, identifier.value);
}

Blind Sealing::blindPatient(std::string_view patientId) const {
    return blind(ring_.indexKey(), "patient", patientId);
}

Blind Sealing::blindVerdict(std::string_view key) const {
    return blind(ring_.indexKey(), "verdict", key);
}

Blind Sealing::ringMark() const {
    return blind(ring_.indexKey(), "ring", {});
}

crypto::WrappedKey Sealing::wrapStoreKey(const crypto::Key& key, Random& random) const {
    return ring_.wrap(key, kStorePlace, random);
}

Result<crypto::Key> Sealing::unwrapStoreKey(const crypto::WrappedKey& wrapped) const {
    return ring_.unwrap(wrapped, kStorePlace);
}

}  // namespace waymark::store
