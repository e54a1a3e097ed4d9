#include "fhir/path/items.h"

#include <algorithm>

namespace waymark::path {

void Items::grow() {
    const auto larger = arena_.array<Value>(std::size_t{capacity_} * 2);
    std::uninitialized_copy_n(data_, size_, larger.data());
    data_ = larger.data();
    capacity_ *= 2;
}

Collection Items::kept() const {
    if (size_ == 0) return {};
    const auto copy = arena_.array<Value>(size_);
    std::uninitialized_copy_n(data_, size_, copy.data());
    return {copy.data(), copy.size()};
}

}  // namespace waymark::path
