// What the gateway runs by at this moment: configuration and mapping set, compiled together,
// swapped whole or not at all; and the earlier sets, for what was mapped with them. Any thread.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/cli/compile.h"
#include "gateway/delivery/ports.h"
#include "gateway/ops/control.h"
#include "gateway/telemetry/log.h"
#include "mappings/archive.h"

namespace waymark::cli {

class Live {
public:
    /// Earlier sets that are kept compiled; others are compiled again from the archive when asked
    /// for.
    static constexpr std::size_t kSetsKept = 4;

    /// Everything of the folder, with all faults, or a Live that runs by it. The clock outlives it.
    static Result<std::unique_ptr<Live>> start(const std::filesystem::path& configFolder,
                                               const Clock& clock);

    /// What a request that begins now runs by until its end.
    [[nodiscard]] std::shared_ptr<const doors::Snapshot> now() const;
    /// Reads and compiles everything aside, then swaps; one at a time, blocks for as long as that
    /// takes. What has faults changes nothing.
    [[nodiscard]] ops::ReloadReport reload();
    /// For deliveries: the set of that version with the configuration of now. The current set for
    /// an empty version, and, with a word in the log, for one that neither memory nor archive has.
    [[nodiscard]] delivery::Rules rules(std::string_view setVersion);
    /// Forgets archived sets that no open referral records.
    void tidy(const std::set<std::string>& versionsInUse) const;

    /// Where what cannot be returned is told; before the first rules(). It outlives this.
    void tell(telemetry::Log& log) { log_ = &log; }

private:
    Live(std::filesystem::path folder, const Clock& clock, Compiled first);
    [[nodiscard]] std::shared_ptr<const mappings::Set> compiledSet(std::string_view version) const;
    [[nodiscard]] std::shared_ptr<const mappings::Set> earlier(std::string_view version);
    void keep(std::shared_ptr<const mappings::Set> set);

    const std::filesystem::path folder_;
    const Clock& clock_;
    const mappings::Archive archive_;
    telemetry::Log* log_ = nullptr;

    std::mutex reloading_;
    mutable std::mutex mutex_;  ///< of what follows
    std::shared_ptr<const doors::Snapshot> now_;
    std::deque<std::shared_ptr<const mappings::Set>> earlier_;  ///< latest first
    std::mutex compiling_;  ///< of an earlier set, once for all who wait for it
};

/// Keys that differ and are read at start only: listeners, store, threads...
[[nodiscard]] std::vector<std::string> keysThatWait(const config::Config& before,
                                                    const config::Config& after);

}  // namespace waymark::cli
