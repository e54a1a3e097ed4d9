#include "fhir/path/static_type.h"

#include <algorithm>

namespace waymark::path {

void StaticType::add(model::TypeId type, tree::Arena& arena) {
    if (type == model::kNoType) return widen();
    if (isAny()) return;
    any_ = false;
    if (std::ranges::find(types(), type) != types().end()) return;
    if (size_ == 0) {
        one_ = type;
        size_ = 1;
        return;
    }
    // A new list each time: copies of this set may share the old one.
    const auto grown = arena.array<model::TypeId>(size_ + 1U);
    std::ranges::copy(types(), grown.begin());
    grown[size_] = type;
    list_ = grown.data();
    ++size_;
}

StaticType StaticType::of(std::span<const model::ElementDef> alternatives, tree::Arena& arena) {
    if (alternatives.size() == 1) return one(alternatives.front().type);
    StaticType result = nothing();
    const auto list = arena.array<model::TypeId>(alternatives.size());
    std::ranges::transform(alternatives, list.begin(), &model::ElementDef::type);
    result.list_ = list.data();
    result.size_ = static_cast<std::uint16_t>(list.size());
    return result;
}

void StaticType::add(const StaticType& other, tree::Arena& arena) {
    if (other.isAny()) return widen();
    for (const model::TypeId type : other.types()) add(type, arena);
}

KindSet StaticType::kinds() const {
    if (isAny()) return kEveryKind;
    KindSet kinds = 0;
    for (const model::TypeId type : types()) {
        kinds |= bit(type == kTypeInfoType ? ValueKind::TypeInfo : systemKind(type));
        if (type == model::kOpen) kinds = kEveryKind;
    }
    return kinds;
}

std::string describe(const StaticType& type, const model::Model& model) {
    if (type.isAny()) return "anything";
    if (type.isNothing()) return "nothing";
    std::string text;
    std::size_t shown = 0;
    for (const model::TypeId id : type.types()) {
        if (shown == 4) return text.append(" or another type");
        if (shown++ > 0) text.append(" or ");
        text.append(id == kTypeInfoType ? std::string_view("TypeInfo") : model.type(id).name);
    }
    return text;
}

}  // namespace waymark::path
