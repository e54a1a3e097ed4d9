// A value with a name of its own: two ids of different kinds do not mix, and none is made from a
// bare string without saying so.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace waymark {

template <class Tag, class T>
class Strong {
public:
    Strong() = default;
    explicit Strong(T value) : value_(std::move(value)) {}
    [[nodiscard]] const T& get() const { return value_; }
    friend auto operator<=>(const Strong&, const Strong&) = default;
    friend bool operator==(const Strong&, const Strong&) = default;

private:
    T value_{};
};

}  // namespace waymark

template <class Tag, class T>
struct std::hash<waymark::Strong<Tag, T>> {
    std::size_t operator()(const waymark::Strong<Tag, T>& value) const noexcept {
        return std::hash<T>()(value.get());
    }
};
