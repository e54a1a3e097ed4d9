#include "fhir/structure/rules.h"

#include <algorithm>
#include <bit>

#include "fhir/model/r4_ids.h"
#include "fhir/model/shape.h"
#include "fhir/path/lexer.h"
#include "fhir/path/parser.h"
#include "fhir/structure/known_wrong.h"
#include "fhir/structure/native.h"

namespace waymark::structure {
namespace {

using model::Model;

/// The name N of `N.empty()`, `N.exists()`, `N.hasValue()`; empty for anything else.
std::string_view askedName(const path::Syntax& syntax, path::SyntaxId id,
                           std::string_view function) {
    const path::SyntaxNode& call = syntax[id];
    if (call.kind != path::SyntaxKind::Call || call.name != function || call.argumentCount != 0 ||
        call.input == path::kNoSyntax) {
        return {};
    }
    const path::SyntaxNode& name = syntax[call.input];
    const bool plain = name.kind == path::SyntaxKind::Name && name.input == path::kNoSyntax;
    return plain ? name.name : std::string_view();
}

/// `N.exists().not()`.
std::string_view deniedName(const path::Syntax& syntax, path::SyntaxId id,
                            std::string_view function) {
    const path::SyntaxNode& call = syntax[id];
    if (call.kind != path::SyntaxKind::Call || call.name != "not" ||
        call.input == path::kNoSyntax) {
        return {};
    }
    return askedName(syntax, call.input, function);
}

/// What an expression says of one child before anything else, so that most elements of a message
/// need no evaluation: `N.empty() or ...` and `N.exists() implies ...` hold without it, `N.exists()
/// or ...` holds with it.
struct Shortcut {
    model::NameId gate = model::kNoName;
    model::NameId satisfiedBy = model::kNoName;
};

model::NameId nameId(std::string_view name) {
    return name.empty() ? model::kNoName : Model::r4().nameId(name);
}

Shortcut shortcutOf(std::string_view text) {
    tree::Arena arena(1024);
    const auto syntax = path::parse(text, {}, arena);
    if (!syntax) return {};
    const path::SyntaxNode& root = (*syntax)[syntax->root];
    if (root.kind == path::SyntaxKind::Binary && root.op == path::Operator::Implies) {
        return {.gate = nameId(askedName(*syntax, root.input, "exists"))};
    }
    path::SyntaxId at = syntax->root;
    while ((*syntax)[at].kind == path::SyntaxKind::Binary &&
           (*syntax)[at].op == path::Operator::Or) {
        at = (*syntax)[at].input;
    }
    if (at == syntax->root) return {};
    std::string_view absent = askedName(*syntax, at, "empty");
    if (absent.empty()) absent = deniedName(*syntax, at, "exists");
    if (absent.empty()) absent = deniedName(*syntax, at, "hasValue");
    return {.gate = nameId(absent), .satisfiedBy = nameId(askedName(*syntax, at, "exists"))};
}

/// What an invariant is evaluated on; kNoType for a choice, whose alternatives differ.
model::TypeId focusOf(const model::Invariant& invariant) {
    if (invariant.element == model::kNoName) return invariant.owner;
    const auto alternatives = Model::r4().elements(invariant.owner, invariant.element);
    return alternatives.size() == 1 ? alternatives.front().type : model::kNoType;
}

/// Types that bindings of codes, and so ElementRules, are about; their codes are checked in one
/// place whatever their format.
bool isCoded(model::TypeId type) {
    return type == model::type::code || type == model::type::CodeableConcept ||
           type == model::type::Coding || type == model::type::string || type == model::type::uri ||
           Model::r4().isA(type, model::type::Quantity);
}

}  // namespace

Result<Constraint> Constraint::compile(std::string_view key, std::string_view human,
                                       std::string_view text, model::TypeId focus) {
    path::Scope scope;
    scope.model = &Model::r4();
    scope.focus = focus;
    auto expression = path::Expression::compile(text, scope);
    if (!expression) return std::unexpected(std::move(expression).error());
    const Shortcut shortcut = shortcutOf(text);
    return Constraint{.key = std::string(key),
                      .human = std::string(human),
                      .gate = shortcut.gate,
                      .satisfiedBy = shortcut.satisfiedBy,
                      .expression = std::move(*expression)};
}

Rules::Rules() {
    const Model& model = Model::r4();
    types_.resize(model.typeCount());
    for (std::size_t i = 1; i < model.typeCount(); ++i) {
        const auto type = static_cast<model::TypeId>(i);
        addInvariants(type);
        addElements(type);
    }
    index();
}

std::shared_ptr<const Rules> Rules::r4() {
    static const std::shared_ptr<const Rules> rules(new Rules());
    return rules;
}

/// nullptr when the invariant is not asked through FHIRPath.
const Constraint* Rules::constraint(const model::Invariant& invariant) {
    const auto known = compiled_.find(&invariant);
    if (known != compiled_.end()) return known->second;
    const Constraint* result = nullptr;
    const std::string_view owner = Model::r4().type(invariant.owner).name;
    const KnownWrong* wrong = knownWrong(owner, invariant.key);
    const bool skipped =
        wrong && (wrong->instead == Instead::Skip || wrong->instead == Instead::Native);
    if (!skipped && !isNative(invariant)) {
        const bool replaced = wrong && wrong->instead == Instead::Replace;
        auto made = Constraint::compile(invariant.key, invariant.human,
                                        replaced ? wrong->expression : invariant.expression,
                                        focusOf(invariant));
        check(made.has_value(), "an invariant of R4 compiles or is in the table of known faults");
        made->isError = invariant.isError;
        made->isBestPractice = invariant.isBestPractice;
        made->emptyHolds = wrong && wrong->instead == Instead::EmptyHolds;
        result = &constraints_.emplace_back(std::move(*made));
    }
    compiled_.emplace(&invariant, result);
    return result;
}

void Rules::addInvariants(model::TypeId type) {
    TypeRules rules;
    const std::vector<NativeCheck> native = nativeChecks(type);
    check(native.size() <= TypeRules::kNativeMax, "a type has few native checks");
    std::ranges::copy(native, rules.native.begin());
    types_[type].isResource = Model::r4().type(type).kind == model::TypeKind::Resource;
    for (model::TypeId owner = type; owner != model::kNoType;
         owner = Model::r4().type(owner).base) {
        for (const model::Invariant& invariant : model::Facts::r4().invariants(owner)) {
            const Constraint* const made = constraint(invariant);
            if (!made) continue;
            if (invariant.element == model::kNoName) {
                rules.constraints.push_back(made);
            } else {
                elementRules(type, invariant.element).constraints.push_back(made);
            }
        }
    }
    if (native.empty() && rules.constraints.empty()) return;
    types_[type].rules = &typeRules_.emplace_back(std::move(rules));
}

/// Bindings that the reader does not check itself, and reference targets.
void Rules::addElements(model::TypeId type) {
    const model::Facts& facts = model::Facts::r4();
    const model::Shape& shape = Model::r4().shape(type);
    model::NameId done = model::kNoName;
    for (std::size_t i = 0; i < shape.memberCount; ++i) {
        const model::Member& member = shape.members[i];
        if (member.def.name == done) continue;
        const auto targets = facts.targets(type, member.def.name);
        if (!targets.empty()) elementRules(type, member.def.name).targets = targets;
        if (!isCoded(member.def.type) && !member.def.choice) continue;
        const model::Binding* const binding = facts.binding(type, member.def.name);
        const bool read = member.codes != 0;
        if (!binding || read || binding->strength == model::Strength::Preferred) continue;
        const model::ValueSet* const set = facts.valueSet(binding->valueSet);
        if (!set || set->isOpen) continue;
        ElementRules& rules = elementRules(type, member.def.name);
        rules.binding = binding;
        rules.valueSet = set;
        rules.maximum = binding->maximum.empty() ? nullptr : facts.valueSet(binding->maximum);
        done = member.def.name;
    }
}

ElementRules& Rules::elementRules(model::TypeId owner, model::NameId name) {
    return elements_[keyOf(owner, name)];
}

void Rules::index() {
    slots_.resize(std::bit_ceil(elements_.size() * 4 + 4));
    for (const auto& [key, rules] : elements_) {
        std::size_t at = slotOf(key);
        while (slots_[at].rules) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = {key, &rules};
        types_[key >> 16U].names |= std::uint64_t{1} << (key & 63U);
    }
}

}  // namespace waymark::structure
