#include "fhir/map/types.h"

#include <algorithm>

#include "fhir/core/nearest.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;
using model::TypeId;
using model::TypeKind;

enum class Family : std::uint8_t {
    None,
    Text,
    Boolean,
    Whole,
    Decimal,
    Date,
    DateTime,
    Instant,
    Time
};

Family family(TypeId id) {
    switch (id) {
        case type::boolean:
            return Family::Boolean;
        case type::integer:
        case type::positiveInt:
        case type::unsignedInt:
            return Family::Whole;
        case type::decimal:
            return Family::Decimal;
        case type::date:
            return Family::Date;
        case type::dateTime:
            return Family::DateTime;
        case type::instant:
            return Family::Instant;
        case type::time:
            return Family::Time;
        default:
            return Family::Text;
    }
}

Fit primitiveFit(TypeId value, TypeId element) {
    if (value == element) return Fit::Same;
    const Family from = family(value);
    const Family to = family(element);
    // Texts without a format of their own take everything; code, uri, id ... have one.
    if (to == Family::Text) {
        const bool free = element == type::string || element == type::markdown;
        return free ? Fit::Widen : Fit::Maybe;
    }
    if (from == Family::Text) return Fit::Maybe;
    switch (to) {
        case Family::Whole:
            return from == Family::Whole || from == Family::Decimal ? Fit::Maybe : Fit::Never;
        case Family::Decimal:
            return from == Family::Whole ? Fit::Widen : Fit::Never;
        case Family::Date:
            return from == Family::DateTime || from == Family::Instant ? Fit::Narrow : Fit::Never;
        case Family::DateTime:
            return from == Family::Date || from == Family::Instant ? Fit::Widen : Fit::Never;
        case Family::Instant:
            return from == Family::DateTime ? Fit::Maybe : Fit::Never;
        default:
            return Fit::Never;
    }
}

int rank(Fit fit) {
    switch (fit) {
        case Fit::Same:
            return 5;
        case Fit::Widen:
            return 4;
        case Fit::Maybe:
            return 3;
        case Fit::Narrow:
        case Fit::Convert:
            return 2;
        case Fit::Wrap:
            return 1;
        case Fit::Never:
            break;
    }
    return 0;
}

}  // namespace

void TypeSet::add(TypeId added) {
    const auto at = std::ranges::lower_bound(types_, added);
    if (at == types_.end() || *at != added) types_.insert(at, added);
}

std::string_view Types::name(TypeId id) const {
    return model_->type(id).name;
}

TypeKind Types::kind(TypeId id) const {
    return model_->shape(id).kind;
}

bool Types::isAbstract(TypeId id) const {
    return model_->shape(id).isAbstract;
}

TypeId Types::withoutSystem(TypeId id) {
    switch (id) {
        case type::System_Boolean:
            return type::boolean;
        case type::System_String:
            return type::string;
        case type::System_Integer:
            return type::integer;
        case type::System_Decimal:
            return type::decimal;
        case type::System_Date:
            return type::date;
        case type::System_DateTime:
            return type::dateTime;
        case type::System_Time:
            return type::time;
        case type::System_Quantity:
            return type::Quantity;
        case type::System_Any:
            return model::kNoType;
        default:
            return id;
    }
}

Fit Types::fit(TypeId value, TypeId element) const {
    value = withoutSystem(value);
    if (value == model::kNoType || element == model::kNoType) return Fit::Maybe;
    if (value == element || element == model::kOpen) return Fit::Same;
    const bool primitive = isPrimitive(value);
    if (primitive && isPrimitive(element)) return primitiveFit(value, element);
    if (primitive) return Fit::Never;
    if (value == model::kOpen) return isPrimitive(element) ? Fit::Never : Fit::Convert;
    if (model_->isA(value, element)) return Fit::Same;
    // The static type may be wider than what comes: a Resource into a contained Patient.
    if (isAbstract(value) && model_->isA(element, value)) return Fit::Maybe;
    if (value == type::Coding && element == type::CodeableConcept) return Fit::Wrap;
    return Fit::Never;
}

const model::ElementDef* Types::best(TypeId value, std::span<const model::ElementDef> defs) const {
    const model::ElementDef* found = nullptr;
    int foundRank = 0;
    for (const model::ElementDef& def : defs) {
        int each = rank(fit(value, def.type)) * 2;
        // Of several that a text could become, the plain string is the least surprising.
        if (def.type == type::string) ++each;
        if (each > foundRank + (found ? 0 : 1)) {
            found = &def;
            foundRank = each;
        }
    }
    return found;
}

Types::Found Types::find(TypeId id, std::string_view name) const {
    Found found;
    if (id == model::kNoType) return found;
    if (id == model::kOpen) {
        found.open = true;
        return found;
    }
    if (const model::NameId nameId = model_->nameId(name); nameId != model::kNoName)
        found.defs = model_->elements(id, nameId);
    if (!found.defs.empty()) return found;
    if (const model::ElementDef* def = model_->elementNamed(id, name)) {
        found.defs = {def, 1};
        found.isJsonName = true;
    } else if (name == "value" && isPrimitive(id)) {
        found.self = true;
    }
    return found;
}

std::vector<std::string_view> Types::names() const {
    std::vector<std::string_view> out;
    for (std::size_t id = 1; id < model_->typeCount(); ++id)
        out.push_back(name(static_cast<TypeId>(id)));
    return out;
}

const model::Shape* Types::codes(TypeId owner, const model::ElementDef& def) const {
    const std::string_view name = model_->name(def.json);
    const model::Member* member = model_->shape(owner).find(model::NameKey::of(name), name.data());
    return member && member->codes ? &model_->codeList(member->codes) : nullptr;
}

bool Types::hasCode(const model::Shape& codes, std::string_view code, std::string& near) {
    std::vector<std::string_view> all;
    for (std::size_t i = 0; i < codes.memberCount; ++i)
        all.push_back(codes.nameOf(codes.members[i]));
    if (std::ranges::find(all, code) != all.end()) return true;
    near = didYouMean(code, all);
    return false;
}

std::vector<TypeId> Types::concrete(TypeId id) const {
    if (!isAbstract(id)) return {id};
    std::vector<TypeId> out;
    for (std::size_t each = 1; each < model_->typeCount(); ++each) {
        const auto candidate = static_cast<TypeId>(each);
        if (!isAbstract(candidate) && model_->isA(candidate, id)) out.push_back(candidate);
    }
    return out;
}

std::string Types::describe(const TypeSet& types) const {
    if (types.isAny()) return "anything";
    std::string out;
    std::size_t left = types.types().size();
    for (const TypeId id : types.types()) {
        if (!out.empty()) out += left == 1 ? " or " : ", ";
        out += name(id);
        --left;
    }
    return out;
}

std::string Types::describe(std::span<const model::ElementDef> defs) const {
    TypeSet types;
    for (const model::ElementDef& def : defs) types.add(def.type);
    return describe(types);
}

std::vector<std::string_view> Types::elementNames(const TypeSet& types) const {
    std::vector<std::string_view> out;
    for (const TypeId id : types.types()) {
        for (const model::ElementDef& def : model_->type(id).elements) {
            out.push_back(model_->name(def.name));
            if (def.choice) out.push_back(model_->name(def.json));
        }
    }
    return out;
}

}  // namespace waymark::map
