// Sources: where the items come from, which of them count, and what is known of their types.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/map/group_compiler.h"

namespace waymark::map {
namespace {

using By = plan::SourceStep::By;

/// Sets of more types than this are as good as none.
constexpr std::size_t kManyTypes = 24;

void addAll(TypeSet& to, std::span<const model::ElementDef> defs) {
    for (const model::ElementDef& def : defs) to.add(def.type);
}

bool mayRepeat(std::span<const model::ElementDef> defs) {
    return std::ranges::any_of(defs, [](const model::ElementDef& def) { return def.repeats; });
}

/// Whether a condition begins with the name of the element that it is about.
bool startsWithName(std::string_view text, const std::vector<ast::Name>& path) {
    const std::size_t first = text.find_first_not_of("( \t");
    if (first == std::string_view::npos || path.empty()) return false;
    text.remove_prefix(first);
    const std::string& name = path.back().text;
    return text.starts_with(name) && text.size() > name.size() && text[name.size()] == '.';
}

}  // namespace

plan::Source GroupCompiler::source(const ast::Source& source, TypeSet& itemType, bool& repeats) {
    plan::Source out;
    TypeSet type;
    if (source.expression) {
        model::TypeId result = model::kNoType;
        out.expression = expression(*source.expression, TypeSet(), &result);
        out.fromTarget = readsTarget(source.expression->text);
        type = TypeSet(result);
        repeats = true;
    } else {
        const auto slot = lookup(source.context);
        if (slot) {
            out.context = *slot;
            type = scope_[*slot].type;
            out.fromTarget = scope_[*slot].target;
        }
        // Without the variable nothing is known, and one fault is enough.
        type = sourceSteps(source, out, std::move(type), repeats);
    }
    type = typeFilter(source, out, type);
    if (source.list == ast::SourceList::First || source.list == ast::SourceList::Last ||
        source.list == ast::SourceList::OnlyOne)
        repeats = false;
    out.list = source.list;
    out.hasCardinality = source.hasCardinality;
    out.min = source.min;
    out.max = source.max;
    if (source.defaultValue) {
        model::TypeId result = model::kNoType;
        out.defaultValue = expression(*source.defaultValue, TypeSet(), &result);
        if (!type.isAny() && result != model::kNoType && type.single() != result) type = TypeSet();
    }
    itemType = type;
    if (!source.variable.empty()) {
        // A target read as a source stays a target: rules may go on to fill it.
        const bool isTarget = out.fromTarget && source.path.empty() && !source.expression;
        out.variable = define(source.variable, type, isTarget);
        out.variableName = compiler_.keep(source.variable.text);
    }
    sourceClauses(source, out, type);
    return out;
}

TypeSet GroupCompiler::sourceSteps(const ast::Source& source, plan::Source& out, TypeSet type,
                                   bool& repeats) {
    std::vector<plan::SourceStep> steps;
    for (const ast::Name& step : source.path)
        type = sourceStep(step, type, steps.emplace_back(), repeats);
    out.steps = {static_cast<plan::Index>(plan().sourceSteps.size()),
                 static_cast<plan::Index>(steps.size())};
    plan().sourceSteps.insert(plan().sourceSteps.end(), steps.begin(), steps.end());
    return type;
}

TypeSet GroupCompiler::sourceStep(const ast::Name& step, const TypeSet& type, plan::SourceStep& out,
                                  bool& repeats) {
    const model::Model& model = types().model();
    out.name = model.nameId(step.text);
    out.maySelf = step.text == "value";
    out.key = compiler_.keep(step.text);
    out.mayChoose = compiler_.diagnostics().lenient() && compiler_.isChoice(out.name);
    if (out.name == model::kNoName) out.by = By::Key;
    if (type.isAny()) {
        if (out.name != model::kNoName) out.by = By::Either;
        repeats = true;
        return {};
    }
    TypeSet next;
    bool found = false;
    bool open = false;
    bool byName = false;
    bool byJson = false;
    for (const model::TypeId each : type.types()) {
        // What an abstract type lacks, one of its kinds may have.
        auto candidates = std::vector{each};
        if (types().find(each, step.text).defs.empty()) candidates = types().concrete(each);
        for (const model::TypeId candidate : candidates) {
            const Types::Found at = types().find(candidate, step.text);
            addAll(next, at.defs);
            if (at.self) next.add(candidate);
            if (mayRepeat(at.defs) || at.open) repeats = true;
            open = open || at.open;
            byJson = byJson || at.isJsonName;
            byName = byName || (!at.isJsonName && !at.defs.empty());
            found = found || !at.defs.empty() || at.self || at.open;
        }
    }
    if (!found) {
        unknownElement(Code::UnknownSourceElement, step, type);
        if (out.by != By::Key) out.by = By::Either;
        repeats = true;
        return {};
    }
    if (out.by != By::Key) out.by = byJson ? (byName ? By::Either : By::Json) : By::Name;
    // An input of another version is open, and has `valueString` where the model says `value`.
    if (out.mayChoose && out.by == By::Name) out.by = By::Either;
    return open || next.types().size() > kManyTypes ? TypeSet() : next;
}

void GroupCompiler::unknownElement(Code code, const ast::Name& step, const TypeSet& type) {
    const std::string owner = types().describe(type);
    fault(code, step.at,
          fmt::format("no element `{}` on {}{}", step.text, owner,
                      didYouMean(step.text, types().elementNames(type))));
}

/// `: Type` keeps the items of that very type; of an abstract type all its kinds.
TypeSet GroupCompiler::typeFilter(const ast::Source& source, plan::Source& out,
                                  const TypeSet& type) {
    if (source.type.empty()) return type;
    const auto wanted = compiler_.library().typeNamed(group_.map, source.type, path_);
    if (!wanted) return {};
    out.typeName = compiler_.keep(source.type.text);
    if (*wanted == model::kNoType) return {};
    TypeSet left;
    for (const model::TypeId each : type.types()) {
        const model::TypeId plain = Types::withoutSystem(each);
        if (plain == *wanted ||
            (types().isAbstract(*wanted) && types().model().isA(plain, *wanted)))
            left.add(plain);
        else if (types().isAbstract(plain) && types().model().isA(*wanted, plain))
            left.add(*wanted);
    }
    if (!type.isAny() && left.isAny()) {
        fault(Code::ImpossibleType, source.type.at,
              fmt::format("this is never a {}; it is {}", types().name(*wanted),
                          types().describe(type)));
    }
    std::vector<model::TypeId> accepted = types().concrete(*wanted);
    out.types = {static_cast<plan::Index>(plan().typeIds.size()),
                 static_cast<plan::Index>(accepted.size())};
    plan().typeIds.insert(plan().typeIds.end(), accepted.begin(), accepted.end());
    return left.isAny() ? TypeSet(*wanted) : left;
}

/// where, check and log see the item as their focus and under its variable's name. Old tutorials
/// have conditions on the context instead (`src.a2 as a where a2.length() <= 20`); a lenient
/// compilation takes those that make sense only so; where no type is known, those that begin with
/// the element's own name.
void GroupCompiler::sourceClauses(const ast::Source& source, plan::Source& out,
                                  const TypeSet& type) {
    const bool lenient =
        compiler_.diagnostics().lenient() && out.context != plan::kNoSlot && !source.path.empty();
    const TypeSet context = lenient ? scope_[out.context].type : TypeSet();
    const auto clause = [&](const std::optional<ast::Expression>& text, plan::Index& into) {
        if (!text) return false;
        const bool loose = compiler_.diagnostics().lenient();
        const ast::Expression said = loose ? withoutQuotes(*text) : *text;
        const bool bySight = lenient && type.isAny() && startsWithName(said.text, source.path);
        const bool onContext =
            bySight || (lenient && !compiler_.compiles(said, scope_, type) && !context.isAny() &&
                        compiler_.compiles(said, scope_, context));
        into = expression(said, onContext ? context : type);
        return onContext;
    };
    out.whereOnContext = clause(source.where, out.where);
    out.checkOnContext = clause(source.check, out.check);
    clause(source.log, out.log);
}

}  // namespace waymark::map
