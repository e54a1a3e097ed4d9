// The pass that gives a syntax tree its meaning: one method for each kind of node. Private to the
// room; analyser.cpp runs it, analyse_*.cpp hold its parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/model/r4_ids.h"
#include "fhir/path/analyser.h"
#include "fhir/path/type_names.h"

namespace waymark::path {

/// What an expression is seen from: $this, $index, $total.
struct Context {
    StaticType focus;
    bool hasIndex = false;
    bool hasTotal = false;
    StaticType total;
};

class Analyser {
public:
    Analyser(const Syntax& syntax, std::string_view text, const Scope& scope, tree::Arena& arena)
        : syntax_(syntax), text_(text), scope_(scope), model_(*scope.model), arena_(arena) {
        result_.meanings.resize(syntax.nodes.size());
    }
    Analysis run();

private:
    struct DefinedVariable {
        std::string_view name;
        std::uint16_t slot;
        StaticType type;
    };
    /// Variables that are defined inside go out of sight at the end.
    struct Sight {
        explicit Sight(Analyser& of) : owner(of), before(of.defined_.size()) {}
        ~Sight() { owner.defined_.resize(before); }
        Sight(const Sight&) = delete;
        Sight& operator=(const Sight&) = delete;
        Analyser& owner;
        std::size_t before;
    };
    void fault(const SyntaxNode& at, std::string message);
    [[nodiscard]] std::string shown(const StaticType& of) const { return describe(of, model_); }
    StaticType one(ValueKind kind) const { return StaticType::one(systemType(kind)); }
    Meaning& meaning(SyntaxId id) { return result_.meanings[id]; }
    const StaticType& node(SyntaxId id, const Context& context);

    /// An operand: what it defines is not seen beside it.
    StaticType operand(SyntaxId id, const Context& context);

    // ---- names --------------------------------------------------------------------------------
    StaticType external(SyntaxId id, const SyntaxNode& at);

    /// %resource: the focus's own type when that is a resource.
    StaticType resourceType() const;
    std::optional<StaticType> hostVariable(SyntaxId id, std::string_view name);
    StaticType name(SyntaxId id, const SyntaxNode& at, const Context& context);

    /// A name at the root that is the type of the focus, a supertype of it or, where the focus may
    /// be several things, one of them.
    std::optional<StaticType> typeOfFocus(SyntaxId id, const SyntaxNode& at,
                                          const StaticType& focus);
    [[nodiscard]] bool hasMember(const StaticType& of, std::string_view name) const;
    StaticType member(SyntaxId id, const SyntaxNode& at, const StaticType& input);
    StaticType memberOfAny(const SyntaxNode& at, Meaning& found);
    StaticType memberOfKnown(const SyntaxNode& at, const StaticType& input, Meaning& found);

    /// Adds to `result` what the element is in one type; false when the type has none such.
    bool memberOfType(model::TypeId owner, std::string_view name, Meaning& found,
                      StaticType& result, bool& any);

    /// Abstract types stand for those that derive from them, and have their elements, too.
    [[nodiscard]] bool isOpenEnded(model::TypeId owner, model::NameId name) const;

    /// "valueString" for the String alternative of "value": an error in FHIRPath, but maps of HL7
    /// and the NHS are written so.
    std::optional<StaticType> alternativeByName(const SyntaxNode& at, const StaticType& input,
                                                Meaning& found);
    void unknownElement(const SyntaxNode& at, const StaticType& input);
    [[nodiscard]] bool isSystem(model::TypeId id) const;

    // ---- operators ----------------------------------------------------------------------------
    StaticType indexer(const SyntaxNode& at, const Context& context);
    static StaticType single(StaticType of);
    void checkOrder(const SyntaxNode& at, const StaticType& input, std::string_view what);

    /// Faults when several items are certain where one is wanted.
    void checkSingle(const SyntaxNode& at, const StaticType& operandType, std::string_view what);
    StaticType polarity(const SyntaxNode& at, const Context& context);

    /// System types of these kinds, one item.
    StaticType ofKinds(KindSet kinds);
    StaticType binary(const SyntaxNode& at, const Context& context);
    StaticType arithmetic(const SyntaxNode& at, const StaticType& left, const StaticType& right,
                          const std::string& word);
    StaticType merged(const StaticType& left, const StaticType& right, bool distinct,
                      const SyntaxNode& at);

    /// 1 | 2, where both stay.
    [[nodiscard]] bool areDifferentLiterals(const SyntaxNode& at) const;

    // ---- types --------------------------------------------------------------------------------
    StaticType typeTest(SyntaxId id, const SyntaxNode& at, const Context& context);
    StaticType tested(SyntaxId id, const SyntaxNode& at, std::string_view name,
                      const StaticType& input, Special how);

    /// Whether no item can pass: for complex types and resources only, because a primitive that is
    /// asked for another primitive is an ordinary question with the answer no.
    [[nodiscard]] bool isImpossible(const StaticType& input, model::TypeId wanted,
                                    TypeMatch match) const;
    [[nodiscard]] bool isComposed(model::TypeId id) const;
    [[nodiscard]] std::string nearestType(std::string_view name) const;

    /// A type specifier where the grammar has an expression: Patient, FHIR.Patient, `Patient`.
    std::string_view typeArgument(SyntaxId id);

    // ---- functions ----------------------------------------------------------------------------
    StaticType call(SyntaxId id, const SyntaxNode& at, const Context& context);
    static std::string arity(const FunctionSpec& spec, std::uint32_t given);
    void checkInput(const SyntaxNode& at, const FunctionSpec& spec, const StaticType& input);
    StaticType argument(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec, std::size_t i,
                        const Context& context, const StaticType& input);

    /// What repeat() goes over: the input and, from the second round on, what its argument gives.
    StaticType closure(SyntaxId projection, const Context& context);

    /// -$this sorts downwards, for texts and dates too.
    StaticType sortKey(SyntaxId id, const Context& context);
    StaticType defineVariable(SyntaxId id, const SyntaxNode& at, const StaticType& input);
    [[nodiscard]] bool isReserved(std::string_view name);
    StaticType aggregate(const SyntaxNode& at, const Context& context, const StaticType& input);
    StaticType result(SyntaxId id, const SyntaxNode& at, const FunctionSpec& spec,
                      const StaticType& input, const std::array<StaticType, 3>& given);

    const Syntax& syntax_;
    std::string_view text_;
    const Scope& scope_;
    const model::Model& model_;
    tree::Arena& arena_;
    Analysis result_;
    std::vector<DefinedVariable> defined_;
    int guarded_ = 0;  ///< nesting in branches of iif()
};

}  // namespace waymark::path
