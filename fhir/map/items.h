// The items that a rule's source finds. Private to the room.
#pragma once

#include <algorithm>
#include <cstddef>

#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::map {

/// A few items, the first ones without touching the arena.
class Items {
public:
    explicit Items(tree::Arena& arena) : arena_(arena) {}

    void add(const path::Value& value) {
        if (size_ == capacity_) grow();
        data_[size_++] = value;
    }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] path::Value& operator[](std::size_t index) { return data_[index]; }
    void keep(std::size_t first, std::size_t count) {
        std::copy(data_ + first, data_ + first + count, data_);
        size_ = count;
    }
    void clear() { size_ = 0; }

private:
    static constexpr std::size_t kInline = 6;
    void grow() {
        const auto more = arena_.array<path::Value>(capacity_ * 4);
        std::copy(data_, data_ + size_, more.data());
        data_ = more.data();
        capacity_ = more.size();
    }
    tree::Arena& arena_;
    path::Value inline_[kInline];
    path::Value* data_ = inline_;
    std::size_t size_ = 0;
    std::size_t capacity_ = kInline;
};

}  // namespace waymark::map
