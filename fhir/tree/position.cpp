#include "fhir/tree/position.h"

#include <algorithm>
#include <cstring>

namespace waymark::tree {

Position positionIn(std::string_view body, std::size_t offset) {
    offset = std::min(offset, body.size());
    const char* const place = body.data() + offset;
    const char* line = body.data();
    Position position{1, 1};
    while (line != place) {
        const void* const end = std::memchr(line, '\n', static_cast<std::size_t>(place - line));
        if (!end) break;
        line = static_cast<const char*>(end) + 1;
        ++position.line;
    }
    position.column = static_cast<std::uint32_t>(place - line) + 1;
    return position;
}

}  // namespace waymark::tree
