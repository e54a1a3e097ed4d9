// The program's version, as CMake's project() has it.
#pragma once

#include <string_view>

namespace waymark {

inline constexpr std::string_view kVersion = WAYMARK_VERSION;

}  // namespace waymark
