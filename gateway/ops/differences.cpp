// Where two link-worker records differ.
#include <fmt/format.h>

#include "fhir/json/value.h"
#include "gateway/ops/remap.h"

namespace waymark::ops {
namespace {

constexpr std::size_t kDifferencesMax = 1000;
constexpr json::DocumentLimits kLimits{
    .bytes = 64U * 1024 * 1024, .depth = 256, .values = 4'000'000};

class Comparison {
public:
    void compare(const json::Value& before, const json::Value& after, const std::string& path) {
        if (before.type() != after.type()) return add(path, "changed");
        if (before.isObject()) return compareMembers(before, after, path);
        if (before.isArray()) return compareItems(before, after, path);
        if (before.text() != after.text()) add(path, "changed");
    }
    std::vector<Difference> take() { return std::move(differences_); }

private:
    void compareMembers(const json::Value& before, const json::Value& after,
                        const std::string& path) {
        const auto below = [&](std::string_view name) {
            return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
        };
        for (const json::Member& member : before.members()) {
            const json::Value* const other = after.find(member.name);
            if (other == nullptr) {
                add(below(member.name), "removed");
            } else {
                compare(member.value, *other, below(member.name));
            }
        }
        for (const json::Member& member : after.members()) {
            if (before.find(member.name) == nullptr) add(below(member.name), "added");
        }
    }

    void compareItems(const json::Value& before, const json::Value& after,
                      const std::string& path) {
        const std::size_t most = std::max(before.items().size(), after.items().size());
        for (std::size_t i = 0; i < most; ++i) {
            const std::string at = fmt::format("{}[{}]", path, i);
            if (i >= before.items().size()) {
                add(at, "added");
            } else if (i >= after.items().size()) {
                add(at, "removed");
            } else {
                compare(before.items()[i], after.items()[i], at);
            }
        }
    }

    void add(std::string path, std::string_view change) {
        if (differences_.size() >= kDifferencesMax) return;
        differences_.push_back({.path = std::move(path), .change = std::string(change)});
    }

    std::vector<Difference> differences_;
};

}  // namespace

Result<std::vector<Difference>> differencesOf(std::string_view before, std::string_view after) {
    // Nothing was mapped yet: all of it is new.
    const auto old = json::Value::parse(before.empty() ? "{}" : before, kLimits);
    if (!old) return std::unexpected(old.error());
    const auto fresh = json::Value::parse(after.empty() ? "{}" : after, kLimits);
    if (!fresh) return std::unexpected(fresh.error());
    Comparison comparison;
    comparison.compare(*old, *fresh, {});
    return comparison.take();
}

}  // namespace waymark::ops
