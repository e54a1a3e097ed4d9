#include "gateway/net/http.h"

#include <algorithm>

#include "fhir/core/check.h"

namespace waymark::net {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool equalsIgnoringCase(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

void Fields::set(std::string_view name, std::string_view value) {
    // Added before the removal, since both views may point into our own text.
    add(name, value);
    const auto added = spans_.back();
    spans_.pop_back();
    const std::string_view key(text_.data() + added.at, added.nameSize);
    remove(key);
    spans_.push_back(added);
}

void Fields::add(std::string_view name, std::string_view value) {
    check(text_.size() + name.size() + value.size() < UINT32_MAX, "header fields fit in 4 GiB");
    const Span span{static_cast<std::uint32_t>(text_.size()),
                    static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())};
    const auto needed = text_.size() + name.size() + value.size();
    if (needed > text_.capacity()) {
        // The old block stays until both views, which may point into it, have been copied.
        std::string grown;
        grown.reserve(std::max<std::size_t>(2 * needed, 512));
        grown.append(text_).append(name).append(value);
        text_ = std::move(grown);
    } else {
        text_.append(name).append(value);
    }
    spans_.push_back(span);
}

void Fields::remove(std::string_view name) {
    std::erase_if(spans_, [&](const Span& span) {
        return equalsIgnoringCase({text_.data() + span.at, span.nameSize}, name);
    });
}

std::optional<std::string_view> Fields::find(std::string_view name) const {
    for (const auto field : *this) {
        if (equalsIgnoringCase(field.name, name)) return field.value;
    }
    return std::nullopt;
}

Fields::Field Fields::at(std::size_t index) const {
    const auto& span = spans_[index];
    const std::string_view text(text_);
    return {text.substr(span.at, span.nameSize),
            text.substr(span.at + span.nameSize, span.valueSize)};
}

}  // namespace waymark::net
