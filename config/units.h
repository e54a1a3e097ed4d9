// How the configuration writes quantities: durations as "500ms", "30s", "15m", "24h", "5d", sizes
// as "64 KiB", "8 MiB". Also the nearest known word to a misspelt one. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace waymark::config {

/// A whole number and ms, s, m, h or d, with or without a space. nullopt for anything else and for
/// more than 3660 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// The same in the largest unit that needs no fraction.
[[nodiscard]] std::string printDuration(std::chrono::milliseconds duration);

/// A whole number and B, KiB, MiB or GiB, with or without a space. nullopt for anything else and
/// for more than 1024 GiB.
[[nodiscard]] std::optional<std::uint64_t> parseSize(std::string_view text);

}  // namespace waymark::config
