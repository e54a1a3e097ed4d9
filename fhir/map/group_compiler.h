// Compiles one instance of a group: its scope of variables, its rules. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "fhir/map/compiler.h"

namespace waymark::map {

class GroupCompiler {
public:
    GroupCompiler(Compiler& compiler, GroupRef group, std::vector<TypeSet> arguments,
                  plan::Index index);

    void run();

private:
    /// What a rule is known to do with single-valued elements, to find double writes.
    struct Written {
        plan::Slot slot;
        std::string element;
        Position at;
    };

    /// What stands at the end of a target's path.
    struct Place {
        bool ok = false;
        bool known = false;    ///< the definitions are known
        bool context = false;  ///< the path is empty: the context itself
        bool open = false;
        bool self = false;
        bool repeats = true;
        std::span<const model::ElementDef> defs;
        TypeSet contextType;
        model::TypeId owner = model::kNoType;
    };

    // group_compiler.cpp
    void inputs();
    void constants();
    void extends();
    plan::Range rules(const std::vector<ast::Rule>& rules);
    plan::Index rule(const ast::Rule& rule);
    [[nodiscard]] plan::RuleRef reference(plan::Index rule);
    plan::Range calls(const ast::Rule& rule);
    plan::Range arguments(const ast::Call& call, GroupRef group, std::vector<TypeSet>& types);
    [[nodiscard]] model::TypeId accepted(model::TypeId declared, model::TypeId argument) const;
    [[nodiscard]] model::TypeId exact(const TypeSet& type) const;
    bool argument(const ast::Parameter& parameter, const ast::Input& input, const ast::Name& group,
                  plan::Parameter& out, TypeSet& type);
    void checkTwice(const ast::Rule& rule, const std::vector<plan::Target>& targets,
                    std::vector<Written>& written);
    // lint.cpp
    void lintRule(const ast::Rule& rule, std::size_t firstVariable);
    void lintExpression(const ast::Expression& expression);
    void lintSource(const ast::Source& source);
    void noteWrite(const ast::Target& target, const plan::Target& out, const Place& place);
    void noteMade(const ast::Target& target, const plan::Target& out, plan::Slot slot);
    void noteCall(plan::Slot slot, plan::Index group, std::size_t input);
    void finishWrites(std::size_t firstVariable);

    // compile_source.cpp
    plan::Source source(const ast::Source& source, TypeSet& itemType, bool& repeats);
    TypeSet sourceSteps(const ast::Source& source, plan::Source& out, TypeSet type, bool& repeats);
    TypeSet sourceStep(const ast::Name& step, const TypeSet& type, plan::SourceStep& out,
                       bool& repeats);
    void unknownElement(Code code, const ast::Name& step, const TypeSet& type);
    TypeSet typeFilter(const ast::Source& source, plan::Source& out, const TypeSet& type);
    void sourceClauses(const ast::Source& source, plan::Source& out, const TypeSet& type);

    // compile_target.cpp
    plan::Target target(const ast::Target& target, const ast::Rule& rule, const TypeSet& item,
                        bool repeats);
    bool copiesByGroup(const ast::Target& target, const ast::Rule& rule, const Place& place,
                       const TypeSet& item);
    Place place(const ast::Target& target, plan::Target& out);
    bool targetStep(const ast::Name& step, const TypeSet& type, bool last, plan::TargetStep& out,
                    Place& place, TypeSet& next);
    TypeSet make(const ast::Target& target, plan::Target& out, const Place& place);
    TypeSet byType(const ast::Target& target, plan::Target& out, const Place& place,
                   const TypeSet& item);
    TypeSet put(const ast::Target& target, plan::Target& out, const Place& place,
                const TypeSet& value);
    void share(const ast::Target& target, plan::Target& out);

    // compile_transform.cpp
    /// The types that a transform's value may have.
    std::optional<TypeSet> transform(const ast::Target& target, plan::Target& out,
                                     const Place& place, const TypeSet& item);
    std::optional<TypeSet> create(const ast::Transform& transform, plan::Target& out,
                                  const Place& place);
    std::optional<TypeSet> cast(const ast::Transform& transform, plan::Target& out,
                                const Place& place);
    std::optional<TypeSet> translate(const ast::Transform& transform, plan::Target& out,
                                     const Place& place);
    std::optional<TypeSet> evaluate(const ast::Transform& transform, plan::Target& out,
                                    const TypeSet& item);
    /// An expression that stands in quotes as a whole, as old maps have it, without them.
    [[nodiscard]] static ast::Expression withoutQuotes(ast::Expression expression);
    TypeSet literalTypes(const ast::Parameter& parameter) const;
    bool literalFits(const ast::Parameter& parameter, const Place& place);
    void checkCodes(const ast::Parameter& url, const plan::Target& out, const Place& place);
    /// The list that binds the one element at a place, when it is a code; nullptr if there is none.
    [[nodiscard]] const model::Shape* codesAt(const Place& place) const;
    bool parameters(const ast::Transform& transform, plan::Target& out);
    bool parameter(const ast::Parameter& parameter, plan::Parameter& out, TypeSet* type);

    // shared
    void fault(Code code, Position at, std::string text) {
        compiler_.diagnostics().add(code, map().file, at, std::move(text), path_);
    }
    [[nodiscard]] const ast::Map& map() const { return compiler_.map(group_.map); }
    [[nodiscard]] const Types& types() const { return compiler_.types(); }
    plan::Plan& plan() { return compiler_.plan(); }
    /// The variable's slot; reported when there is none of this name.
    std::optional<plan::Slot> lookup(const ast::Name& name);
    [[nodiscard]] std::optional<plan::Slot> find(std::string_view name) const;
    plan::Slot define(const ast::Name& name, TypeSet type, bool target, bool isInput = false);
    plan::Index expression(const ast::Expression& expression, const TypeSet& focus,
                           model::TypeId* result = nullptr);
    /// Whether an expression names a variable of the target.
    [[nodiscard]] bool readsTarget(std::string_view expression) const;
    [[nodiscard]] std::vector<std::string_view> variableNames() const;

    Compiler& compiler_;
    GroupRef group_;
    std::vector<TypeSet> argumentTypes_;
    plan::Index index_;
    std::string path_;  ///< "Map|group|rule", as far as known
    std::vector<Variable> scope_;
    std::size_t slots_ = 0;
    std::size_t ruleScope_ = 0;  ///< variables that stood before the present rule
    std::vector<plan::ConstantUse> constants_;
    std::map<std::string, plan::Index, std::less<>> shares_;
};

}  // namespace waymark::map
