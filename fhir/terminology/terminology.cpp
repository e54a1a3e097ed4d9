#include "fhir/terminology/terminology.h"

#include <algorithm>

#include "fhir/terminology/loader.h"
#include "fhir/terminology/tables.h"

namespace waymark::terminology {
namespace {

constexpr int kMaxValueSetDepth = 16;
constexpr int kMaxMapChain = 8;

}  // namespace

bool CodeSystem::isA(std::string_view code, std::string_view ancestor) const {
    const Concept* at = find(code);
    while (at) {
        if (at->code == ancestor) return true;
        at = at->parent ? &concepts[at->parent - 1] : nullptr;
    }
    return false;
}

namespace {

/// Answers whether a value set holds a code. Three values: what rests on a code system or a filter
/// that is not known here is not known.
class Membership {
public:
    Membership(const Terminology::Tables& tables, std::string_view system, std::string_view code)
        : tables_(tables), system_(system), code_(code) {}

    [[nodiscard]] std::optional<bool> in(std::string_view valueSet, int depth = 0) const {
        const auto found = tables_.valueSets.find(valueSet.substr(0, valueSet.find('|')));
        if (found == tables_.valueSets.end() || depth > kMaxValueSetDepth) return std::nullopt;
        const ValueSet& set = found->second;
        if (set.expanded) return inExpansion(set);
        bool unknown = false;
        bool included = false;
        for (const Clause& clause : set.include) {
            const std::optional<bool> match = matches(clause, depth);
            if (!match)
                unknown = true;
            else if (*match)
                included = true;
        }
        if (!included) return unknown ? std::nullopt : std::optional(false);
        for (const Clause& clause : set.exclude) {
            const std::optional<bool> match = matches(clause, depth);
            if (!match) return std::nullopt;
            if (*match) return false;
        }
        return true;
    }

private:
    [[nodiscard]] bool inExpansion(const ValueSet& set) const {
        return std::ranges::any_of(set.expansion, [this](const auto& entry) {
            return entry.second == code_ && (system_.empty() || entry.first == system_);
        });
    }

    [[nodiscard]] std::optional<bool> matches(const Clause& clause, int depth) const {
        bool excluded = false;
        bool unknown = false;
        const auto also = [&](std::optional<bool> one) {
            if (!one) {
                unknown = true;
            } else if (!*one) {
                excluded = true;
            }
        };
        for (const std::string_view set : clause.valueSets) also(in(set, depth + 1));
        if (!clause.system.empty()) also(inSystem(clause));
        if (excluded) return false;
        return unknown ? std::nullopt : std::optional(true);
    }

    [[nodiscard]] std::optional<bool> inSystem(const Clause& clause) const {
        if (!system_.empty() && system_ != clause.system) return false;
        if (!clause.codes.empty()) return std::ranges::binary_search(clause.codes, code_);
        const auto found = tables_.codeSystems.find(clause.system);
        if (found == tables_.codeSystems.end()) return std::nullopt;
        const CodeSystem& system = found->second;
        if (!system.find(code_)) return system.complete ? std::optional(false) : std::nullopt;
        for (const Clause::Filter& filter : clause.filters) {
            const std::optional<bool> match = passes(system, filter);
            if (match != true) return match;
        }
        return true;
    }

    [[nodiscard]] std::optional<bool> passes(const CodeSystem& system,
                                             const Clause::Filter& filter) const {
        if (filter.property != "concept" && filter.property != "code") return std::nullopt;
        if (filter.op == "=") return filter.value == code_;
        if (filter.op == "is-a") return system.isA(code_, filter.value);
        if (filter.op == "descendent-of")
            return code_ != filter.value && system.isA(code_, filter.value);
        if (filter.op == "is-not-a") return !system.isA(code_, filter.value);
        return std::nullopt;
    }

    const Terminology::Tables& tables_;
    std::string_view system_;
    std::string_view code_;
};

}  // namespace

Terminology::Terminology() : tables_(std::make_unique<Tables>()) {}
Terminology::~Terminology() = default;
Terminology::Terminology(Terminology&&) noexcept = default;
Terminology& Terminology::operator=(Terminology&&) noexcept = default;

Result<void> Terminology::add(tree::Element resource, const model::Model& model,
                              std::string_view file) {
    return ResourceLoader(*tables_, model, file).load(resource);
}

std::optional<std::string_view> Terminology::display(std::string_view system,
                                                     std::string_view code) const {
    const auto found = tables_->codeSystems.find(system);
    if (found == tables_->codeSystems.end()) return std::nullopt;
    const Concept* known = found->second.find(code);
    return known ? std::optional(known->display) : std::nullopt;
}

std::optional<bool> Terminology::contains(std::string_view valueSet, std::string_view system,
                                          std::string_view code) const {
    return Membership(*tables_, system, code).in(valueSet);
}

std::optional<std::vector<Translation>> Terminology::translate(std::string_view conceptMap,
                                                               std::string_view system,
                                                               std::string_view code) const {
    const ConceptTable* table = this->conceptMap(conceptMap);
    if (!table) return std::nullopt;
    for (int chain = 0; chain < kMaxMapChain && table; ++chain) {
        if (table->knows(system, code)) {
            const auto found = table->find(system, code);
            return std::vector(found.begin(), found.end());
        }
        const ConceptTable::Unmapped* rule = table->unmappedFor(system);
        if (!rule) break;
        if (rule->mode == ConceptTable::Unmapped::Mode::OtherMap) {
            table = this->conceptMap(rule->otherMap);
            continue;
        }
        const bool fixed = rule->mode == ConceptTable::Unmapped::Mode::Fixed;
        const Coding kept{system.empty() ? rule->system : system, code, {}};
        return std::vector{Translation{fixed ? rule->target : kept, fixed ? "relatedto" : "equal"}};
    }
    return std::vector<Translation>();
}

const ConceptTable* Terminology::conceptMap(std::string_view url) const {
    const auto found = tables_->conceptMaps.find(url.substr(0, url.find('|')));
    return found == tables_->conceptMaps.end() ? nullptr : &found->second;
}

bool Terminology::hasConceptMap(std::string_view url) const {
    return conceptMap(url) != nullptr;
}

bool Terminology::hasCodeSystem(std::string_view url) const {
    return tables_->codeSystems.contains(url);
}

}  // namespace waymark::terminology
