// What the store's tests share: synthetic referrals as commits, a commit that is waited for, and a
// folder that goes away.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "fhir/core/uuid.h"
#include "gateway/store/sqlite/sqlite_store.h"
#include "gateway/store/store.h"
#include "tests/support/fixed_world.h"

namespace waymark::store::tests {

/// Waits for the callback.
Result<Committed> commitNow(Store& store, Commit commit);

class World {
public:
    explicit World(std::uint64_t seed = 1) : random_(seed) {}

    waymark::tests::FixedClock& clock() { return clock_; }
    waymark::tests::SeededRandom& random() { return random_; }
    [[nodiscard]] Instant now() const { return clock_.now(); }

    template <class Id>
    Id id() {
        clock_.advance(Milliseconds(1));
        return Id(Uuid::version7(clock_.now(), random_));
    }

    /// A referral as a door would commit it: Received and Asked, one delivery, one clock, one
    /// verdict "key-<id>", one identifier "urn:ubrn|<id>", one audit entry.
    Commit accepted(std::string organisation = "G82080", std::string client = "client-a",
                    std::string provider = "link-workers");
    /// The provider of the newest assignment moves it to `status`.
    Commit moved(const referral::Dossier& dossier, referral::Status status,
                 std::string reasonCode = {});

private:
    waymark::tests::FixedClock clock_;
    waymark::tests::SeededRandom random_;
};

/// The key ring of every test store that does not choose another.
const crypto::KeyRing& testRing();
/// Breaks the test when it cannot be opened.
std::unique_ptr<SqliteStore> openSqlite(SqliteOptions options);
std::unique_ptr<SqliteStore> openSqlite(const std::filesystem::path& path);

/// The one assignment that `commit` begins.
AssignmentId assignmentOf(const Commit& commit);

class Folder {
public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();
    [[nodiscard]] std::filesystem::path operator/(const char* name) const { return path_ / name; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace waymark::store::tests
