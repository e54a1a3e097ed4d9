// Test material that lies beside the checkout (../shared). It is not part of the project: tests
// that use it skip, with a reason, when it is absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace waymark::tests {

/// WAYMARK_SHARED, else ../shared beside the checkout (tests run in the checkout's root).
inline std::filesystem::path shared(const std::filesystem::path& below) {
    const char* const given = std::getenv("WAYMARK_SHARED");
    return std::filesystem::path(given ? given : "../shared") / below;
}

inline std::string readFile(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace waymark::tests

/// Skips the test when the file or folder below ../shared is absent.
#define WAYMARK_NEEDS_SHARED(below)                                \
    if (!std::filesystem::exists(::waymark::tests::shared(below))) \
    GTEST_SKIP() << "no " << ::waymark::tests::shared(below).string()
