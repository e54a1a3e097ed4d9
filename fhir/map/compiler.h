// Turns parsed maps into a plan. Groups are compiled once per static types of their arguments; a
// queue holds the instances that are still to be compiled. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/map/diagnostics.h"
#include "fhir/map/library.h"
#include "fhir/map/plan.h"

namespace waymark::map {

/// Which elements of a target are written, here and in the groups that it is passed to.
struct Writes {
    std::uint64_t ordinals = 0;  ///< of the type's elements
    bool all = false;            ///< it is set as a whole, or in a way that is not followed
    bool any = false;
    std::vector<std::pair<plan::Index, std::size_t>> calls;  ///< group instances and their inputs
};

/// An element that a rule makes empty, to be checked for required elements that nothing writes.
struct Made {
    model::TypeId type = model::kNoType;
    std::size_t map = 0;
    Position at;
    std::string path;
    Writes writes;
};

/// A named value in a rule's sight. Its slot in the frame is its index.
struct Variable {
    std::string name;
    TypeSet type;
    bool target = false;
    bool used = false;
    bool isInput = false;
    Position at;
    Writes writes;
    std::optional<Made> made;  ///< where the rule itself makes the element
};

class Compiler {
public:
    Compiler(Library& library, plan::Plan& plan, Diagnostics& diagnostics)
        : library_(library), plan_(plan), diagnostics_(diagnostics) {}

    /// Compiles the first group of every map, all that they call, and all groups nobody calls.
    void run();

    // For the parts that compile one group:

    /// The instance of a group for these argument types (in the order of its inputs).
    plan::Index instance(GroupRef group, std::vector<TypeSet> arguments);
    /// The default groups of a map as instances, for dispatch at run-time.
    plan::Index dynamicGroups(std::size_t map);
    /// A constant by name; kNone if the map has none.
    plan::Index constant(std::size_t map, std::string_view name);
    /// The ConceptMap of a translate: an inline one (`#id`), a loaded one; kNone when not known.
    plan::Index conceptMap(std::size_t map, std::string_view reference);
    [[nodiscard]] std::vector<std::string_view> conceptMapNames(std::size_t map) const;
    /// Whether some type has a choice of this FHIR name.
    bool isChoice(model::NameId name);
    /// Keeps a text for the plan's life.
    std::string_view keep(std::string_view text);
    plan::Index path(std::string text);

    /// Compiles an expression that sees `variables` (by slot) at `focus`; kNone and reported if it
    /// has a fault. `resultType` gets its static type.
    plan::Index expression(const ast::Expression& expression, std::size_t map,
                           std::span<Variable> variables, const TypeSet& focus,
                           std::string_view rulePath, model::TypeId* resultType);

    [[nodiscard]] bool compiles(const ast::Expression& expression,
                                std::span<const Variable> variables, const TypeSet& focus) const;

    /// What is written to the targets of a group's instance, by input.
    std::vector<Writes>& writes(plan::Index group) { return writes_[group]; }
    void remember(Made made) { made_.push_back(std::move(made)); }

    Library& library() { return library_; }
    plan::Plan& plan() { return plan_; }
    Diagnostics& diagnostics() { return diagnostics_; }
    [[nodiscard]] const ast::Map& map(std::size_t index) const { return library_.maps()[index]; }
    [[nodiscard]] const Types& types() const { return library_.types(); }

private:
    struct Job {
        GroupRef group;
        std::vector<TypeSet> arguments;
        plan::Index index = plan::kNone;
    };
    static constexpr std::size_t kMaxInstances = 20'000;

    [[nodiscard]] path::Scope scopeOf(std::span<const Variable> variables,
                                      const TypeSet& focus) const;
    void entry(std::size_t map);
    void watchRoots();
    void lintRequired();
    void drain();
    void conceptMaps(std::size_t map);
    void constants(std::size_t map);
    void compileConstant(std::size_t map, std::size_t index);

    Library& library_;
    plan::Plan& plan_;
    Diagnostics& diagnostics_;
    std::map<std::pair<const ast::Group*, std::vector<TypeSet>>, plan::Index> instances_;
    std::vector<Job> queue_;
    std::map<std::pair<std::size_t, std::string>, plan::Index> conceptMaps_;
    std::map<std::pair<std::size_t, std::string>, plan::Index> constants_;
    std::vector<plan::Index> dynamicGroups_;
    std::map<plan::Index, std::vector<Writes>> writes_;
    std::vector<Made> made_;
    std::vector<bool> choices_;  ///< by NameId; filled when first asked
};

/// The static types that a group's inputs declare; any where they declare none.
std::vector<TypeSet> declaredTypes(Library& library, GroupRef group);

}  // namespace waymark::map
