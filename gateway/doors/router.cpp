#include "gateway/doors/router.h"

#include <algorithm>
#include <optional>

namespace waymark::doors {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

/// The next segment of a path, taken off its front.
std::string_view takeSegment(std::string_view& path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    const auto segment = path.substr(0, end);
    path.remove_prefix(end);
    return segment;
}

std::optional<Parameters> fit(std::string_view pathTemplate, std::string_view path) {
    Parameters caught;
    while (!pathTemplate.empty() && !path.empty()) {
        const auto wanted = takeSegment(pathTemplate);
        const auto segment = takeSegment(path);
        if (wanted.starts_with('{')) {
            if (segment.empty()) return std::nullopt;
            caught.emplace_back(wanted.substr(1, wanted.size() - 2), segment);
        } else if (wanted != segment) {
            return std::nullopt;
        }
    }
    if (!pathTemplate.empty() || !path.empty()) return std::nullopt;
    return caught;
}

}  // namespace

void Router::add(Route route) {
    routes_.push_back(std::move(route));
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
    if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    Match match;
    for (const auto& route : routes_) {
        auto caught = fit(route.path, path);
        if (!caught) continue;
        if (route.method == method || (method == "HEAD" && route.method == "GET")) {
            match.route = &route;
            match.parameters = std::move(*caught);
            match.allowed.clear();
            return match;
        }
        if (std::ranges::find(match.allowed, route.method) == match.allowed.end()) {
            match.allowed.push_back(route.method);
        }
    }
    return match;
}

}  // namespace waymark::doors
