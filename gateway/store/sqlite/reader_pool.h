// The readers, made when needed up to a limit. Any thread; one that finds none free waits for one,
// which is short since every read ends within its call.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "fhir/core/result.h"
#include "gateway/store/sqlite/reader.h"

namespace waymark::store {

class ReaderPool {
public:
    using Make = std::function<Result<std::unique_ptr<Reader>>()>;

    ReaderPool(Make make, std::size_t readersMax)
        : make_(std::move(make)), readersMax_(readersMax) {}

    /// A reader for one call; goes back to the pool by itself.
    class Lease {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<Reader> reader)
            : pool_(&pool), reader_(std::move(reader)) {}
        Lease(Lease&&) = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (reader_) pool_->giveBack(std::move(reader_));
        }
        Reader& operator*() const { return *reader_; }
        Reader* operator->() const { return reader_.get(); }

    private:
        ReaderPool* pool_;
        std::unique_ptr<Reader> reader_;
    };

    [[nodiscard]] Result<Lease> take();

private:
    void giveBack(std::unique_ptr<Reader> reader);

    Make make_;
    const std::size_t readersMax_;
    std::mutex mutex_;
    std::condition_variable freed_;
    std::vector<std::unique_ptr<Reader>> free_;
    std::size_t made_ = 0;
};

}  // namespace waymark::store
