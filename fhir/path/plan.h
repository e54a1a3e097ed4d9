// The compiled form: instructions in one vector, operands named by their index. An instruction
// gives a collection; many shapes that are common in messages are one instruction (a chain of names
// and what is asked of it, a filter by a literal). Immutable and shared between threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/function_table.h"
#include "fhir/path/syntax.h"
#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

enum class PlanOp : std::uint8_t {
    Focus,    ///< $this
    Literal,  ///< literals[a]
    Empty,
    Index,     ///< $index
    Total,     ///< $total
    Variable,  ///< the host's variable a
    Defined,   ///< the variable that instruction a defined, by slot
    Resource,  ///< %resource
    Root,      ///< %rootResource
    Context,   ///< %context
    Path,      ///< steps[a, a+b) from input; `mode` says what of it
    ValueOf,   ///< `.value`: a primitive's System value, else the child
    Member,    ///< `.name` of what may be a System value (Quantity, TypeInfo); literals[a] names it
    FilterText,  ///< items of input whose steps[a, a+b) is the one text literals[c]
    TypeFilter,  ///< items of input of type `type`
    Is,
    As,
    Call,     ///< function with arguments[a, a+b)
    Indexer,  ///< input[c]
    Negate,
    Number,  ///< unary plus: the input must be a number
    Binary,  ///< input `op` c
};

/// What a Path is asked for.
enum class PathMode : std::uint8_t { All, First, Exists, Empty, Count };

/// How strictly a type is matched.
enum class TypeMatch : std::uint8_t {
    Derived,  ///< the type or one that derives from it
    Exact,    ///< that type only: as() and ofType() on primitives
    Never,    ///< a name of the other model: System.Patient
    System,   ///< a System type
};

using PlanId = std::uint32_t;
/// As an input: the focus itself.
inline constexpr PlanId kFocus = 0xFFFFFFFF;

struct Instruction {
    PlanOp op = PlanOp::Empty;
    PathMode mode = PathMode::All;
    TypeMatch match = TypeMatch::Derived;
    Operator binary = Operator::None;
    model::TypeId type = model::kNoType;
    std::uint16_t slot = 0;  ///< of a defined variable
    PlanId input = kFocus;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t c = 0;
    std::uint32_t place = 0;  ///< where it stands in the text
    const FunctionSpec* function = nullptr;
};

/// One name of a chain.
struct PathStep {
    model::NameId name = model::kNoName;
    model::TypeId only = model::kNoType;  ///< this alternative of a choice; kNoType: all
    std::uint32_t key = 0;  ///< a name that no model knows (Open objects): keys[key - 1]; else 0
};

/// One regular expression that is known when compiling.
class Pattern;

struct Plan {
    std::vector<Instruction> code;
    std::vector<PlanId> arguments;
    std::vector<PathStep> steps;
    std::vector<Value> literals;
    std::vector<std::string_view> keys;
    std::vector<std::shared_ptr<const Pattern>> patterns;
    PlanId root = kFocus;
    std::uint16_t definedVariables = 0;

    [[nodiscard]] std::span<const PathStep> stepsOf(const Instruction& at) const {
        return {steps.data() + at.a, at.b};
    }
    [[nodiscard]] std::span<const PlanId> argumentsOf(const Instruction& at) const {
        return {arguments.data() + at.a, at.b};
    }
};

/// The plan, one instruction a line: "%3 = path %2 .name.given first".
std::string explain(const Plan& plan, const model::Model& model,
                    std::span<const std::string> variables);

}  // namespace waymark::path
