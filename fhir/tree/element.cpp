#include "fhir/tree/element.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

namespace waymark::tree {
namespace {

std::size_t indexOf(Element element) {
    std::size_t index = 0;
    for (Element at = element.parent().child(element.name()); at && at != element;
         at = at.nextSame()) {
        ++index;
    }
    return index;
}

bool isIdentifier(std::string_view name) {
    const auto isLetter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && isLetter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return isLetter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Element Element::childWithKey(std::string_view key) const {
    for (const Element child : children()) {
        if (child.isKeyed() && child.key() == key) return child;
    }
    return {};
}

std::string_view nameOf(Element element, const model::Model& model) {
    if (element.isKeyed()) return element.key();
    return element.name() == model::kNoName ? std::string_view() : model.name(element.name());
}

std::string expressionTo(Element element, const model::Model& model) {
    constexpr std::size_t kUsualDepth = 16;
    std::vector<Element> path;
    path.reserve(kUsualDepth);
    for (Element at = element; at; at = at.parent()) path.push_back(at);
    if (path.empty()) return {};
    std::string expression;
    expression.reserve(path.size() * 16);
    expression += model.type(path.back().type()).name;
    path.pop_back();
    for (; !path.empty(); path.pop_back()) {
        const Element at = path.back();
        const std::string_view name = nameOf(at, model);
        if (isIdentifier(name)) {
            expression += '.';
            expression += name;
        } else if (!name.empty()) {
            expression += fmt::format(".`{}`", name);
        }
        if ((at.node()->flags & kInArray) == 0) continue;
        char digits[20];
        const char* const end = std::to_chars(digits, std::end(digits), indexOf(at)).ptr;
        expression += '[';
        expression.append(digits, static_cast<std::size_t>(end - digits));
        expression += ']';
    }
    return expression;
}

Element follow(Element from, std::string_view path, const model::Model& model) {
    while (from && !path.empty()) {
        const std::size_t dot = std::min(path.find('.'), path.size());
        const std::string_view name = path.substr(0, dot);
        const model::NameId id = model.nameId(name);
        from = id != model::kNoName ? from.child(id) : from.childWithKey(name);
        path.remove_prefix(std::min(dot + 1, path.size()));
    }
    return from;
}

}  // namespace waymark::tree
