#include "gateway/cli/live.h"

#include <algorithm>
#include <utility>

namespace waymark::cli {
namespace {

std::filesystem::path archiveOf(const config::Config& config) {
    auto folder = config.store;
    folder += ".sets";
    return folder;
}

bool same(const config::Listener& a, const config::Listener& b) {
    return a.name == b.name && a.address == b.address && a.port == b.port &&
           a.audiences == b.audiences && a.certificate == b.certificate && a.key == b.key;
}

bool same(const config::Limits& a, const config::Limits& b) {
    return a.bodyBytes == b.bodyBytes && a.bodiesInFlightBytes == b.bodiesInFlightBytes &&
           a.headerBytes == b.headerBytes && a.connections == b.connections &&
           a.handshake == b.handshake && a.header == b.header && a.request == b.request &&
           a.idle == b.idle && a.queue == b.queue && a.rate == b.rate && a.burst == b.burst;
}

}  // namespace

std::vector<std::string> keysThatWait(const config::Config& before, const config::Config& after) {
    std::vector<std::string> keys;
    const auto add = [&](const char* key, bool unchanged) {
        if (!unchanged) keys.emplace_back(key);
    };
    add("store", before.store == after.store);
    add("key_ring", before.keyRing == after.keyRing);
    add("pid_file", before.pidFile == after.pidFile);
    add("threads", before.threads == after.threads);
    add("listener", std::ranges::equal(before.listeners, after.listeners,
                                       [](const auto& a, const auto& b) { return same(a, b); }));
    add("limits", same(before.limits, after.limits));
    add("retry",
        before.retry.schedule == after.retry.schedule && before.retry.jitter == after.retry.jitter);
    return keys;
}

Live::Live(std::filesystem::path folder, const Clock& clock, Compiled first)
    : folder_(std::move(folder)),
      clock_(clock),
      archive_(archiveOf(*first.snapshot->config)),
      now_(std::move(first.snapshot)) {}

Result<std::unique_ptr<Live>> Live::start(const std::filesystem::path& configFolder,
                                          const Clock& clock) {
    auto first = compile(configFolder);
    if (!first) return std::unexpected(std::move(first).error());
    const auto files = std::move(first->files);
    std::unique_ptr<Live> live(new Live(configFolder, clock, std::move(*first)));
    // Before the first referral records its version.
    if (auto kept = live->archive_.keep(files); !kept) {
        return std::unexpected(std::move(kept).error());
    }
    return live;
}

std::shared_ptr<const doors::Snapshot> Live::now() const {
    const std::lock_guard lock(mutex_);
    return now_;
}

ops::ReloadReport Live::reload() {
    const std::lock_guard one(reloading_);
    const auto before = now();
    ops::ReloadReport report;
    report.at = clock_.now();
    report.before = before->set->version();
    report.version = report.before;
    auto next = compile(folder_, [this](std::string_view version) { return compiledSet(version); });
    auto kept = next ? archive_.keep(next->files) : Result<void>();
    if (!next || !kept) {
        report.faults = std::move(next ? kept.error() : next.error()).issues;
        return report;
    }
    report.accepted = true;
    report.version = next->snapshot->set->version();
    report.waiting = keysThatWait(*before->config, *next->snapshot->config);
    {
        const std::lock_guard lock(mutex_);
        now_ = std::move(next->snapshot);
    }
    if (report.version != report.before) keep(before->set);
    return report;
}

std::shared_ptr<const mappings::Set> Live::compiledSet(std::string_view version) const {
    const std::lock_guard lock(mutex_);
    if (now_->set->version() == version) return now_->set;
    for (const auto& set : earlier_) {
        if (set->version() == version) return set;
    }
    return nullptr;
}

void Live::keep(std::shared_ptr<const mappings::Set> set) {
    const std::lock_guard lock(mutex_);
    std::erase_if(earlier_, [&](const auto& known) { return known->version() == set->version(); });
    earlier_.push_front(std::move(set));
    if (earlier_.size() > kSetsKept) earlier_.pop_back();
}

std::shared_ptr<const mappings::Set> Live::earlier(std::string_view version) {
    if (auto known = compiledSet(version)) return known;
    const std::lock_guard one(compiling_);
    if (auto known = compiledSet(version)) return known;
    auto files = archive_.open(version);
    auto set = files ? mappings::Set::compile(std::move(*files))
                     : Result<std::shared_ptr<const mappings::Set>>(
                           std::unexpected(std::move(files).error()));
    if (!set) {
        if (log_ != nullptr) {
            log_->failure(telemetry::Level::Error, "mappings.set-gone", set.error(),
                          {{"mappings", telemetry::Name(version)}});
        }
        return nullptr;
    }
    keep(*set);
    return std::move(*set);
}

delivery::Rules Live::rules(std::string_view setVersion) {
    const auto current = now();
    const delivery::Rules ofNow{.config = current->config,
                                .presenter = current->presenter,
                                .lifecycle = current->lifecycle};
    if (setVersion.empty() || setVersion == current->set->version()) return ofNow;
    const auto set = earlier(setVersion);
    if (!set) return ofNow;
    return {.config = current->config,
            .presenter = std::make_shared<referral::Presenter>(set, current->config, current->set),
            .lifecycle = std::make_shared<referral::Lifecycle>(set, current->config)};
}

void Live::tidy(const std::set<std::string>& versionsInUse) const {
    auto kept = versionsInUse;
    kept.insert(now()->set->version());
    archive_.dropAllBut(kept);
}

}  // namespace waymark::cli
