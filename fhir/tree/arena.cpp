#include "fhir/tree/arena.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "fhir/model/model.h"

namespace waymark::tree {
namespace {

constexpr std::size_t kKeptBytes = 4 * 1024 * 1024;

}  // namespace

void* Arena::allocateInNextChunk(std::size_t bytes, std::size_t alignment) {
    const std::size_t needed = bytes + alignment;
    // A kept chunk that is too small for this request moves behind the one that fits.
    std::size_t fitting = chunk_;
    while (fitting < chunks_.size() && chunks_[fitting].size < needed) ++fitting;
    if (fitting == chunks_.size()) {
        const std::size_t size = std::max(chunkBytes_, needed);
        chunks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
    }
    std::swap(chunks_[chunk_], chunks_[fitting]);
    const Chunk& chunk = chunks_[chunk_++];
    next_ = chunk.bytes.get();
    end_ = next_ + chunk.size;
    return allocate(bytes, alignment);
}

std::string_view Arena::copy(std::string_view text) {
    if (text.empty()) return "";
    char* const at = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
}

std::uint16_t Arena::intern(std::string_view& key) {
    if (nameCount_ * 2 >= nameSlots_.size()) growNames();
    const std::size_t mask = nameSlots_.size() - 1;
    std::size_t slot = std::hash<std::string_view>()(key) & mask;
    while (nameSlots_[slot] != 0) {
        const std::string_view known = names_[nameSlots_[slot] - 1U];
        if (known == key) {
            key = known;
            return static_cast<std::uint16_t>(model::kFirstOpenName + nameSlots_[slot] - 1U);
        }
        slot = (slot + 1) & mask;
    }
    if (nameCount_ == 0xFFFFU - model::kFirstOpenName) return 0;
    key = copy(key);
    names_[nameCount_] = key;
    nameSlots_[slot] = static_cast<std::uint16_t>(++nameCount_);
    return static_cast<std::uint16_t>(model::kFirstOpenName + nameCount_ - 1U);
}

void Arena::growNames() {
    const std::size_t size = std::max<std::size_t>(64, nameSlots_.size() * 2);
    const auto names = array<std::string_view>(size / 2);
    std::uninitialized_default_construct(names.begin(), names.end());
    std::copy_n(names_.begin(), nameCount_, names.begin());
    const auto slots = array<std::uint16_t>(size);
    std::ranges::fill(slots, std::uint16_t{0});
    for (std::size_t i = 0; i < nameCount_; ++i) {
        std::size_t slot = std::hash<std::string_view>()(names[i]) & (size - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (size - 1);
        slots[slot] = static_cast<std::uint16_t>(i + 1);
    }
    names_ = names;
    nameSlots_ = slots;
}

void Arena::reset() {
    std::size_t kept = 0;
    std::erase_if(chunks_, [&](const Chunk& chunk) { return (kept += chunk.size) > kKeptBytes; });
    chunk_ = 0;
    next_ = nullptr;
    end_ = nullptr;
    used_ = 0;
    nameSlots_ = {};
    names_ = {};
    nameCount_ = 0;
}

}  // namespace waymark::tree
