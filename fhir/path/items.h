// A collection while it is being made: a few items in place, more of them in the message's arena.
// Items move when it grows; a view is good until the next push.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

class Items {
public:
    explicit Items(tree::Arena& arena) : arena_(arena), data_(reinterpret_cast<Value*>(place_)) {}
    Items(const Items&) = delete;
    Items& operator=(const Items&) = delete;

    void push(const Value& item) {
        if (size_ == capacity_) grow();
        new (data_ + size_) Value(item);
        ++size_;
    }
    void clear() { size_ = 0; }
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const Value& operator[](std::uint32_t index) const { return data_[index]; }
    [[nodiscard]] Value& operator[](std::uint32_t index) { return data_[index]; }
    [[nodiscard]] Value* begin() { return data_; }
    [[nodiscard]] Value* end() { return data_ + size_; }
    [[nodiscard]] Collection view() const { return {data_, size_}; }
    /// In the arena, to outlive this.
    [[nodiscard]] Collection kept() const;

private:
    static constexpr std::uint32_t kInPlace = 6;
    void grow();

    tree::Arena& arena_;
    Value* data_;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = kInPlace;
    alignas(Value) std::byte place_[kInPlace * sizeof(Value)];
};

}  // namespace waymark::path
