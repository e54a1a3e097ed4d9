#include "fhir/map/library.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fhir/core/nearest.h"

namespace waymark::map {
namespace {

std::string_view lastSegment(std::string_view url) {
    return url.substr(url.find_last_of("/#") + 1);
}

}  // namespace

bool matchesWildcard(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

Library::Library(std::span<const ast::Map> maps, const model::Model& model,
                 Diagnostics& diagnostics)
    : maps_(maps),
      types_(model),
      diagnostics_(diagnostics),
      aliases_(maps.size()),
      imported_(maps.size()),
      reach_(maps.size()),
      groups_(maps.size()),
      own_(maps.size()),
      defaults_(maps.size()) {
    for (std::size_t map = 0; map < maps.size(); ++map) {
        for (std::size_t other = 0; other < map; ++other) {
            if (maps[map].url.empty() || maps[map].url.text != maps[other].url.text) continue;
            diagnostics.add(
                Code::DuplicateMap, maps[map].file, maps[map].url.at,
                fmt::format("{} already has the URL {}", maps[other].file, maps[map].url.text));
        }
        structures(map);
        imports(map);
        groups(map);
    }
    for (std::size_t map = 0; map < maps.size(); ++map) reach(map);
    for (std::size_t map = 0; map < maps.size(); ++map) defaultGroups(map);
    for (std::size_t map = 0; map < maps.size(); ++map)
        for (const std::size_t seen : reach_[map])
            defaults_[map].insert(defaults_[map].end(), own_[seen].begin(), own_[seen].end());
}

/// Gives every structure of `uses` its type, under its alias, its name and the last part of its
/// URL.
void Library::structures(std::size_t map) {
    for (const ast::Structure& structure : maps_[map].structures) {
        const std::string_view url = structure.url.text;
        model::TypeId id = types_.model().typeAt(url.substr(0, url.find('|')));
        if (id == model::kNoType && url.find('/') == std::string_view::npos)
            id = types_.model().typeNamed(url);
        if (id == model::kNoType) {
            diagnostics_.add(Code::UnknownStructure, maps_[map].file, structure.url.at,
                             fmt::format("the structure {} is not known{}", url,
                                         didYouMean(lastSegment(url), types_.names())));
            if (diagnostics_.lenient() && structure.mode == ast::ModelMode::Target)
                id = relative(url);
        }
        const std::string name(structure.alias.empty() ? lastSegment(url)
                                                       : std::string_view(structure.alias.text));
        const auto [at, isNew] = aliases_[map].try_emplace(name, id);
        if (!isNew && at->second != id) {
            diagnostics_.add(
                Code::DuplicateAlias, maps_[map].file, structure.url.at,
                fmt::format("two structures are called `{}` here; give one an alias", name));
        }
    }
}

/// For a structure that is not known, the R4 type that its URL seems to be a version or a profile
/// of: .../5.0/StructureDefinition/Patient, .../UKCore-Patient, .../CareConnect-Patient-1.
model::TypeId Library::relative(std::string_view url) const {
    std::string_view name = lastSegment(url);
    while (!name.empty()) {
        if (const model::TypeId id = types_.model().typeNamed(name); id != model::kNoType)
            return id;
        const std::size_t dash = name.find('-');
        if (dash == std::string_view::npos) break;
        const std::string_view rest = name.substr(dash + 1);
        // A trailing number is a version.
        const bool number = rest.find_first_not_of("0123456789.") == std::string_view::npos;
        name = number ? name.substr(0, dash) : rest;
    }
    return model::kNoType;
}

void Library::imports(std::size_t map) {
    for (const ast::Name& import : maps_[map].imports) {
        bool any = false;
        for (std::size_t other = 0; other < maps_.size(); ++other) {
            if (other == map || !matchesWildcard(import.text, maps_[other].url.text)) continue;
            imported_[map].push_back(other);
            any = true;
        }
        if (any || matchesWildcard(import.text, maps_[map].url.text)) continue;
        std::vector<std::string_view> urls;
        for (const ast::Map& other : maps_) urls.push_back(other.url.text);
        diagnostics_.add(Code::UnknownImport, maps_[map].file, import.at,
                         fmt::format("no map here has the URL {}{}", import.text,
                                     didYouMean(import.text, urls)));
    }
}

void Library::groups(std::size_t map) {
    for (const ast::Group& group : maps_[map].groups) {
        const auto [at, isNew] = groups_[map].try_emplace(group.name.text, &group);
        if (isNew) continue;
        diagnostics_.add(Code::DuplicateGroup, maps_[map].file, group.name.at,
                         fmt::format("a second group `{}`; the first is in line {}",
                                     group.name.text, at->second->name.at.line));
    }
}

void Library::reach(std::size_t map) {
    std::vector<std::size_t>& seen = reach_[map];
    seen.push_back(map);
    for (std::size_t at = 0; at < seen.size(); ++at)
        for (const std::size_t next : imported_[seen[at]])
            if (std::ranges::find(seen, next) == seen.end()) seen.push_back(next);
}

std::optional<model::TypeId> Library::inputType(std::size_t map, const ast::Group& group,
                                                bool target) {
    for (const ast::Input& input : group.inputs)
        if (input.target == target && !input.type.empty()) return typeNamed(map, input.type, {});
    return std::nullopt;
}

/// Collects the groups marked <<types>> or <<type+>>.
void Library::defaultGroups(std::size_t map) {
    for (const ast::Group& group : maps_[map].groups) {
        if (group.mode == ast::GroupMode::None) continue;
        const bool shape = group.inputs.size() == 2 && !group.inputs[0].target &&
                           group.inputs[1].target && !group.inputs[0].type.empty() &&
                           !group.inputs[1].type.empty();
        if (!shape) {
            diagnostics_.add(Code::DefaultGroupShape, maps_[map].file, group.name.at,
                             fmt::format("the default group `{}` needs one source and one target, "
                                         "both with a type",
                                         group.name.text));
            continue;
        }
        const auto source = inputType(map, group, false);
        const auto target = inputType(map, group, true);
        if (!source || !target || *source == model::kNoType || *target == model::kNoType) continue;
        for (const DefaultRef& other : own_[map]) {
            if (other.source != *source || other.target != *target) continue;
            diagnostics_.add(Code::DuplicateDefaultGroup, maps_[map].file, group.name.at,
                             fmt::format("`{}` is already the default group from {} to {}",
                                         other.group.group->name.text, types_.name(*source),
                                         types_.name(*target)));
        }
        own_[map].push_back({{map, &group}, *source, *target});
    }
}

std::optional<model::TypeId> Library::typeNamed(std::size_t map, const ast::Name& name,
                                                std::string_view rulePath) {
    if (const auto alias = aliases_[map].find(name.text); alias != aliases_[map].end())
        return alias->second;
    std::string_view plain = name.text;
    if (plain.starts_with("FHIR.")) plain.remove_prefix(5);
    if (const model::TypeId id = types_.model().typeNamed(plain); id != model::kNoType) return id;
    if (const model::TypeId id = types_.model().typeAt(name.text); id != model::kNoType) return id;
    std::vector<std::string_view> names = types_.names();
    for (const auto& alias : aliases_[map]) names.push_back(alias.first);
    diagnostics_.add(Code::UnknownType, maps_[map].file, name.at,
                     fmt::format("no type `{}`{}", name.text, didYouMean(name.text, names)),
                     rulePath);
    return std::nullopt;
}

GroupRef Library::groupNamed(std::size_t map, std::string_view name) const {
    for (const std::size_t seen : reach_[map])
        if (const auto found = groups_[seen].find(name); found != groups_[seen].end())
            return {seen, found->second};
    return {};
}

std::vector<std::string_view> Library::groupNames(std::size_t map) const {
    std::vector<std::string_view> out;
    for (const std::size_t seen : reach_[map])
        for (const auto& group : groups_[seen]) out.push_back(group.first);
    return out;
}

const DefaultRef* Library::defaultFor(std::size_t map, model::TypeId source,
                                      std::span<const model::TypeId> targets) const {
    const bool fixed = targets.size() == 1 && !types_.isAbstract(targets.front());
    const auto takes = [&](const DefaultRef& group) {
        if (!fixed && group.group.group->mode != ast::GroupMode::TypeAndTypes) return false;
        return std::ranges::any_of(targets, [&](model::TypeId target) {
            return target == group.target ||
                   (types_.isAbstract(target) && types_.model().isA(group.target, target));
        });
    };
    const DefaultRef* nearestBase = nullptr;
    for (const DefaultRef& group : defaults_[map]) {
        if (!takes(group)) continue;
        if (group.source == source) return &group;
        // The narrowest base: one that is itself a kind of the one found before.
        if (types_.model().isA(source, group.source) && !types_.isAbstract(group.source) &&
            (!nearestBase || types_.model().isA(group.source, nearestBase->source)))
            nearestBase = &group;
    }
    return nearestBase;
}

}  // namespace waymark::map
