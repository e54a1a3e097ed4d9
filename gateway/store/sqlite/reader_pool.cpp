#include "gateway/store/sqlite/reader_pool.h"

#include <utility>

namespace waymark::store {

Result<ReaderPool::Lease> ReaderPool::take() {
    {
        std::unique_lock lock(mutex_);
        freed_.wait(lock, [this] { return !free_.empty() || made_ < readersMax_; });
        if (!free_.empty()) {
            // The one used last: its pages and statements are warm.
            auto reader = std::move(free_.back());
            free_.pop_back();
            return Lease(*this, std::move(reader));
        }
        ++made_;
    }
    auto made = make_();
    if (made) return Lease(*this, std::move(*made));
    {
        const std::lock_guard lock(mutex_);
        --made_;
    }
    freed_.notify_one();
    return std::unexpected(std::move(made).error());
}

void ReaderPool::giveBack(std::unique_ptr<Reader> reader) {
    {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(reader));
    }
    freed_.notify_one();
}

}  // namespace waymark::store
