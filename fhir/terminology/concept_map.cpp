#include "fhir/terminology/concept_map.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <map>
#include <utility>

namespace waymark::terminology {
namespace {

std::uint32_t hashOf(std::string_view system, std::string_view code) {
    const std::size_t hash =
        std::hash<std::string_view>()(code) * 31 + std::hash<std::string_view>()(system);
    return static_cast<std::uint32_t>(hash ^ hash >> 32U);
}

bool translates(std::string_view equivalence) {
    return equivalence != "unmatched" && equivalence != "disjoint";
}

}  // namespace

ConceptTable::ConceptTable(std::span<const Row> rows, std::span<const Unmapped> unmapped)
    : texts_(std::make_unique<tree::Arena>(4096)) {
    // The rows of one code together, in the order in which they were written. Once under their
    // system and once more under none, for codes that come without one.
    std::map<std::pair<std::string_view, std::string_view>, std::vector<const Row*>> grouped;
    for (const Row& row : rows) {
        grouped[{row.source.system, row.source.code}].push_back(&row);
        if (!row.source.system.empty()) grouped[{{}, row.source.code}].push_back(&row);
    }
    slots_.resize(std::bit_ceil(grouped.size() * 2 + 1));
    keys_.reserve(grouped.size());
    for (const auto& [key, group] : grouped) {
        const auto first = static_cast<std::uint32_t>(translations_.size());
        for (const Row* row : group) {
            if (!translates(row->equivalence)) continue;
            translations_.push_back(
                {{texts_->copy(row->target.system), texts_->copy(row->target.code),
                  texts_->copy(row->target.display)},
                 texts_->copy(row->equivalence)});
        }
        const auto count = static_cast<std::uint32_t>(translations_.size()) - first;
        insert(texts_->copy(key.first), texts_->copy(key.second), first, count);
        const bool bySystem = !key.first.empty() || group.front()->source.system.empty();
        if (count > 0 && bySystem)
            sources_.push_back({keys_.back().system, keys_.back().code,
                                texts_->copy(group.front()->source.display)});
    }
    for (const Unmapped& rule : unmapped) {
        unmapped_.push_back(
            {.system = texts_->copy(rule.system),
             .mode = rule.mode,
             .target = {texts_->copy(rule.target.system), texts_->copy(rule.target.code),
                        texts_->copy(rule.target.display)},
             .otherMap = texts_->copy(rule.otherMap)});
    }
}

void ConceptTable::insert(std::string_view system, std::string_view code, std::uint32_t first,
                          std::uint32_t count) {
    keys_.push_back({system, code});
    const std::uint32_t hash = hashOf(system, code);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].source != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {hash, first, count, static_cast<std::uint32_t>(keys_.size())};
}

const ConceptTable::Slot* ConceptTable::slot(std::string_view system, std::string_view code) const {
    if (slots_.empty()) return nullptr;
    const std::uint32_t hash = hashOf(system, code);
    for (std::size_t at = hash & (slots_.size() - 1); slots_[at].source != 0;
         at = (at + 1) & (slots_.size() - 1)) {
        const Slot& found = slots_[at];
        if (found.hash != hash) continue;
        const Key& key = keys_[found.source - 1];
        if (key.code == code && key.system == system) return &found;
    }
    return nullptr;
}

std::span<const Translation> ConceptTable::find(std::string_view system,
                                                std::string_view code) const {
    const Slot* found = slot(system, code);
    if (!found) return {};
    return std::span(translations_).subspan(found->first, found->count);
}

bool ConceptTable::knows(std::string_view system, std::string_view code) const {
    return slot(system, code) != nullptr;
}

const ConceptTable::Unmapped* ConceptTable::unmappedFor(std::string_view system) const {
    for (const Unmapped& rule : unmapped_)
        if (system.empty() || rule.system.empty() || rule.system == system) return &rule;
    return nullptr;
}

std::vector<Coding> ConceptTable::targets() const {
    std::vector<Coding> out;
    for (const Translation& translation : translations_) out.push_back(translation.target);
    for (const Unmapped& rule : unmapped_)
        if (rule.mode == Unmapped::Mode::Fixed) out.push_back(rule.target);
    return out;
}

}  // namespace waymark::terminology
