#include "fhir/model/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "fhir/core/check.h"
#include "fhir/model/loader.h"
#include "fhir/model/shape.h"
#include "fhir/model/tables.h"

namespace waymark::model {

Model::Model(std::unique_ptr<const Tables> tables) : tables_(std::move(tables)) {}
Model::~Model() = default;

const Model& Model::r4() {
    static const Model* const model = [] {
        Loader loader;
        loader.addR4();
        return new Model(loader.finish());
    }();
    return *model;
}

namespace {

bool needs(const TypeSpec& spec, std::string_view name) {
    if (spec.name == name) return false;
    return spec.base == name || std::ranges::any_of(spec.elements, [&](const ElementSpec& element) {
               return std::ranges::find(element.types, name) != element.types.end();
           });
}

/// Models that others are made of come first. Those that need each other stay as they stand.
std::vector<const TypeSpec*> inOrderOfNeed(std::span<const TypeSpec> specs) {
    std::vector<const TypeSpec*> left;
    for (const TypeSpec& spec : specs) left.push_back(&spec);
    std::vector<const TypeSpec*> out;
    while (!left.empty()) {
        auto next = std::ranges::find_if(left, [&](const TypeSpec* spec) {
            return std::ranges::none_of(
                left, [&](const TypeSpec* other) { return needs(*spec, other->name); });
        });
        if (next == left.end()) next = left.begin();
        out.push_back(*next);
        left.erase(next);
    }
    return out;
}

}  // namespace

Result<std::shared_ptr<const Model>> Model::extend(std::span<const TypeSpec> specs) {
    Loader loader;
    loader.addR4();
    for (const TypeSpec* spec : inOrderOfNeed(specs)) loader.addSpec(*spec);
    if (loader.issues().empty()) {
        if (auto tables = loader.finish()) {
            return std::shared_ptr<const Model>(new Model(std::move(tables)));
        }
    }
    return std::unexpected(Failure(Kind::Incorrect, std::move(loader.issues())));
}

TypeId Model::typeNamed(std::string_view name) const {
    const auto found = tables_->typeIds.find(name);
    return found == tables_->typeIds.end() ? kNoType : found->second;
}

TypeId Model::typeAt(std::string_view canonical) const {
    const auto found = tables_->urls.find(std::string(canonical));
    return found == tables_->urls.end() ? kNoType : found->second;
}

const Type& Model::type(TypeId id) const {
    check(id < tables_->types.size(), "a type id of this model");
    return tables_->types[id];
}

std::size_t Model::typeCount() const {
    return tables_->types.size();
}

bool Model::isA(TypeId type, TypeId base) const {
    while (type != kNoType && type != base) type = tables_->types[type].base;
    return type != kNoType;
}

NameId Model::nameId(std::string_view name) const {
    const auto found = tables_->nameIds.find(name);
    return found == tables_->nameIds.end() ? kNoName : found->second;
}

std::string_view Model::name(NameId id) const {
    check(id < tables_->names.size(), "a name id of this model");
    return tables_->names[id];
}

std::size_t Model::nameCount() const {
    return tables_->names.size();
}

std::span<const std::string_view> Model::names() const {
    return tables_->names;
}

const ElementDef* Model::elementNamed(TypeId type, std::string_view jsonName) const {
    if (jsonName.empty() || jsonName.size() > 255) return nullptr;
    const Member* member = shape(type).find(NameKey::of(jsonName), jsonName.data());
    if (!member) return nullptr;
    return &tables_->defs[static_cast<std::size_t>(member - tables_->members.data())];
}

std::span<const ElementDef> Model::elements(TypeId type, NameId name) const {
    const std::span<const ElementDef> all = this->type(type).elements;
    std::size_t first = 0;
    while (first < all.size() && all[first].name != name) ++first;
    std::size_t end = first;
    while (end < all.size() && all[end].name == name) ++end;
    return all.subspan(first, end - first);
}

const Shape& Model::shape(TypeId id) const {
    check(id < tables_->shapes.size(), "a type id of this model");
    return tables_->shapes[id];
}

std::span<const Shape> Model::shapes() const {
    return tables_->shapes;
}

const Shape& Model::codeList(std::uint16_t number) const {
    check(number > 0 && number <= tables_->codeLists.size(), "a code list of this model");
    return tables_->codeLists[number - 1U];
}

TypeId Model::resourceNamed(std::string_view name) const {
    if (name.empty() || name.size() > 255) return kNoType;
    const Member* member = tables_->resources.find(NameKey::of(name), name.data());
    return member ? member->def.type : kNoType;
}

}  // namespace waymark::model
