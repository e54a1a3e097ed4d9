// Turns CodeSystem, ValueSet and ConceptMap resources into tables; private to the room.
#pragma once

#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/terminology/tables.h"
#include "fhir/tree/element.h"

namespace waymark::terminology {

class ResourceLoader {
public:
    ResourceLoader(Terminology::Tables& tables, const model::Model& model, std::string_view file)
        : tables_(tables), model_(model), file_(file) {}

    Result<void> load(tree::Element resource);

private:
    void codeSystem(tree::Element resource, std::string_view url);
    void concepts(tree::Element parent, std::uint32_t parentIndex, CodeSystem& system);
    void valueSet(tree::Element resource, std::string_view url);
    void expansion(tree::Element parent, ValueSet& set);
    Clause clause(tree::Element element);
    void conceptMap(tree::Element resource, std::string_view url);
    void unmapped(tree::Element group, std::vector<ConceptTable::Unmapped>& out);

    /// The first child of this FHIR name, its text, its text copied for good.
    [[nodiscard]] tree::Element child(tree::Element of, std::string_view name) const;
    [[nodiscard]] std::string_view text(tree::Element of, std::string_view name) const;
    [[nodiscard]] std::string_view keep(tree::Element of, std::string_view name);
    void fault(IssueType type, std::string text, tree::Element at);

    Terminology::Tables& tables_;
    const model::Model& model_;
    std::string_view file_;
    std::vector<Issue> issues_;
};

}  // namespace waymark::terminology
