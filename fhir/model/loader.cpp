#include "fhir/model/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "fhir/core/check.h"
#include "fhir/core/nearest.h"
#include "fhir/model/format.h"
#include "fhir/model/lines.h"

namespace waymark::model {
namespace {

constexpr std::string_view kR4Types =
#include "fhir/model/r4_types.inc"
    ;

constexpr std::size_t kPadding = 16;
constexpr std::size_t kMostMembers = 254;  // a slot is a byte, and 0 means none
constexpr std::string_view kCanonical = "http://hl7.org/fhir/StructureDefinition/";

TypeKind kindOf(char letter) {
    switch (letter) {
        case 'P':
            return TypeKind::Primitive;
        case 'C':
            return TypeKind::Complex;
        case 'B':
            return TypeKind::Backbone;
        case 'R':
            return TypeKind::Resource;
        case 'S':
            return TypeKind::System;
        default:
            break;
    }
    check(false, "kind letter in r4_types.inc");
    return TypeKind::None;
}

std::string choiceName(std::string_view name, std::string_view type) {
    std::string json(name);
    json += type;
    char& first = json[name.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    return json;
}

}  // namespace

Loader::Loader() : tables_(std::make_unique<Model::Tables>()) {
    tables_->names.emplace_back();
    drafts_.push_back({});
    drafts_.push_back(
        {.name = "Open", .base = {}, .kind = TypeKind::Open, .isAbstract = false, .own = {}});
    draftIds_["Open"] = kOpen;
}

void Loader::addR4() {
    forEachLine(kR4Types, [&](std::string_view line) {
        if (line.front() == ' ') {
            addElement(line.substr(1));
        } else {
            addHeader(line);
        }
    });
    for (const DraftType& type : drafts_) {
        if (type.name == "Extension") openTypes_ = type.own.back().types;
    }
    for (DraftType& type : drafts_) {
        for (Draft& element : type.own) {
            if (element.types.front() == "&") element.types = openTypes_;
        }
    }
    addCodeLists();
}

/// Code lists of the elements of type code whose value set is known whole.
void Loader::addCodeLists() {
    std::unordered_map<std::string_view, std::vector<std::string_view>> codes;
    std::string_view valueSet;
    forEachLine(codeLines(), [&](std::string_view line) {
        if (!line.starts_with(' ')) {
            valueSet = line;
            return;
        }
        auto fields = split(line, '\t');
        auto& list = codes[valueSet];
        list.insert(list.end(), fields.begin() + 1, fields.end());
        if (fields.back() == "*" || fields.size() == 1) list.emplace_back("*");
    });
    std::unordered_map<std::string_view, std::size_t> numbers;
    forEachLine(bindingLines(), [&](std::string_view line) {
        const auto fields = split(line, ' ');
        const auto found = codes.find(fields[2]);
        if (fields[0] != "r" || found == codes.end()) return;
        std::vector<std::string_view>& list = found->second;
        if (list.size() > kMostMembers || std::ranges::find(list, "*") != list.end()) return;
        std::ranges::sort(list);
        list.erase(std::unique(list.begin(), list.end()), list.end());
        const auto [number, isNew] = numbers.try_emplace(fields[2], codeLists_.size() + 1);
        if (isNew) codeLists_.push_back(list);
        const std::size_t dot = fields[1].rfind('.');
        DraftType& owner = draft(fields[1].substr(0, dot));
        const auto element = std::ranges::find(owner.own, fields[1].substr(dot + 1), &Draft::name);
        check(element != owner.own.end(), "a bound element exists");
        element->codes = static_cast<std::uint16_t>(number->second);
    });
}

void Loader::addHeader(std::string_view line) {
    const auto parts = split(line, ' ');
    check(parts.size() == 2 || parts.size() == 3, "type line in r4_types.inc");
    DraftType type;
    type.kind = kindOf(parts[0].front());
    type.isAbstract = parts[0].size() > 1;
    type.name = parts[1];
    if (parts.size() == 3) type.base = parts[2];
    draftIds_[type.name] = drafts_.size();
    drafts_.push_back(std::move(type));
}

void Loader::addElement(std::string_view line) {
    const std::size_t space = line.find(' ');
    check(space != std::string_view::npos, "element line in r4_types.inc");
    Draft element;
    const char cardinality = line[space - 1];
    element.repeats = cardinality == '*' || cardinality == '+';
    element.required = cardinality == '1' || cardinality == '+';
    element.removed = cardinality == '0';
    element.name = line.substr(0, space - 1);
    if (element.name.back() == '[') {
        element.choice = true;
        element.name.remove_suffix(1);
    }
    if (element.name.back() == '@') {
        element.attribute = true;
        element.name.remove_suffix(1);
    }
    element.types = split(line.substr(space + 1), '|');
    DraftType& owner = drafts_.back();
    if (element.types.front() == ".") {
        element.types.front() = keep(fmt::format("{}.{}", owner.name, element.name));
    }
    owner.own.push_back(std::move(element));
}

std::string_view Loader::keep(std::string text) {
    tables_->texts.push_back(std::make_unique<std::string>(std::move(text)));
    return *tables_->texts.back();
}

Loader::DraftType& Loader::draft(std::string_view name) {
    const auto found = draftIds_.find(name);
    check(found != draftIds_.end(), "a type that exists");
    return drafts_[found->second];
}

TypeId Loader::idOf(std::string_view typeName) const {
    if (typeName.empty()) return kNoType;
    const auto found = draftIds_.find(typeName);
    return found == draftIds_.end() ? kNoType : static_cast<TypeId>(found->second);
}

// ---- logical models
// ------------------------------------------------------------------------------

void Loader::refuse(const TypeSpec& spec, std::string_view path, std::string text) {
    issues_.push_back(Issue{.type = IssueType::Invalid,
                            .text = fmt::format("{}: {}", path, text),
                            .expression = std::string(path),
                            .at = {},
                            .code = {},
                            .file = spec.url});
}

void Loader::addSpec(const TypeSpec& spec) {
    if (draftIds_.contains(spec.name)) {
        return refuse(spec, spec.name, "this name already belongs to another type.");
    }
    if (!spec.base.empty() && spec.base != "Base" && idOf(spec.base) == kNoType) {
        return refuse(spec, spec.name, fmt::format("the base type {} is not known.", spec.base));
    }
    const std::string_view base = spec.base == "Base" ? std::string_view() : keep(spec.base);
    const auto begin = [&](std::string_view name, TypeKind kind, std::string_view typeBase) {
        const std::string_view kept = keep(std::string(name));
        draftIds_[kept] = drafts_.size();
        drafts_.push_back(
            {.name = kept, .base = typeBase, .kind = kind, .isAbstract = false, .own = {}});
    };
    begin(spec.name, TypeKind::Logical, base);
    // Types first, so that an element may name a type that comes later.
    for (const ElementSpec& element : spec.elements) {
        const bool hasChildren = std::ranges::any_of(spec.elements, [&](const ElementSpec& other) {
            return other.path.starts_with(element.path + ".");
        });
        if (!hasChildren || draftIds_.contains(element.path)) continue;
        const bool named = !element.types.empty() && idOf(element.types.front()) != kNoType;
        begin(element.path, TypeKind::Backbone, named ? keep(element.types.front()) : base);
    }
    for (const ElementSpec& element : spec.elements) {
        if (element.path != spec.name && checkSpec(spec, element)) addChild(spec, element, base);
    }
    tables_->urls[spec.url] = idOf(spec.name);
}

bool Loader::checkSpec(const TypeSpec& spec, const ElementSpec& element) {
    const std::size_t before = issues_.size();
    const std::size_t dot = element.path.rfind('.');
    if (dot == std::string::npos || !draftIds_.contains(element.path.substr(0, dot))) {
        refuse(spec, element.path, "this path has no parent in the model.");
        return false;
    }
    if (draftIds_.contains(element.path)) return true;
    if (!element.contentReference.empty()) {
        const std::string_view target = std::string_view(element.contentReference).substr(1);
        if (!draftIds_.contains(target)) {
            refuse(spec, element.path,
                   fmt::format("contentReference {} names no element with children.",
                               element.contentReference));
        }
        return issues_.size() == before;
    }
    if (element.types.empty()) refuse(spec, element.path, "an element needs a type or children.");
    for (const std::string& type : element.types) {
        if (idOf(type) != kNoType) continue;
        std::vector<std::string_view> known;
        for (const DraftType& other : drafts_) known.push_back(other.name);
        refuse(spec, element.path,
               fmt::format("the type {} is not known{}.", type, didYouMean(type, known)));
    }
    return issues_.size() == before;
}

bool Loader::addChild(const TypeSpec& spec, const ElementSpec& element, std::string_view) {
    const std::size_t dot = element.path.rfind('.');
    DraftType& owner = draft(element.path.substr(0, dot));
    std::string name = element.path.substr(dot + 1);
    Draft child;
    if (name.ends_with("[x]")) {
        child.choice = true;
        name.resize(name.size() - 3);
    }
    for (const Draft& other : owner.own) {
        if (other.name == name) {
            refuse(spec, element.path, "this element is defined twice.");
            return false;
        }
    }
    child.name = keep(std::move(name));
    child.repeats = element.repeats;
    child.required = element.min > 0;
    if (draftIds_.contains(element.path)) {
        child.types.push_back(keep(element.path));
    } else if (!element.contentReference.empty()) {
        child.types.push_back(keep(element.contentReference.substr(1)));
    } else {
        for (const std::string& type : element.types) child.types.push_back(keep(type));
        if (child.types.size() > 1) child.choice = true;
    }
    owner.own.push_back(std::move(child));
    return true;
}

// ---- layout ------------------------------------------------------------------------------------

NameId Loader::intern(std::string_view name) {
    const auto [at, isNew] =
        tables_->nameIds.try_emplace(name, static_cast<NameId>(tables_->names.size()));
    if (isNew) tables_->names.push_back(name);
    return at->second;
}

void Loader::internNames() {
    for (const DraftType& type : drafts_) {
        for (const Draft& element : type.own) {
            intern(element.name);
            if (!element.choice) continue;
            for (const std::string_view alternative : element.types) {
                std::string json = choiceName(element.name, alternative);
                if (!tables_->nameIds.contains(json)) intern(keep(std::move(json)));
            }
        }
    }
    check(tables_->names.size() < kFirstOpenName, "names fit their ids");
    // From here on names are views into one padded pool.
    std::size_t bytes = kPadding;
    for (const std::string_view name : tables_->names) bytes += name.size();
    // Added later, when nothing may move any more: the names of resources and the codes.
    for (const DraftType& type : drafts_) bytes += type.name.size();
    for (const auto& list : codeLists_) {
        for (const std::string_view code : list) bytes += code.size();
    }
    tables_->pool.reserve(bytes);
    tables_->nameIds.clear();
    for (std::size_t id = 1; id < tables_->names.size(); ++id) {
        const std::size_t at = tables_->pool.size();
        tables_->pool += tables_->names[id];
        tables_->names[id] = std::string_view(tables_->pool).substr(at);
        tables_->nameIds[tables_->names[id]] = static_cast<NameId>(id);
    }
    tables_->pool.append(kPadding, '\0');
}

std::vector<Loader::Draft> Loader::allElements(const DraftType& type) const {
    std::vector<Draft> all;
    const auto base = draftIds_.find(type.base);
    if (base != draftIds_.end()) all = allElements(drafts_[base->second]);
    for (const Draft& element : type.own) {
        std::erase_if(all, [&](const Draft& other) { return other.name == element.name; });
        if (!element.removed) all.push_back(element);
    }
    return all;
}

void Loader::appendDefs(const std::vector<Draft>& elements) {
    std::uint8_t ordinal = 0;
    for (const Draft& element : elements) {
        for (const std::string_view type : element.types) {
            ElementDef def;
            def.name = tables_->nameIds.at(element.name);
            def.json =
                element.choice ? tables_->nameIds.at(choiceName(element.name, type)) : def.name;
            def.type = idOf(type);
            check(def.type != kNoType, "an element's type exists");
            def.ordinal = ordinal;
            def.repeats = element.repeats;
            def.required = element.required;
            def.choice = element.choice;
            def.xmlAttribute = element.attribute;
            tables_->defs.push_back(def);
            codesOfDefs_.push_back(type == "code" ? element.codes : std::uint16_t{0});
        }
        ++ordinal;
    }
}

void Loader::layOutTypes() {
    std::vector<std::pair<std::size_t, std::size_t>> ranges;
    for (const DraftType& source : drafts_) {
        const auto elements = allElements(source);
        Type type;
        type.name = source.name;
        type.id = idOf(source.name);
        type.base = idOf(source.base);
        type.kind = source.kind;
        type.isAbstract = source.isAbstract;
        const std::size_t first = tables_->defs.size();
        if (elements.size() > 64) {
            issues_.push_back(Issue{.type = IssueType::Invalid,
                                    .text = fmt::format("{} has {} elements; 64 is the limit.",
                                                        source.name, elements.size()),
                                    .expression = std::string(source.name),
                                    .at = {},
                                    .code = {},
                                    .file = {}});
        } else {
            appendDefs(elements);
            for (std::size_t i = 0; i < elements.size(); ++i) {
                if (elements[i].required) type.requiredOrdinals |= std::uint64_t{1} << i;
            }
        }
        if (tables_->defs.size() - first > kMostMembers) {
            issues_.push_back(Issue{.type = IssueType::Invalid,
                                    .text = fmt::format("{} has more than 254 names with its "
                                                        "choices expanded.",
                                                        source.name),
                                    .expression = std::string(source.name),
                                    .at = {},
                                    .code = {},
                                    .file = {}});
        }
        ranges.emplace_back(first, tables_->defs.size() - first);
        tables_->typeIds[type.name] = type.id;
        tables_->types.push_back(type);
    }
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        tables_->types[i].elements =
            std::span<const ElementDef>(tables_->defs).subspan(ranges[i].first, ranges[i].second);
        const Type& type = tables_->types[i];
        if (!type.name.empty() && type.kind != TypeKind::Backbone &&
            type.kind != TypeKind::System && type.kind != TypeKind::Open &&
            type.kind != TypeKind::Logical) {
            tables_->urls.try_emplace(fmt::format("{}{}", kCanonical, type.name), type.id);
        }
    }
}

void Loader::layOutShapes() {
    const auto offsetOf = [&](NameId id) {
        return static_cast<std::uint32_t>(tables_->names[id].data() - tables_->pool.data());
    };
    for (std::size_t i = 0; i < tables_->defs.size(); ++i) {
        const ElementDef& def = tables_->defs[i];
        Member member;
        member.codes = codesOfDefs_[i];
        member.nameAt = offsetOf(def.json);
        member.nameLength = static_cast<std::uint8_t>(tables_->names[def.json].size());
        const Type& type = tables_->types[def.type];
        if (type.kind == TypeKind::Primitive) member.format = formatOf(type.name);
        member.def = def;
        tables_->members.push_back(member);
    }
    std::size_t first = 0;
    for (const Type& type : tables_->types) {
        Shape shape = perfectHash(first, type.elements.size());
        shape.required = type.requiredOrdinals;
        shape.kind = type.kind;
        shape.isAbstract = type.isAbstract;
        shape.format = formatOf(type.name);
        tables_->shapes.push_back(shape);
        first += type.elements.size();
    }
}

Member Loader::pooled(std::string_view name) {
    Member member;
    member.nameAt = static_cast<std::uint32_t>(tables_->pool.size() - kPadding);
    member.nameLength = static_cast<std::uint8_t>(name.size());
    check(name.size() <= 255 && tables_->pool.size() + name.size() <= tables_->pool.capacity(),
          "the pool was reserved whole");
    tables_->pool.insert(tables_->pool.size() - kPadding, name);
    return member;
}

void Loader::layOutResources() {
    const std::size_t first = tables_->members.size();
    for (const Type& type : tables_->types) {
        if (type.kind != TypeKind::Resource || type.isAbstract) continue;
        Member member = pooled(type.name);
        member.def.type = type.id;
        tables_->members.push_back(member);
    }
    tables_->resources = perfectHash(first, tables_->members.size() - first);
}

void Loader::layOutCodes() {
    for (const auto& list : codeLists_) {
        const std::size_t first = tables_->members.size();
        for (const std::string_view code : list) tables_->members.push_back(pooled(code));
        tables_->codeLists.push_back(perfectHash(first, list.size()));
    }
}

/// A seed under which no two names share a slot; `slots`, `members` and `pool` are set by finish().
Shape Loader::perfectHash(std::size_t firstMember, std::size_t count) {
    std::vector<NameKey> keys;
    for (std::size_t i = 0; i < count; ++i) {
        Member& member = tables_->members[firstMember + i];
        const char* const name = tables_->pool.data() + member.nameAt;
        const NameKey key = NameKey::ofPadded(name, member.nameLength);
        member.first = key.first;
        member.last = key.last;
        keys.push_back(key);
    }
    Shape shape;
    shape.memberCount = static_cast<std::uint8_t>(count);
    std::uint64_t seed = 0x2545F4914F6CDD1DULL;
    for (std::size_t size = std::bit_ceil(std::max<std::size_t>(2, 2 * count));; size *= 2) {
        check(size <= 1U << 20U, "names of a type differ in their hashed bytes");
        shape.shift = static_cast<std::uint8_t>(64 - std::countr_zero(size));
        for (int attempt = 0; attempt < 500; ++attempt) {
            seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
            std::vector<std::uint8_t> slots(size, 0);
            std::size_t placed = 0;
            while (placed < count && slots[keys[placed].hash(seed) >> shape.shift] == 0) {
                slots[keys[placed].hash(seed) >> shape.shift] =
                    static_cast<std::uint8_t>(placed + 1);
                ++placed;
            }
            if (placed < count) continue;
            shape.seed = seed;
            slotRanges_.emplace_back(tables_->slots.size(), firstMember);
            tables_->slots.insert(tables_->slots.end(), slots.begin(), slots.end());
            return shape;
        }
    }
}

std::unique_ptr<const Model::Tables> Loader::finish() {
    internNames();
    layOutTypes();
    if (!issues_.empty()) return nullptr;
    layOutShapes();
    layOutResources();
    layOutCodes();
    const auto attach = [&](Shape& shape, std::size_t range) {
        shape.slots = tables_->slots.data() + slotRanges_[range].first;
        shape.members = tables_->members.data() + slotRanges_[range].second;
        shape.pool = tables_->pool.data();
    };
    for (std::size_t i = 0; i < tables_->shapes.size(); ++i) attach(tables_->shapes[i], i);
    attach(tables_->resources, tables_->shapes.size());
    for (std::size_t i = 0; i < tables_->codeLists.size(); ++i) {
        attach(tables_->codeLists[i], tables_->shapes.size() + 1 + i);
    }
    return std::move(tables_);
}

}  // namespace waymark::model
