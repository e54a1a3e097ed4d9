#include "fhir/tree/position.h"

#include <algorithm>
#include <cstdint>

namespace waymark::tree {

Position positionIn(std::string_view body, std::size_t offset) {
    const std::string_view before = body.substr(0, std::min(offset, body.size()));
    const auto lines = std::ranges::count(before, '\n');
    const std::size_t lineBegin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {static_cast<std::uint32_t>(lines + 1),
            static_cast<std::uint32_t>(before.size() - lineBegin + 1)};
}

}  // namespace waymark::tree
