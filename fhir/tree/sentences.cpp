#include "fhir/tree/sentences.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fhir/core/nearest.h"
#include "fhir/model/format.h"

namespace waymark::tree::sentences {

std::string quoted(std::string_view name) {
    std::size_t length = std::min<std::size_t>(name.size(), 64);
    while (length > 0 && length < name.size() &&
           (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) {
        --length;
    }
    std::string text(name.substr(0, length));
    std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
    return text;
}

std::string unknownElement(const model::Model& model, model::TypeId type, std::string_view name) {
    const model::Shape& shape = model.shape(type);
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < shape.memberCount; ++i) {
        known.push_back(shape.nameOf(shape.members[i]));
    }
    const std::string_view plain = name.starts_with('_') ? name.substr(1) : name;
    if (name != plain && std::ranges::find(known, plain) != known.end()) {
        return fmt::format("{} has no companion {}: only primitive elements have one.", plain,
                           quoted(name));
    }
    return fmt::format("{} has no element {}{}.", model.type(type).name, quoted(name),
                       didYouMean(plain, known));
}

std::string unknownResource(const model::Model& model, std::string_view name) {
    std::vector<std::string_view> known;
    for (model::TypeId id = 1; id < model.typeCount(); ++id) {
        const model::Type& type = model.type(id);
        if (type.kind == model::TypeKind::Resource && !type.isAbstract) known.push_back(type.name);
    }
    return fmt::format("FHIR R4 has no resource type {}{}.", quoted(name), didYouMean(name, known));
}

std::string missing(const model::Model& model, model::TypeId type, const model::ElementDef& def) {
    return fmt::format("{} needs the element {}{}.", model.type(type).name, model.name(def.name),
                       def.choice ? "[x]" : "");
}

std::string twoAlternatives(const model::Model& model, const model::ElementDef& def,
                            model::NameId first) {
    return fmt::format("{}[x] takes one value, but both {} and {} are here.", model.name(def.name),
                       model.name(first), model.name(def.json));
}

std::string wrongFormat(const model::Model& model, const model::Member& member,
                        std::string_view text) {
    const std::string_view name = model.name(member.def.json);
    if (text.empty()) return fmt::format("{} must not be an empty string; leave it out.", name);
    return fmt::format("{} ({}) must be {}.", name, model.type(member.def.type).name,
                       model::expectation(member.format));
}

std::string wrongCode(const model::Model& model, const model::Member& member) {
    constexpr std::size_t kMostNamed = 24;
    const model::Shape& codes = model.codeList(member.codes);
    std::string allowed;
    for (std::size_t i = 0; i < std::min<std::size_t>(codes.memberCount, kMostNamed); ++i) {
        if (i > 0) allowed += ", ";
        allowed += codes.nameOf(codes.members[i]);
    }
    if (codes.memberCount > kMostNamed) {
        allowed += fmt::format(" and {} more", codes.memberCount - kMostNamed);
    }
    return fmt::format("{} must be one of the codes {}.", model.name(member.def.json), allowed);
}

std::string tooDeep(std::string_view what, std::uint32_t limit) {
    return fmt::format("The {} is nested deeper than {} levels.", what, limit);
}

std::string tooMany(std::uint32_t limit) {
    return fmt::format("The body has more than {} elements.", limit);
}

}  // namespace waymark::tree::sentences
