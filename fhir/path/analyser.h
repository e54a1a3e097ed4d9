// Gives every node of a parsed expression its static type and says what its names mean: element,
// type, variable or function. Finds, before anything runs, the paths that lead nowhere, the types
// that cannot be, the wrong number of arguments and the several items where one is needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/path/expression.h"
#include "fhir/path/function_table.h"
#include "fhir/path/plan.h"
#include "fhir/path/static_type.h"
#include "fhir/path/syntax.h"

namespace waymark::path {

/// What a node means.
enum class Role : std::uint8_t {
    Plain,         ///< what its syntax says
    TypeOfFocus,   ///< a type's name at the root: the focus, where it is of `type`
    Member,        ///< child `name` (or `key`), as alternative `only`
    ValueOf,       ///< `.value`, which primitives have too
    SystemMember,  ///< a member of a Quantity or TypeInfo value
    Variable,      ///< the host's variable `slot`
    Defined,       ///< a variable of defineVariable(), `slot`
    Environment,   ///< %resource, %rootResource, %context: `environment`
    Constant,      ///< %ucum and its like: `constant`
};

struct Meaning {
    StaticType type;
    Role role = Role::Plain;
    TypeMatch match = TypeMatch::Derived;
    model::TypeId named = model::kNoType;  ///< the type that the node names or tests for
    model::TypeId only = model::kNoType;
    model::NameId name = model::kNoName;
    std::uint16_t slot = 0;
    bool fallsAway = false;  ///< a type filter that lets everything through
    PlanOp environment = PlanOp::Empty;
    std::string_view key;       ///< a name that the model does not know
    std::string_view constant;  ///< text of a constant variable
    const FunctionSpec* function = nullptr;
};

struct Analysis {
    std::vector<Meaning> meanings;  ///< by SyntaxId
    std::uint16_t definedVariables = 0;
    std::vector<Issue> faults;
};

/// Never fails itself: the faults are in the analysis. Texts that are made live in the arena.
Analysis analyse(const Syntax& syntax, std::string_view text, const Scope& scope,
                 tree::Arena& arena);

/// The candidate that is nearest to a misspelt word; none when all are far.
class NearestName {
public:
    explicit NearestName(std::string_view wanted) : wanted_(wanted) {}
    void consider(std::string_view candidate);
    /// ` (did you mean "given"?)`, or nothing.
    [[nodiscard]] std::string hint() const;

private:
    std::string_view wanted_;
    std::string_view best_;
    std::size_t distance_ = 3;
};

}  // namespace waymark::path
