// A compiled set of maps: flat arrays that refer to each other by index, immutable after
// compilation, shared between threads. Groups are instantiated per static types of their arguments,
// so that element definitions, conversions and group calls are settled here wherever the types are
// known; where they are not, the run-time looks them up. Private to the room.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/map/ast.h"
#include "fhir/map/transform.h"
#include "fhir/model/model.h"
#include "fhir/model/shape.h"
#include "fhir/path/expression.h"
#include "fhir/terminology/concept_map.h"
#include "fhir/terminology/terminology.h"

namespace waymark::map::plan {

using Slot = std::uint16_t;
using Index = std::uint32_t;
inline constexpr Slot kNoSlot = 0xFFFF;
inline constexpr Index kNone = 0xFFFFFFFF;

/// A range of one of the plan's arrays.
struct Range {
    Index first = 0;
    Index count = 0;
};

/// One step of a source path. Sources are read by name; types matter only for `valueString`.
struct SourceStep {
    enum class By : std::uint8_t {
        Name,    ///< FHIR name
        Json,    ///< JSON name: one alternative of a choice
        Either,  ///< the type is not known: FHIR or JSON name
        Key,     ///< a name that no model has, in open content
    };
    By by = By::Name;
    bool maySelf = false;    ///< the step is `value`: a primitive is its own value
    bool mayChoose = false;  ///< in open content `value` may be written `valueString`
    model::NameId name = model::kNoName;
    std::string_view key;  ///< as written
};

struct Source {
    Slot context = kNoSlot;
    Slot variable = kNoSlot;
    std::string_view variableName;
    Range steps;
    Index expression = kNone;
    Range types;                ///< of typeIds: what passes the type filter
    std::string_view typeName;  ///< the filter as written; empty: any type
    Index defaultValue = kNone;
    Index where = kNone;
    Index check = kNone;
    Index log = kNone;
    bool whereOnContext = false;  ///< the condition is about the context, not the item
    bool checkOnContext = false;
    std::uint32_t min = 0;
    std::uint32_t max = 0xFFFFFFFF;
    ast::SourceList list = ast::SourceList::None;
    bool hasCardinality = false;
    bool fromTarget = false;  ///< the items are of the target, which grows while it is read
};

struct Parameter {
    enum class Kind : std::uint8_t { Literal, Variable, Expression };
    Kind kind = Kind::Literal;
    ast::LiteralKind literal = ast::LiteralKind::Text;
    bool fromTarget = false;  ///< the value is of the target, which grows
    Slot slot = kNoSlot;
    Index expression = kNone;
    std::string_view text;
};

/// One step into a target. `def` is set when the parent's type is known.
struct TargetStep {
    const model::ElementDef* def = nullptr;  ///< the definition; of a choice its first alternative
    model::TypeId type = model::kNoType;     ///< what an empty element is made as; kNoType: unknown
    model::NameId name = model::kNoName;     ///< FHIR or JSON name
    bool isJsonName = false;                 ///< only the alternative with this JSON name
    bool self = false;                       ///< `value` of a primitive: the element itself
    std::uint8_t alternatives = 1;           ///< how many definitions stand at `def`
    std::string_view key;
};

/// What a simple rule (`src.a -> tgt.b`) does with a source item of one type.
struct Dispatch {
    model::TypeId source = model::kNoType;
    const model::ElementDef* def = nullptr;
    model::TypeId target = model::kNoType;
    Index group = kNone;  ///< kNone: the item is copied
};

struct Target {
    enum class Kind : std::uint8_t {
        Make,       ///< an empty element
        Transform,  ///< an element with the transform's value
        ByType,     ///< what the default groups or a copy make of the source item
    };
    Kind kind = Kind::Make;
    Op op = Op::Copy;
    Slot context = kNoSlot;
    Slot variable = kNoSlot;
    std::string_view variableName;
    Range steps;  ///< empty: the context itself, or nothing but the variable
    Range parameters;
    Range dispatch;
    model::TypeId created = model::kNoType;  ///< create('Type'), cast(x, 'type')
    Index conceptMap = kNone;
    Index share = kNone;  ///< the number of the share id
    bool again = false;   ///< list mode collate or single: the first repetition is used again
    bool wraps = false;   ///< the value goes into the element's natural part (Reference.reference)
    Index dynamicGroups = kNone;  ///< ByType without static types: index into maps
};

struct Call {
    Index group = kNone;
    Range arguments;  ///< of parameters
};

struct Rule {
    Range sources;
    Range targets;
    Range calls;
    Range rules;         ///< of ruleOrder
    Index path = kNone;  ///< into paths
    Position at;
    bool sharing = false;  ///< its block holds shared targets
};

struct Group {
    Range rules;          ///< of ruleOrder
    Index base = kNone;   ///< the group it extends, run first with the same frame's arguments
    Range baseArguments;  ///< of parameters
    /// Of typeIds, one per input: the type that a target must have, kNoType for any and for
    /// sources.
    Range targetTypes;
    Range targetInputs;  ///< of targetInputs, one per input: whether it is a target
    Range inputNames;    ///< of inputNames, one per input
    Position at;
    std::uint16_t inputs = 0;
    std::uint16_t slots = 0;
    Range constants;  ///< of constantUses
    Index path = kNone;
    Index map = kNone;
};

/// A rule in its place, with what lets it be passed over when its first source has nothing: the
/// name that is looked for among those of the context's children, and the one type it must have.
struct RuleRef {
    Index rule = kNone;
    Slot slot = kNoSlot;                  ///< the context; kNoSlot: the rule is always entered
    model::NameId name = model::kNoName;  ///< FHIR name, or JSON name
    model::TypeId type = model::kNoType;  ///< with a FHIR name: the only type that counts
};

/// The bit that stands for a name in a set of names. The highest bit is left for others.
constexpr std::uint64_t nameBit(model::NameId name) {
    return std::uint64_t{1} << (name % 63U);
}
inline constexpr std::uint64_t kNamesKnown = std::uint64_t{1} << 63U;
/// Of elements of the target, which grow: any name may be there.
inline constexpr std::uint64_t kAnyName = ~std::uint64_t{0};

/// A constant and the slot of a group's frame in which it stands.
struct ConstantUse {
    Slot slot = kNoSlot;
    Index constant = kNone;
};

struct Constant {
    Index expression = kNone;
    Range uses;  ///< other constants, in front of it in the frame
    std::uint16_t slots = 0;
};

/// A default mapping group of a map's scope, for sources whose types are only seen at run-time.
struct DefaultGroup {
    model::TypeId source = model::kNoType;
    model::TypeId target = model::kNoType;
    bool anyTarget = false;  ///< <<type+>>
    Index group = kNone;
};

struct Entry {
    std::string url;
    std::string name;
    Index group = kNone;
    std::vector<model::TypeId> inputs;  ///< kNoType: any
    model::TypeId target = model::kNoType;
    Slot targetSlot = kNoSlot;  ///< the group's first target
};

struct Expression {
    path::Expression compiled;
    std::uint16_t variables = 0;  ///< how many slots it sees
    bool wantsResource = false;   ///< it says %resource or %rootResource
};

/// Lets a view find a string's entry.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
};

struct Plan {
    const model::Model* model = nullptr;
    const terminology::Terminology* terminology = nullptr;

    std::vector<Entry> entries;
    std::vector<Group> groups;
    std::vector<Rule> rules;
    std::vector<RuleRef> ruleOrder;
    std::vector<Source> sources;
    std::vector<SourceStep> sourceSteps;
    std::vector<Target> targets;
    std::vector<TargetStep> targetSteps;
    std::vector<Parameter> parameters;
    std::vector<Dispatch> dispatches;
    std::vector<Call> calls;
    std::vector<model::TypeId> typeIds;
    std::vector<std::uint8_t> targetInputs;
    std::vector<std::string_view> inputNames;
    std::vector<std::string> files;  ///< by map
    std::vector<Expression> expressions;
    std::vector<ConstantUse> constantUses;
    std::vector<Constant> constants;
    std::vector<const terminology::ConceptTable*> conceptMaps;
    std::vector<std::vector<DefaultGroup>> defaultGroups;  ///< by map
    std::vector<std::string> paths;                        ///< "Map|group|rule"
    std::vector<model::Format> formats;                    ///< by TypeId

    /// Texts and tables that the arrays view.
    std::deque<std::string> texts;
    std::vector<std::unique_ptr<terminology::ConceptTable>> ownConceptMaps;
    std::unordered_map<std::string, Index, TextHash, std::equal_to<>> byUrl;  ///< into entries
    bool lenient = false;

    std::vector<Issue> warnings;
};

}  // namespace waymark::map::plan
