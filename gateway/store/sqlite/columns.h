// How ids and instants stand in columns: 16 bytes, and milliseconds since 1970 UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "fhir/core/uuid.h"
#include "fhir/core/world.h"
#include "gateway/store/sqlite/database.h"

namespace waymark::store {

/// Nullopt when it has not 16 bytes.
template <class Id>
[[nodiscard]] std::optional<Id> idIn(std::string_view bytes) {
    Uuid::Bytes raw{};
    if (bytes.size() != raw.size()) return std::nullopt;
    for (std::size_t i = 0; i < raw.size(); ++i) raw[i] = static_cast<std::uint8_t>(bytes[i]);
    return Id(Uuid(raw));
}

/// Views into `id`.
[[nodiscard]] inline Blob blobOf(const Uuid& id) {
    return Blob(std::span<const std::uint8_t>(id.bytes()));
}
Blob blobOf(Uuid&& id) = delete;  // bound by address, and read after the statement began

[[nodiscard]] inline std::int64_t millisecondsOf(Instant at) {
    return at.time_since_epoch().count();
}

[[nodiscard]] inline Instant instantOf(std::int64_t milliseconds) {
    return Instant(Milliseconds(milliseconds));
}

}  // namespace waymark::store
