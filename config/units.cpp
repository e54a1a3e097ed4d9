#include "config/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

namespace waymark::config {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

constexpr std::array kDurations{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizes{Unit{"B", 1}, Unit{"KiB", 1U << 10U}, Unit{"MiB", 1U << 20U},
                            Unit{"GiB", 1U << 30U}};
constexpr std::uint64_t kDurationMsMax = 3660ULL * 86'400'000ULL;
constexpr std::uint64_t kSizeBytesMax = 1024ULL << 30U;

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units,
                                   std::uint64_t largest) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    const auto known = std::ranges::find(units, unit, &Unit::first);
    if (known == units.end() || number > largest / known->second) return std::nullopt;
    return number * known->second;
}

}  // namespace

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) {
    const auto value = parse(text, kDurations, kDurationMsMax);
    if (!value) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string printDuration(std::chrono::milliseconds duration) {
    const auto count = static_cast<std::uint64_t>(duration.count());
    const auto unit = std::find_if(kDurations.rbegin(), kDurations.rend(),
                                   [count](const Unit& each) { return count % each.second == 0; });
    return std::to_string(count / unit->second) + std::string(unit->first);
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
    return parse(text, kSizes, kSizeBytesMax);
}

}  // namespace waymark::config
