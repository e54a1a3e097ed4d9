#include "fhir/terminology/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace waymark::terminology {

tree::Element ResourceLoader::child(tree::Element of, std::string_view name) const {
    return of.child(model_.nameId(name));
}

std::string_view ResourceLoader::text(tree::Element of, std::string_view name) const {
    const tree::Element found = child(of, name);
    return found ? found.text() : std::string_view();
}

std::string_view ResourceLoader::keep(tree::Element of, std::string_view name) {
    return tables_.texts.copy(text(of, name));
}

void ResourceLoader::fault(IssueType type, std::string text, tree::Element at) {
    issues_.push_back(Issue{.severity = Severity::Error,
                            .type = type,
                            .text = std::move(text),
                            .expression = tree::expressionTo(at, model_),
                            .at = {},
                            .code = {},
                            .file = std::string(file_)});
}

Result<void> ResourceLoader::load(tree::Element resource) {
    const std::string_view type = model_.type(resource.type()).name;
    const std::string_view url = keep(resource, "url");
    const bool known = type == "CodeSystem"   ? tables_.codeSystems.contains(url)
                       : type == "ValueSet"   ? tables_.valueSets.contains(url)
                       : type == "ConceptMap" ? tables_.conceptMaps.contains(url)
                                              : false;
    if (type != "CodeSystem" && type != "ValueSet" && type != "ConceptMap") {
        fault(
            IssueType::NotSupported,
            fmt::format("a {} is no part of a terminology; expected a CodeSystem, a ValueSet or a "
                        "ConceptMap",
                        type),
            resource);
    } else if (url.empty()) {
        fault(IssueType::Required, fmt::format("this {} has no url", type), resource);
    } else if (known) {
        fault(IssueType::Duplicate, fmt::format("a second {} with the url {}", type, url),
              resource);
    } else if (type == "CodeSystem") {
        codeSystem(resource, url);
    } else if (type == "ValueSet") {
        valueSet(resource, url);
    } else {
        conceptMap(resource, url);
    }
    if (issues_.empty()) return {};
    return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
}

void ResourceLoader::codeSystem(tree::Element resource, std::string_view url) {
    CodeSystem system;
    system.complete = text(resource, "content") == "complete";
    concepts(resource, 0, system);
    tables_.codeSystems.emplace(url, std::move(system));
}

/// The reader limits the depth of what it reads, and so of this.
void ResourceLoader::concepts(tree::Element parent, std::uint32_t parentIndex, CodeSystem& system) {
    for (tree::Element at = child(parent, "concept"); at; at = at.nextSame()) {
        const std::string_view code = keep(at, "code");
        if (code.empty()) {
            fault(IssueType::Required, "this concept has no code", at);
            continue;
        }
        const auto index = static_cast<std::uint32_t>(system.concepts.size());
        if (!system.byCode.emplace(code, index).second) {
            fault(IssueType::Duplicate, fmt::format("a second concept with the code `{}`", code),
                  at);
            continue;
        }
        system.concepts.push_back({code, keep(at, "display"), parentIndex});
        concepts(at, index + 1, system);
    }
}

void ResourceLoader::valueSet(tree::Element resource, std::string_view url) {
    ValueSet set;
    if (const tree::Element compose = child(resource, "compose")) {
        for (tree::Element at = child(compose, "include"); at; at = at.nextSame())
            set.include.push_back(clause(at));
        for (tree::Element at = child(compose, "exclude"); at; at = at.nextSame())
            set.exclude.push_back(clause(at));
    } else if (const tree::Element expanded = child(resource, "expansion")) {
        set.expanded = true;
        expansion(expanded, set);
        std::ranges::sort(set.expansion);
    } else {
        fault(IssueType::Required, "this ValueSet has neither compose nor expansion", resource);
    }
    tables_.valueSets.emplace(url, std::move(set));
}

void ResourceLoader::expansion(tree::Element parent, ValueSet& set) {
    for (tree::Element at = child(parent, "contains"); at; at = at.nextSame()) {
        if (!text(at, "code").empty() && text(at, "abstract") != "true")
            set.expansion.emplace_back(keep(at, "system"), keep(at, "code"));
        expansion(at, set);
    }
}

Clause ResourceLoader::clause(tree::Element element) {
    Clause out;
    out.system = keep(element, "system");
    for (tree::Element at = child(element, "concept"); at; at = at.nextSame())
        out.codes.push_back(keep(at, "code"));
    for (tree::Element at = child(element, "filter"); at; at = at.nextSame())
        out.filters.push_back({keep(at, "property"), keep(at, "op"), keep(at, "value")});
    for (tree::Element at = child(element, "valueSet"); at; at = at.nextSame()) {
        std::string_view canonical = tables_.texts.copy(at.text());
        out.valueSets.push_back(canonical.substr(0, canonical.find('|')));
    }
    std::ranges::sort(out.codes);
    if (out.system.empty() && out.valueSets.empty())
        fault(IssueType::Required, "this clause names neither a system nor a value set", element);
    else if (!out.system.empty() && out.codes.empty() && !tables_.codeSystems.contains(out.system))
        fault(IssueType::NotFound,
              fmt::format("the code system {} is not known here, so its codes must be listed",
                          out.system),
              element);
    return out;
}

void ResourceLoader::conceptMap(tree::Element resource, std::string_view url) {
    std::vector<ConceptTable::Row> rows;
    std::vector<ConceptTable::Unmapped> rules;
    for (tree::Element group = child(resource, "group"); group; group = group.nextSame()) {
        const std::string_view from = text(group, "source");
        const std::string_view to = text(group, "target");
        for (tree::Element at = child(group, "element"); at; at = at.nextSame()) {
            const Coding source{from, text(at, "code"), text(at, "display")};
            if (source.code.empty()) {
                fault(IssueType::Required, "this element has no code", at);
                continue;
            }
            const tree::Element first = child(at, "target");
            if (!first) rows.push_back({source, {to, {}, {}}, "unmatched"});
            for (tree::Element target = first; target; target = target.nextSame()) {
                const std::string_view equivalence = text(target, "equivalence");
                const Coding coding{to, text(target, "code"), text(target, "display")};
                if (coding.code.empty() && equivalence != "unmatched")
                    fault(IssueType::Required,
                          "this target has no code; only an unmatched one may have none", target);
                rows.push_back({source, coding, equivalence.empty() ? "relatedto" : equivalence});
            }
        }
        unmapped(group, rules);
    }
    tables_.conceptMaps.emplace(url, ConceptTable(rows, rules));
}

void ResourceLoader::unmapped(tree::Element group, std::vector<ConceptTable::Unmapped>& out) {
    const tree::Element rule = child(group, "unmapped");
    if (!rule) return;
    const std::string_view mode = text(rule, "mode");
    ConceptTable::Unmapped entry{.system = text(group, "source"),
                                 .mode = ConceptTable::Unmapped::Mode::Provided,
                                 .target = {text(group, "target"), {}, {}},
                                 .otherMap = {}};
    if (mode == "fixed") {
        entry.mode = ConceptTable::Unmapped::Mode::Fixed;
        entry.target.code = text(rule, "code");
        entry.target.display = text(rule, "display");
        if (entry.target.code.empty())
            fault(IssueType::Required, "unmapped with mode fixed needs a code", rule);
    } else if (mode == "other-map") {
        entry.mode = ConceptTable::Unmapped::Mode::OtherMap;
        entry.otherMap = text(rule, "url");
        if (entry.otherMap.empty())
            fault(IssueType::Required, "unmapped with mode other-map needs a url", rule);
    } else if (mode != "provided") {
        fault(IssueType::Value, "the mode of unmapped is provided, fixed or other-map", rule);
    }
    out.push_back(entry);
}

}  // namespace waymark::terminology
