#include "gateway/store/sqlite/store_key.h"

#include <optional>
#include <string>
#include <utility>

#include "gateway/store/bytes.h"

namespace waymark::store {
namespace {

constexpr std::string_view kRingMark = "ring-mark";
constexpr std::string_view kStoreKey = "store-key";

std::unexpected<Failure> otherRing() {
    return fail(
        Kind::Fault, IssueType::Security,
        "The key ring is not the one that this store was made with; nothing in the store can "
        "be opened with it.");
}

Result<std::optional<std::string>> get(Database& database, std::string_view name) {
    Statement statement(database, "SELECT value FROM meta WHERE name = ?");
    Run run(statement, name);
    const Step step = run.step();
    if (step == Step::Failed) return std::unexpected(database.failure());
    if (step == Step::End) return std::nullopt;
    return std::string(run.bytes(0));
}

Result<void> put(Database& database, std::string_view name, std::string_view value) {
    Statement statement(database, "INSERT INTO meta(name, value) VALUES (?, ?)");
    Run run(statement, name, Blob(value));
    if (!run.done()) return std::unexpected(database.failure());
    return {};
}

Result<crypto::Key> make(Database& database, const Sealing& sealing, Random& random) {
    const auto key = crypto::Key::random(random);
    const auto wrapped = sealing.wrapStoreKey(key, random);
    std::string value;
    appendFixed(value, wrapped.ring);
    value += wrapped.bytes;
    if (auto done = put(database, kStoreKey, value); !done) {
        return std::unexpected(std::move(done).error());
    }
    if (auto done = put(database, kRingMark, view(sealing.ringMark())); !done) {
        return std::unexpected(std::move(done).error());
    }
    return key;
}

}  // namespace

Result<crypto::Key> loadStoreKey(Database& database, const Sealing& sealing, Random& random) {
    const auto stored = get(database, kStoreKey);
    if (!stored) return std::unexpected(stored.error());
    if (!*stored) return make(database, sealing, random);
    const auto mark = get(database, kRingMark);
    if (!mark) return std::unexpected(mark.error());
    if (!*mark || **mark != view(sealing.ringMark()) || (*stored)->size() < 8) return otherRing();
    const std::string_view value = **stored;
    auto key =
        sealing.unwrapStoreKey({.ring = static_cast<std::uint32_t>(readFixed(value.substr(0, 8))),
                                .bytes = std::string(value.substr(8))});
    if (!key) return otherRing();
    return key;
}

}  // namespace waymark::store
