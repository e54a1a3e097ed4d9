#include "mappings/coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "fhir/map/case_runner.h"
#include "fhir/terminology/concept_map.h"

namespace waymark::mappings {
namespace {

json::DocumentLimits wide() {
    return {.bytes = 16U * 1024 * 1024, .depth = 128, .values = 1'000'000};
}

std::string below(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

/// The paths of all values in the order of the text, without indexes.
void leaves(const json::Value& value, const std::string& path, std::vector<std::string>& out) {
    for (const json::Member& member : value.members())
        leaves(member.value, below(path, member.name), out);
    for (const json::Value& item : value.items()) leaves(item, path, out);
    if (!value.isObject() && !value.isArray()) out.push_back(path);
}

/// The JSON without its leaf number `skip`; none when nothing is left of it.
std::optional<std::string> without(const json::Value& value, std::size_t skip, std::size_t& next) {
    std::string out;
    json::Writer writer(out);
    bool any = false;
    if (value.isObject()) {
        writer.beginObject();
        for (const json::Member& member : value.members()) {
            const auto kept = without(member.value, skip, next);
            if (kept) writer.key(member.name).raw(*kept);
            any = any || kept;
        }
        writer.endObject();
    } else if (value.isArray()) {
        writer.beginArray();
        for (const json::Value& item : value.items()) {
            const auto kept = without(item, skip, next);
            if (kept) writer.raw(*kept);
            any = any || kept;
        }
        writer.endArray();
    } else {
        any = next++ != skip;
        value.write(writer);
    }
    if (!any) return std::nullopt;
    return out;
}

/// The elements of a type that are defined in place, not those of datatypes within it.
void structure(const model::Model& model, model::TypeId id, const std::string& path,
               std::string_view root, std::set<model::TypeId>& above,
               std::vector<std::string>& out) {
    static constexpr std::string_view kCommon[] = {
        "id", "extension", "modifierExtension", "meta", "language", "implicitRules", "contained"};
    if (!above.insert(id).second) return;
    std::string_view last;
    for (const model::ElementDef& def : model.type(id).elements) {
        const std::string_view name = model.name(def.name);
        if (name == last || std::ranges::find(kCommon, name) != std::end(kCommon)) continue;
        last = name;
        const std::string here = below(path, name);
        const std::string_view type = model.type(def.type).name;
        if (type.starts_with(root) && type.size() > root.size() && type[root.size()] == '.')
            structure(model, def.type, here, root, above, out);
        else
            out.push_back(here);
    }
    above.erase(id);
}

void filled(tree::Element element, const model::Model& model, const std::string& path,
            std::unordered_set<std::string>& out) {
    for (const tree::Element child : element.children()) {
        const std::string here = below(path, tree::nameOf(child, model));
        out.insert(here);
        filled(child, model, here, out);
    }
}

void texts(tree::Element element, std::unordered_set<std::string>& out) {
    if (element.hasValue()) out.emplace(element.text());
    for (const tree::Element child : element.children()) texts(child, out);
}

/// The ConceptMaps that a map's rules name, its own and those of the maps that it imports.
class ConceptMaps {
public:
    explicit ConceptMaps(const Workshop& workshop) : workshop_(workshop) {}

    void of(const map::ast::Map& map) {
        if (!seen_.insert(map.url.text).second) return;
        for (const map::ast::Group& group : map.groups) rules(group.rules, map);
        for (const map::ast::Name& import : map.imports)
            if (const map::ast::Map* other = workshop_.source(import.text)) of(*other);
    }

    /// (title, code) of every row that has a target.
    std::set<std::pair<std::string, std::string>> codes;

private:
    void rules(const std::vector<map::ast::Rule>& all, const map::ast::Map& map) {
        for (const map::ast::Rule& rule : all) {
            for (const map::ast::Target& target : rule.targets) {
                if (!target.transform || target.transform->name != "translate" ||
                    target.transform->parameters.size() < 2)
                    continue;
                named(target.transform->parameters[1].text, map);
            }
            rules(rule.rules, map);
        }
    }

    void named(const std::string& url, const map::ast::Map& map) {
        const std::string title = url.substr(url.find_last_of("/#") + 1);
        if (const auto* table = workshop_.terminology().conceptMap(url))
            for (const terminology::Coding& coding : table->sources())
                codes.emplace(title, coding.code);
        for (const map::ast::ConceptMap& own : map.conceptMaps)
            if (own.id.text == title)
                for (const map::ast::ConceptRow& row : own.rows)
                    if (!row.target.code.empty()) codes.emplace(title, row.source.code);
    }

    const Workshop& workshop_;
    std::set<std::string> seen_;
};

class Measuring {
public:
    Measuring(const Workshop& workshop, std::string_view url) : workshop_(workshop) {
        out_.map = url;
    }

    Result<void> example(const Example& example) {
        ExampleRun run(workshop_);
        if (auto done = run.read(example); !done) return done;
        const auto made = run.run();
        if (!made) return std::unexpected(made.error());
        ++out_.examples;
        filled(*made, workshop_.model(), {}, filled_);
        for (const tree::Element input : run.inputs()) texts(input, texts_);
        auto text = readText(example.file(".in.json"));
        if (!text) return std::unexpected(std::move(text.error()));
        const auto input = json::Value::parse(*text, wide());
        if (!input) return std::unexpected(input.error());
        withoutEach(example, *input, shown(*made, workshop_.model()));
        return {};
    }

    Coverage take() {
        out_.sourceElements = sources_.size();
        for (const auto& [path, used] : sources_)
            if (!used) out_.dropped.push_back(path);
        targets();
        if (const map::ast::Map* map = workshop_.source(out_.map)) {
            ConceptMaps maps(workshop_);
            maps.of(*map);
            out_.codes = maps.codes.size();
            for (const auto& [title, code] : maps.codes)
                if (!texts_.contains(code)) out_.unmet.push_back(fmt::format("{} {}", title, code));
        }
        return std::move(out_);
    }

private:
    /// Values that are known to count are not tried again.
    void withoutEach(const Example& example, const json::Value& input, const std::string& whole) {
        std::vector<std::string> paths;
        leaves(input, {}, paths);
        for (std::size_t i = 0; i < paths.size(); ++i) {
            if (paths[i] == "resourceType") continue;
            bool& used = sources_[paths[i]];
            used = used || counts(example, input, i, whole);
        }
    }

    bool counts(const Example& example, const json::Value& input, std::size_t leaf,
                const std::string& whole) {
        std::size_t next = 0;
        const auto less = without(input, leaf, next);
        ExampleRun run(workshop_);
        // What cannot even be read or mapped without it needs it.
        if (!less || !run.read(example, *less)) return true;
        const auto made = run.run();
        return !made || shown(*made, workshop_.model()) != whole;
    }

    void targets() {
        const auto signature = workshop_.maps().signature(out_.map);
        if (!signature || signature->target == model::kNoType) return;
        const model::Model& model = workshop_.model();
        std::set<model::TypeId> above;
        std::vector<std::string> all;
        structure(model, signature->target, {}, model.type(signature->target).name, above, all);
        out_.targetElements = all.size();
        for (std::string& path : all)
            if (!filled_.contains(path)) out_.unfilled.push_back(std::move(path));
    }

    const Workshop& workshop_;
    Coverage out_;
    std::map<std::string, bool> sources_;
    std::unordered_set<std::string> filled_;
    std::unordered_set<std::string> texts_;
};

void compare(const json::Value* before, const json::Value* after, const std::string& path,
             std::vector<Difference>& out) {
    const bool objects = before && after && before->isObject() && after->isObject();
    const bool arrays = before && after && before->isArray() && after->isArray();
    if (objects) {
        for (const json::Member& member : before->members())
            compare(&member.value, after->find(member.name), below(path, member.name), out);
        for (const json::Member& member : after->members())
            if (!before->find(member.name))
                compare(nullptr, &member.value, below(path, member.name), out);
        return;
    }
    if (arrays) {
        const std::size_t size = std::max(before->items().size(), after->items().size());
        for (std::size_t i = 0; i < size; ++i)
            compare(i < before->items().size() ? &before->items()[i] : nullptr,
                    i < after->items().size() ? &after->items()[i] : nullptr,
                    fmt::format("{}[{}]", path, i), out);
        return;
    }
    std::string difference;
    if (before && after && map::sameJson(*before, *after, difference)) return;
    out.push_back({.path = path,
                   .before = before ? before->json() : std::string(),
                   .after = after ? after->json() : std::string()});
}

}  // namespace

Result<Coverage> coverageOf(const Workshop& workshop, std::string_view url,
                            std::span<const Example> examples) {
    Measuring measuring(workshop, url);
    for (const Example& example : examples)
        if (auto done = measuring.example(example); !done)
            return std::unexpected(std::move(done.error()));
    return measuring.take();
}

std::vector<Difference> differences(const json::Value& before, const json::Value& after) {
    std::vector<Difference> out;
    compare(&before, &after, {}, out);
    return out;
}

}  // namespace waymark::mappings
