#include "gateway/delivery/decide.h"

#include <utility>

// g++ 12 at -O2 takes the frame allocator of Asio's awaitables for a mismatch where it inlines a
// coroutine's end.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace waymark::delivery {
namespace {

using boost::asio::awaitable;

/// Somebody else's commit came between; that cannot go on for long.
constexpr int kTriesMax = 50;

}  // namespace

awaitable<Result<store::Committed>> commit(const Ports* ports, store::Commit work) {
    auto begin = [store = &ports->store, work = std::move(work)](auto done) mutable {
        store->commit(std::move(work), std::move(done));
    };
    auto operation = net::awaitCallback<Result<store::Committed>>(std::move(begin));
    auto committed = co_await std::move(operation);
    co_return committed;
}

awaitable<Result<void>> decideAndCommit(const Ports* ports, referral::ReferralId id,
                                        Decide decide) {
    const auto work = [ports, id, &decide]() -> Result<std::optional<store::Commit>> {
        const auto dossier = ports->store.referral(id, nullptr);
        if (!dossier) return std::unexpected(dossier.error());
        if (!*dossier) {
            return fail(Kind::NotFound, IssueType::NotFound, "The referral is not there.");
        }
        return decide(**dossier);
    };
    for (int tries = 0; tries < kTriesMax; ++tries) {
        auto deciding = onPool(&ports->stage, work);
        auto decided = co_await std::move(deciding);
        if (!decided) co_return std::unexpected(std::move(decided.error()));
        if (!*decided) co_return Result<void>();
        auto committing = commit(ports, std::move(**decided));
        const auto committed = co_await std::move(committing);
        if (committed) co_return Result<void>();
        if (committed.error().kind != Kind::Conflict) co_return std::unexpected(committed.error());
    }
    co_return fail(Kind::Unavailable, IssueType::LockError,
                   "The referral changed again and again while a result was being recorded.");
}

}  // namespace waymark::delivery
