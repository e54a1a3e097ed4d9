// What a durable commit of an accepted referral costs: CPU per commit (all threads, checkpoints
// included, making the commits not), commits per second and per group, and reading one back.
//   bench_store --count 40000 --outstanding 8 [--body message.json] [--level 1] [--folder DIR]
// A commit is what a door makes of one message: referral, two events, assignment, delivery, clock,
// NHS number, two identifiers, two verdict keys, audit entry.
#include <sys/resource.h>
#include <time.h>

#include <unistd.h>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/sqlite_store.h"

namespace waymark::store {
namespace {

struct Settings {
    std::size_t count = 40'000;
    std::size_t outstanding = 8;
    std::string body = "../shared/examples/social-prescribing-bars.json";
    int level = SqliteOptions{}.packingLevel;
    std::string folder = std::filesystem::temp_directory_path().string();
    std::size_t organisations = 200;
};

double processMicroseconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

double threadMicroseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double residentMegabytes() {
    std::ifstream file("/proc/self/statm");
    long total = 0;
    long resident = 0;
    file >> total >> resident;
    return static_cast<double>(resident * ::sysconf(_SC_PAGESIZE)) / 1e6;
}

/// White space outside of strings left out: what systems send.
std::string minified(const std::string& json) {
    std::string out;
    bool isQuoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '"' && (i == 0 || json[i - 1] != '\\')) isQuoted = !isQuoted;
        if (isQuoted || std::string_view(" \n\r\t").find(json[i]) == std::string_view::npos) {
            out.push_back(json[i]);
        }
    }
    return out;
}

class Maker {
public:
    Maker(std::string body, std::size_t organisations)
        : body_(std::move(body)), organisations_(organisations) {
        body_.resize(std::min<std::size_t>(body_.size(), 16'500));
        record_ = body_.substr(body_.size() / 3, 4000);
    }

    Commit operator()() {
        now_ += Milliseconds(1);
        const auto id = ReferralId(Uuid::version7(now_, random_));
        const auto assignment = AssignmentId(Uuid::version7(now_, random_));
        const std::string name = id.get().text();
        const std::string organisation = fmt::format("P{:05}", random_.below(organisations_));
        Commit commit;
        commit.referral = id;
        commit.create = NewReferral{.organisation = organisation,
                                    .client = "supplier",
                                    .origin = referral::Origin::BarsMessage,
                                    .route = "social-prescribing",
                                    .setVersion = "2026.11.1",
                                    .contentType = "application/fhir+json",
                                    .body = varied(body_, name),
                                    .record = varied(record_, name),
                                    .nhsNumber = fmt::format("999{:07}", random_.below(10'000'000)),
                                    .identifiers = {{"https://example.nhs.uk/ubrn", name},
                                                    {"https://example.nhs.uk/local", name}},
                                    .patientId = name + "-2",
                                    .authored = "2026-11-20T10:00:00+00:00"};
        referral::Event received{.type = referral::EventType::Received, .at = now_};
        received.actor = referral::Actor::Practice;
        received.actorId = organisation;
        referral::Event asked{.type = referral::EventType::Asked, .at = now_};
        asked.assignment = assignment;
        asked.provider = "link-workers";
        commit.events = {received, asked};
        commit.deliveries.push_back({.id = DeliveryId(Uuid::version7(now_, random_)),
                                     .assignment = assignment,
                                     .provider = "link-workers",
                                     .due = now_,
                                     .deadline = now_ + std::chrono::hours(24)});
        commit.clock =
            ClockChange{.kind = "delivered-within", .due = now_ + std::chrono::hours(24)};
        for (const char* scope : {"bars|supplier|", "identifier|ubrn|"}) {
            commit.verdicts.push_back(
                {.key = scope + name, .fingerprint = name + name, .status = 201, .referral = id});
        }
        commit.audit.push_back({.at = now_,
                                .actor = "supplier",
                                .action = "create",
                                .subject = name,
                                .outcome = "ok",
                                .request = name});
        return commit;
    }

private:
    /// The id in several places, so that no two messages compress alike.
    static std::string varied(std::string text, const std::string& name) {
        for (std::size_t at = 100; at + name.size() < text.size(); at += text.size() / 6) {
            text.replace(at, name.size(), name);
        }
        return text;
    }

    std::string body_;
    std::string record_;
    std::size_t organisations_;
    crypto::SystemRandom random_;
    Instant now_{std::chrono::milliseconds(1'790'000'000'000)};
};

/// How many commits may wait for their answers. By hand because std::counting_semaphore spins.
class Room {
public:
    explicit Room(std::size_t places) : places_(places), free_(places) {}
    void enter() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return free_ > 0; });
        --free_;
    }
    void leave() {
        {
            const std::lock_guard lock(mutex_);
            ++free_;
        }
        changed_.notify_one();
    }
    void waitUntilEmpty() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return free_ == places_; });
    }

private:
    const std::size_t places_;
    std::size_t free_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

struct Measured {
    double cpu = 0;
    double callerCpu = 0;
    double wall = 0;
    std::size_t failed = 0;
};

Measured commitAll(SqliteStore& store, Maker& make, const Settings& settings,
                   std::vector<ReferralId>& ids) {
    constexpr std::size_t kBatch = 500;
    Room room(settings.outstanding);
    std::atomic<std::size_t> failed{0};
    Measured measured;
    const double cpuBefore = processMicroseconds();
    double making = 0;
    for (std::size_t done = 0; done < settings.count; done += kBatch) {
        const double makingSince = threadMicroseconds();
        std::vector<Commit> commits;
        commits.reserve(kBatch);
        for (std::size_t i = 0; i < kBatch; ++i) commits.push_back(make());
        const double callingSince = threadMicroseconds();
        making += callingSince - makingSince;
        const auto wallSince = std::chrono::steady_clock::now();
        for (Commit& commit : commits) {
            ids.push_back(*commit.referral);
            room.enter();
            store.commit(std::move(commit), [&](const Result<Committed>& result) {
                if (!result) ++failed;
                room.leave();
            });
        }
        room.waitUntilEmpty();
        measured.wall +=
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - wallSince)
                .count();
        measured.callerCpu += threadMicroseconds() - callingSince;
    }
    measured.cpu = processMicroseconds() - cpuBefore - making;
    measured.failed = failed;
    return measured;
}

template <class Work>
double microsecondsEach(std::size_t count, Work&& work) {
    const double since = threadMicroseconds();
    for (std::size_t i = 0; i < count; ++i) work(i);
    return (threadMicroseconds() - since) / static_cast<double>(count);
}

int run(const Settings& settings) {
    std::ifstream file(settings.body);
    std::string body((std::istreambuf_iterator<char>(file)), {});
    if (body.empty()) {
        fmt::print(stderr, "no message to commit: give one with --body FILE\n");
        return 3;
    }
    std::string pattern = settings.folder + "/bench-store-XXXXXX";
    const std::filesystem::path folder = ::mkdtemp(pattern.data());
    crypto::SystemRandom random;
    SqliteOptions options;
    options.path = folder / "store.db";
    options.packingLevel = settings.level;
    const auto ring = crypto::KeyRing::fresh(random);
    const auto openSince = std::chrono::steady_clock::now();
    auto store = SqliteStore::open(options, ring, random);
    if (!store) {
        fmt::print(stderr, "{}\n", store.error().text());
        return 3;
    }
    const double opened =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - openSince)
            .count();
    Maker make(minified(body), settings.organisations);
    std::vector<ReferralId> ids;
    const auto measured = commitAll(**store, make, settings, ids);
    const auto activity = (*store)->activity();
    const auto count = static_cast<double>(settings.count);
    fmt::print(
        "open {:.1f} ms; {} commits, {} outstanding, level {}: {:.1f} us CPU per commit (caller "
        "{:.1f}), {:.0f}/s, {:.1f} per group, {} checkpoints, {} failed, {:.1f} MB resident\n",
        opened, settings.count, settings.outstanding, settings.level, measured.cpu / count,
        measured.callerCpu / count, count / measured.wall * 1e6,
        count / static_cast<double>(activity.groups), activity.checkpoints, measured.failed,
        residentMegabytes());
    std::size_t missing = 0;
    const double read = microsecondsEach(2000, [&](std::size_t i) {
        const auto found = (*store)->referral(ids[i * 7919 % ids.size()], nullptr);
        if (!found || !*found) ++missing;
    });
    const double verdict = microsecondsEach(2000, [&](std::size_t i) {
        const auto found =
            (*store)->verdict("bars|supplier|" + ids[i * 7919 % ids.size()].get().text());
        if (!found || !*found) ++missing;
    });
    const double absent = microsecondsEach(2000, [&](std::size_t i) {
        if (!(*store)->verdict("none|" + std::to_string(i))) ++missing;
    });
    fmt::print(
        "read {:.1f} us, verdict {:.1f} us, absent verdict {:.1f} us, {} missing; file {:.1f} MB\n",
        read, verdict, absent, missing,
        static_cast<double>(std::filesystem::file_size(options.path)) / 1e6);
    store->reset();
    std::filesystem::remove_all(folder);
    return measured.failed + missing == 0 ? 0 : 1;
}

}  // namespace
}  // namespace waymark::store

int main(int argc, char** argv) {
    waymark::store::Settings settings;
    CLI::App app("Measures the SQLite store");
    app.add_option("--count", settings.count, "commits");
    app.add_option("--outstanding", settings.outstanding, "commits waiting for their answer");
    app.add_option("--body", settings.body, "a JSON message");
    app.add_option("--level", settings.level, "zstd level");
    app.add_option("--folder", settings.folder, "where the store is made");
    app.add_option("--organisations", settings.organisations, "practices that refer");
    CLI11_PARSE(app, argc, argv);
    return waymark::store::run(settings);
}
