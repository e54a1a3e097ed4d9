#include "gateway/referral/naming_system.h"

#include <algorithm>

namespace waymark::referral {
namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view withoutScheme(std::string_view url) {
    for (const std::string_view scheme : {kHttps, kHttp}) {
        if (same(url.substr(0, scheme.size()), scheme)) return url.substr(scheme.size());
    }
    return {};
}

}  // namespace

bool isNamingSystem(std::string_view written, std::string_view system) {
    return same(withoutScheme(written), withoutScheme(system));
}

}  // namespace waymark::referral
