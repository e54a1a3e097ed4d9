#include "fhir/model/facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/core/check.h"
#include "fhir/model/lines.h"

namespace waymark::model {
namespace {

constexpr std::string_view kInvariants =
#include "fhir/model/r4_invariants.inc"
    ;

constexpr std::string_view kTargets =
#include "fhir/model/r4_targets.inc"
    ;

constexpr std::string_view kSearch =
#include "fhir/model/r4_search.inc"
    ;

using Place = std::pair<TypeId, NameId>;

/// "Patient.contact.gender": the type that owns the element, and the element.
Place elementAt(const Model& model, std::string_view path) {
    const std::size_t dot = path.rfind('.');
    check(dot != std::string_view::npos, "a path of an element in the generated facts");
    const Place place{model.typeNamed(path.substr(0, dot)), model.nameId(path.substr(dot + 1))};
    check(place.first != kNoType && place.second != kNoName,
          "a path of the generated facts exists");
    return place;
}

/// A path that is a type itself has no element.
Place typeOrElementAt(const Model& model, std::string_view path) {
    const TypeId type = model.typeNamed(path);
    return type != kNoType ? Place{type, kNoName} : elementAt(model, path);
}

std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            plain.push_back(text[i]);
        } else {
            ++i;
            plain.push_back(text[i] == 'n' ? '\n' : text[i]);
        }
    }
    return plain;
}

SearchType searchTypeNamed(std::string_view name) {
    static constexpr std::array<std::string_view, 9> kNames = {"number",   "date",      "string",
                                                               "token",    "reference", "composite",
                                                               "quantity", "uri",       "special"};
    const auto found = std::ranges::find(kNames, name);
    check(found != kNames.end(), "a search type of the generated facts");
    return static_cast<SearchType>(found - kNames.begin());
}

std::vector<TypeId> typesNamed(const Model& model, std::string_view list) {
    std::vector<TypeId> types;
    if (list.empty() || list == "*") return types;
    for (const std::string_view name : split(list, ',')) {
        const TypeId type = model.typeNamed(name);
        check(type != kNoType, "a type of the generated facts exists");
        types.push_back(type);
    }
    return types;
}

}  // namespace

struct Facts::Tables {
    const Model& model = Model::r4();
    std::map<Place, Binding> bindings;
    std::unordered_map<std::string, ValueSet> valueSets;
    std::unordered_map<TypeId, std::vector<Invariant>> invariants;
    std::map<Place, std::vector<TypeId>> targets;
    std::vector<SearchParameter> search;

    void addBinding(std::string_view line) {
        const auto fields = split(line, ' ');
        Binding binding;
        const Place place = elementAt(model, fields[1]);
        binding.owner = place.first;
        binding.element = place.second;
        binding.strength = fields[0] == "r"   ? Strength::Required
                           : fields[0] == "e" ? Strength::Extensible
                                              : Strength::Preferred;
        binding.valueSet = valueSetUrl(fields[2]);
        if (fields.size() > 3) binding.maximum = valueSetUrl(fields[3]);
        bindings.emplace(place, std::move(binding));
    }

    void addInvariant(std::string_view line) {
        const auto fields = split(line, '\t');
        const Place place = typeOrElementAt(model, fields[1]);
        Invariant invariant;
        invariant.owner = place.first;
        invariant.element = place.second;
        invariant.isError = fields[0].front() == 'e';
        invariant.isBestPractice = fields[0].ends_with('!');
        invariant.key = fields[2];
        invariant.human = unescape(fields[3]);
        invariant.expression = unescape(fields[4]);
        invariants[place.first].push_back(std::move(invariant));
    }

    void addTargets(std::string_view line) {
        const auto fields = split(line, ' ');
        auto& types = targets[elementAt(model, fields[0])];
        for (std::size_t i = 1; i < fields.size(); ++i) types.push_back(model.typeNamed(fields[i]));
    }

    void addSearchParameter(std::string_view line) {
        const auto fields = split(line, '\t');
        SearchParameter parameter;
        parameter.type = searchTypeNamed(fields[0]);
        parameter.code = fields[1];
        parameter.bases = typesNamed(model, fields[2]);
        parameter.targets = typesNamed(model, fields[3]);
        parameter.expression = unescape(fields[4]);
        search.push_back(std::move(parameter));
    }

    void addValueSets() {
        ValueSet* current = nullptr;
        forEachLine(codeLines(), [&](std::string_view line) {
            if (!line.starts_with(' ')) {
                std::string url = valueSetUrl(line);
                current = &valueSets[url];
                current->url = std::move(url);
                return;
            }
            if (line == " *") {
                current->isOpen = true;
                return;
            }
            auto fields = split(line.substr(1), '\t');
            CodeGroup group;
            group.system = fields.front();
            fields.erase(fields.begin());
            group.isOpen = fields.size() == 1 && fields.front() == "*";
            if (!group.isOpen) group.codes = std::move(fields);
            current->groups.push_back(std::move(group));
        });
    }
};

std::optional<bool> ValueSet::contains(std::string_view system, std::string_view code) const {
    if (isOpen) return std::nullopt;
    bool sure = true;
    for (const CodeGroup& group : groups) {
        if (!system.empty() && group.system != system) continue;
        if (group.isOpen) sure = false;
        if (std::ranges::find(group.codes, code) != group.codes.end()) return true;
    }
    return sure ? std::optional(false) : std::nullopt;
}

Facts::Facts() : tables_(std::make_unique<Tables>()) {
    forEachLine(bindingLines(), [&](std::string_view line) { tables_->addBinding(line); });
    forEachLine(kInvariants, [&](std::string_view line) { tables_->addInvariant(line); });
    forEachLine(kTargets, [&](std::string_view line) { tables_->addTargets(line); });
    forEachLine(kSearch, [&](std::string_view line) { tables_->addSearchParameter(line); });
    tables_->addValueSets();
}

Facts::~Facts() = default;

const Facts& Facts::r4() {
    static const Facts* const facts = new Facts();
    return *facts;
}

const Binding* Facts::binding(TypeId owner, NameId element) const {
    for (; owner != kNoType && owner < tables_->model.typeCount();
         owner = tables_->model.type(owner).base) {
        const auto found = tables_->bindings.find({owner, element});
        if (found != tables_->bindings.end()) return &found->second;
    }
    return nullptr;
}

const ValueSet* Facts::valueSet(std::string_view url) const {
    const auto found = tables_->valueSets.find(std::string(url));
    return found == tables_->valueSets.end() ? nullptr : &found->second;
}

std::span<const Invariant> Facts::invariants(TypeId owner) const {
    const auto found = tables_->invariants.find(owner);
    return found == tables_->invariants.end() ? std::span<const Invariant>() : found->second;
}

std::span<const TypeId> Facts::targets(TypeId owner, NameId element) const {
    for (; owner != kNoType && owner < tables_->model.typeCount();
         owner = tables_->model.type(owner).base) {
        const auto found = tables_->targets.find({owner, element});
        if (found != tables_->targets.end()) return found->second;
    }
    return {};
}

std::span<const SearchParameter> Facts::searchParameters() const {
    return tables_->search;
}

const SearchParameter* Facts::searchParameter(TypeId resource, std::string_view code) const {
    for (const SearchParameter& parameter : tables_->search) {
        if (parameter.code != code) continue;
        for (const TypeId base : parameter.bases) {
            if (tables_->model.isA(resource, base)) return &parameter;
        }
    }
    return nullptr;
}

}  // namespace waymark::model
