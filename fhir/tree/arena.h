// Memory of one message: bump allocation in chunks that are kept and used again after reset().
// One thread at a time. Nothing in it is destroyed; only trivially destructible things go in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace waymark::tree {

class Arena {
public:
    explicit Arena(std::size_t chunkBytes = 64 * 1024) : chunkBytes_(chunkBytes) {}
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t));

    /// Uninitialised array.
    template <class T>
    std::span<T> array(std::size_t count) {
        static_assert(std::is_trivially_destructible_v<T>);
        return {static_cast<T*>(allocate(count * sizeof(T), alignof(T))), count};
    }
    template <class T, class... Args>
    T* make(Args&&... args) {
        static_assert(std::is_trivially_destructible_v<T>);
        return new (allocate(sizeof(T), alignof(T))) T{static_cast<Args&&>(args)...};
    }
    std::string_view copy(std::string_view text);

    /// Everything handed out becomes invalid; the chunks stay for the next message.
    void reset();
    /// Bytes handed out since the last reset.
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };
    std::vector<Chunk> chunks_;
    std::size_t chunkBytes_;
    std::size_t chunk_ = 0;
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t used_ = 0;
};

}  // namespace waymark::tree
