// What a commit will come to, decided before anything is written.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/store/sqlite/commit_writer.h"

namespace waymark::store {

struct CommitWriter::KnownDelivery {
    std::int64_t place = 0;
    DeliveryState state = DeliveryState::Due;
    std::int64_t due = 0;
    std::uint32_t attempts = 0;
    std::string problem{};
    std::string contentType{};
    std::string remote{};
    std::int64_t deadline = 0;
};

struct CommitWriter::Plan {
    std::int64_t no = 0;  ///< of the referral; 0 when none is touched
    referral::State state{};
    std::uint32_t versionBefore = 0;
    bool wasOpen = false;
    std::int64_t change = 0;
    std::vector<KnownDelivery> deliveries{};  ///< one for each of commit.changes
    std::map<std::int64_t, crypto::Key> keys{};
    std::vector<BlindEntry> blinds{};
};

}  // namespace waymark::store
