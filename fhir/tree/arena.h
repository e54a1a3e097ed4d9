// Memory of one message: bump allocation in chunks that are kept and used again after reset().
// One thread at a time. Nothing in it is destroyed; only trivially destructible things go in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
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

    void* allocate(std::size_t bytes, std::size_t alignment = alignof(std::max_align_t)) {
        const auto here = reinterpret_cast<std::uintptr_t>(next_);
        const std::size_t gap = (alignment - here % alignment) % alignment;
        if (static_cast<std::size_t>(end_ - next_) < bytes + gap) [[unlikely]] {
            return allocateInNextChunk(bytes, alignment);
        }
        std::byte* const at = next_ + gap;
        next_ = at + bytes;
        used_ += bytes + gap;
        return at;
    }

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

    /// An id for a name that the model does not know (members of Open objects), the same one for
    /// the same name until reset(): from model::kFirstOpenName on, or 0 when all ids are in use.
    /// `key` becomes a view in the arena.
    std::uint16_t intern(std::string_view& key);

    /// Everything handed out becomes invalid; chunks stay for the next message, up to 4 MiB, so
    /// that one large message does not hold its memory for ever.
    void reset();
    /// Bytes handed out since the last reset.
    [[nodiscard]] std::size_t used() const { return used_; }

private:
    struct Chunk {
        std::unique_ptr<std::byte[]> bytes;
        std::size_t size = 0;
    };
    void* allocateInNextChunk(std::size_t bytes, std::size_t alignment);
    void growNames();

    std::vector<Chunk> chunks_;
    std::size_t chunkBytes_;
    std::size_t chunk_ = 0;  ///< the first chunk not begun yet
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t used_ = 0;
    // Open addressing over the interned names; both live in the arena.
    std::span<std::uint16_t> nameSlots_;
    std::span<std::string_view> names_;
    std::size_t nameCount_ = 0;
};

}  // namespace waymark::tree
