// Transforms: parameters, arity, and what type of value comes out.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/map/group_compiler.h"
#include "fhir/map/lexer.h"
#include "fhir/model/format.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;

/// Types whose value is made of the parameters.
model::TypeId madeBy(Op op) {
    switch (op) {
        case Op::Truncate:
        case Op::Escape:
        case Op::Append:
            return type::string;
        case Op::Reference:
        case Op::Pointer:
        case Op::Uuid:
            return type::string;
        case Op::Cc:
            return type::CodeableConcept;
        case Op::C:
            return type::Coding;
        case Op::Qty:
            return type::Quantity;
        case Op::Id:
            return type::Identifier;
        case Op::Cp:
            return type::ContactPoint;
        case Op::ToDate:
        case Op::UnixToDate:
            return type::date;
        case Op::DateOp:
        case Op::ToDateTime:
        case Op::UnixToDateTime:
            return type::dateTime;
        case Op::ToTime:
        case Op::UnixToTime:
            return type::time;
        default:
            return model::kNoType;
    }
}

}  // namespace

std::optional<TypeSet> GroupCompiler::transform(const ast::Target& target, plan::Target& out,
                                                const Place& place, const TypeSet& item) {
    const ast::Transform& transform = *target.transform;
    const TransformInfo* info = transformNamed(transform.name);
    if (!info) {
        std::vector<std::string_view> names;
        for (const TransformInfo& each : transforms()) names.push_back(each.name);
        fault(Code::UnknownTransform, transform.at,
              fmt::format("no transform `{}`{}; a FHIRPath expression stands in parentheses",
                          transform.name, didYouMean(transform.name, names)));
        return std::nullopt;
    }
    out.op = info->op;
    const std::size_t count = transform.parameters.size();
    if (count < info->min || (info->max != 255 && count > info->max)) {
        fault(Code::WrongArity, transform.at,
              fmt::format("`{}` cannot take {} parameter{}; expected {}", info->name, count,
                          count == 1 ? "" : "s", info->usage));
        return std::nullopt;
    }
    switch (info->op) {
        case Op::Create:
            return create(transform, out, place);
        case Op::Cast:
            return cast(transform, out, place);
        case Op::Translate:
            return translate(transform, out, place);
        case Op::Evaluate:
            return evaluate(transform, out, item);
        case Op::Copy: {
            TypeSet value;
            plan::Parameter compiled;
            if (!parameter(transform.parameters.front(), compiled, &value)) return std::nullopt;
            out.parameters = {static_cast<plan::Index>(plan().parameters.size()), 1};
            plan().parameters.push_back(compiled);
            if (compiled.kind == plan::Parameter::Kind::Literal &&
                !literalFits(transform.parameters.front(), place))
                return std::nullopt;
            return value;
        }
        case Op::Uuid:
            return TypeSet(type::string);
        default:
            break;
    }
    if (!parameters(transform, out)) return std::nullopt;
    // A reference's text becomes a whole Reference where one is wanted, a Coding a CodeableConcept.
    const bool referring = info->op == Op::Reference || info->op == Op::Pointer;
    out.wraps = referring && std::ranges::any_of(place.defs, [](const model::ElementDef& def) {
                    return def.type == type::Reference;
                });
    if (out.wraps) return TypeSet(type::Reference);
    return TypeSet(madeBy(info->op));
}

/// create('Type'): one of the types that the element may have.
std::optional<TypeSet> GroupCompiler::create(const ast::Transform& transform, plan::Target& out,
                                             const Place& place) {
    model::TypeId wanted = model::kNoType;
    if (transform.parameters.empty()) {
        if (place.known && place.defs.size() == 1) wanted = place.defs.front().type;
    } else {
        const ast::Parameter& parameter = transform.parameters.front();
        const bool named = parameter.kind != ast::Parameter::Kind::Expression;
        if (!named) {
            fault(Code::BadParameter, parameter.at, "create wants a type's name in quotes");
            return std::nullopt;
        }
        const auto found = compiler_.library().typeNamed(
            group_.map, ast::Name{.text = parameter.text, .at = parameter.at}, path_);
        if (!found) return std::nullopt;
        wanted = *found;
    }
    // An element that is defined in place has a type of its own under the common name.
    if (place.known && !place.self && wanted != model::kNoType) {
        for (const model::ElementDef& def : place.defs)
            if (types().isAbstract(wanted) && types().model().isA(def.type, wanted) &&
                place.defs.size() == 1)
                wanted = def.type;
    }
    if (wanted != model::kNoType && types().isAbstract(wanted)) {
        fault(Code::TypeNeeded, transform.at,
              fmt::format("{} is abstract; name the type that is meant", types().name(wanted)));
        return std::nullopt;
    }
    if (wanted == model::kNoType && !place.open && (!place.known || place.defs.size() > 1) &&
        transform.parameters.empty()) {
        fault(Code::TypeNeeded, transform.at, "say which type: create('Type')");
        return std::nullopt;
    }
    out.created = wanted;
    return TypeSet(wanted);
}

/// cast(source, 'type'); without a type it is the element's, when that is but one.
std::optional<TypeSet> GroupCompiler::cast(const ast::Transform& transform, plan::Target& out,
                                           const Place& place) {
    if (transform.parameters.size() == 2) {
        const ast::Parameter& parameter = transform.parameters[1];
        const auto found = compiler_.library().typeNamed(
            group_.map, ast::Name{.text = parameter.text, .at = parameter.at}, path_);
        if (!found) return std::nullopt;
        out.created = *found;
    } else if (place.known && place.defs.size() == 1) {
        out.created = place.defs.front().type;
    }
    if (out.created != model::kNoType && !types().isPrimitive(out.created)) {
        fault(Code::BadParameter, transform.at,
              fmt::format("cast makes primitives; {} is none", types().name(out.created)));
        return std::nullopt;
    }
    TypeSet value;
    plan::Parameter compiled;
    if (!parameter(transform.parameters.front(), compiled, &value)) return std::nullopt;
    out.parameters = {static_cast<plan::Index>(plan().parameters.size()), 1};
    plan().parameters.push_back(compiled);
    if (out.created != model::kNoType) return TypeSet(out.created);
    return value;
}

/// translate(source, 'url', 'code'). The third says what is taken of the translation; without it
/// the target's type does.
std::optional<TypeSet> GroupCompiler::translate(const ast::Transform& transform, plan::Target& out,
                                                const Place& place) {
    const ast::Parameter& url = transform.parameters[1];
    if (url.kind != ast::Parameter::Kind::Literal) {
        fault(Code::BadParameter, url.at, "translate wants the ConceptMap's URL in quotes");
        return std::nullopt;
    }
    out.conceptMap = compiler_.conceptMap(group_.map, url.text);
    if (out.conceptMap == plan::kNone) {
        fault(Code::UnknownConceptMap, url.at,
              fmt::format("no ConceptMap {}{}", url.text,
                          didYouMean(url.text, compiler_.conceptMapNames(group_.map))));
        if (!compiler_.diagnostics().lenient()) return std::nullopt;
    }
    static constexpr std::pair<std::string_view, model::TypeId> kOutputs[] = {
        {"code", type::code},      {"system", type::uri},
        {"display", type::string}, {"Coding", type::Coding},
        {"coding", type::Coding},  {"CodeableConcept", type::CodeableConcept}};
    std::string_view output = "code";
    const ast::Parameter* wanted =
        transform.parameters.size() == 3 ? &transform.parameters[2] : nullptr;
    if (wanted) {
        output = wanted->text;
    } else if (place.known && place.defs.size() == 1) {
        if (place.defs.front().type == type::Coding) output = "Coding";
        if (place.defs.front().type == type::CodeableConcept) output = "CodeableConcept";
    }
    const auto* found =
        std::ranges::find(kOutputs, output, &std::pair<std::string_view, model::TypeId>::first);
    if (found == std::end(kOutputs)) {
        fault(Code::BadParameter, wanted->at,
              fmt::format("translate gives code, system, display, Coding or CodeableConcept, not "
                          "`{}`",
                          output));
        return std::nullopt;
    }
    if (output == "code") checkCodes(url, out, place);
    plan::Parameter source;
    plan::Parameter part;
    if (!parameter(transform.parameters.front(), source, nullptr)) return std::nullopt;
    part.text = compiler_.keep(output);
    out.created = found->second;
    out.parameters = {static_cast<plan::Index>(plan().parameters.size()), 2};
    plan().parameters.push_back(source);
    plan().parameters.push_back(part);
    return TypeSet(found->second);
}

/// evaluate(context, expression), or (expression) whose focus is the rule's first source.
std::optional<TypeSet> GroupCompiler::evaluate(const ast::Transform& transform, plan::Target& out,
                                               const TypeSet& item) {
    TypeSet focus = item;
    std::vector<plan::Parameter> compiled;
    if (transform.parameters.size() == 2 &&
        !parameter(transform.parameters.front(), compiled.emplace_back(), &focus))
        return std::nullopt;
    const ast::Parameter& last = transform.parameters.back();
    ast::Expression text = last.expression;
    if (last.kind != ast::Parameter::Kind::Expression) {
        text.text = last.text;
        text.at = last.at;
    }
    if (compiler_.diagnostics().lenient()) text = withoutQuotes(std::move(text));
    plan::Parameter code;
    code.kind = plan::Parameter::Kind::Expression;
    model::TypeId result = model::kNoType;
    code.expression = expression(text, focus, &result);
    if (code.expression == plan::kNone) return std::nullopt;
    compiled.push_back(code);
    out.parameters = {static_cast<plan::Index>(plan().parameters.size()),
                      static_cast<plan::Index>(compiled.size())};
    plan().parameters.insert(plan().parameters.end(), compiled.begin(), compiled.end());
    return TypeSet(result);
}

ast::Expression GroupCompiler::withoutQuotes(ast::Expression expression) {
    const std::string_view text = expression.text;
    if (text.size() < 3 || text.front() != '\'' || text.back() != '\'') return expression;
    const std::string_view inner = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i] == '\'') return expression;  // two texts and something between
        if (inner[i] == '\\') ++i;
    }
    expression.text = unescape(inner);
    return expression;
}

const model::Shape* GroupCompiler::codesAt(const Place& place) const {
    if (!place.known || place.defs.size() != 1 || place.owner == model::kNoType) return nullptr;
    if (place.defs.front().type != type::code) return nullptr;
    return types().codes(place.owner, place.defs.front());
}

/// What a ConceptMap gives must be codes that the element may have.
void GroupCompiler::checkCodes(const ast::Parameter& url, const plan::Target& out,
                               const Place& place) {
    const model::Shape* codes = codesAt(place);
    if (!codes || out.conceptMap == plan::kNone) return;
    for (const terminology::Coding& coding : plan().conceptMaps[out.conceptMap]->targets()) {
        std::string near;
        if (Types::hasCode(*codes, coding.code, near)) continue;
        fault(Code::MissingCodes, url.at,
              fmt::format("the ConceptMap gives `{}`, which is none of the codes of `{}`{}",
                          coding.code, types().model().name(place.defs.front().name), near));
        return;
    }
}

TypeSet GroupCompiler::literalTypes(const ast::Parameter& parameter) const {
    switch (parameter.literal) {
        case ast::LiteralKind::Boolean:
            return TypeSet(type::boolean);
        case ast::LiteralKind::Integer:
            return TypeSet(type::integer);
        case ast::LiteralKind::Decimal:
            return TypeSet(type::decimal);
        case ast::LiteralKind::Date:
            if (parameter.text.starts_with('T')) return TypeSet(type::time);
            return TypeSet(parameter.text.find('T') == std::string::npos ? type::date
                                                                         : type::dateTime);
        case ast::LiteralKind::Text:
            break;
    }
    return TypeSet(type::string);
}

/// A literal's text must have the format of one of the types that it may become.
bool GroupCompiler::literalFits(const ast::Parameter& parameter, const Place& place) {
    if (!place.known || place.defs.empty()) return true;
    if (const model::Shape* codes = codesAt(place)) {
        std::string near;
        if (Types::hasCode(*codes, parameter.text, near)) return true;
        fault(Code::NotInValueSet, parameter.at,
              fmt::format("`{}` is none of the codes of `{}`{}", parameter.text,
                          types().model().name(place.defs.front().name), near));
        return false;
    }
    const model::TypeId literal = literalTypes(parameter).single();
    std::string_view text = parameter.text;
    if (literal == type::time) text.remove_prefix(1);
    std::string_view expectation;
    std::string_view into;
    bool primitive = false;
    for (const model::ElementDef& def : place.defs) {
        if (types().fit(literal, def.type) == Fit::Never || !types().isPrimitive(def.type))
            continue;
        primitive = true;
        const model::Format format = model::formatOf(types().name(def.type));
        if (model::matches(format, text)) return true;
        expectation = model::expectation(format);
        into = types().name(def.type);
    }
    if (!primitive) return true;  // the types themselves do not fit: put() says so
    fault(Code::WrongType, parameter.at,
          fmt::format("`{}` is no {}: {}", parameter.text, into, expectation));
    return false;
}

bool GroupCompiler::parameters(const ast::Transform& transform, plan::Target& out) {
    std::vector<plan::Parameter> compiled;
    for (const ast::Parameter& each : transform.parameters)
        if (!parameter(each, compiled.emplace_back(), nullptr)) return false;
    out.parameters = {static_cast<plan::Index>(plan().parameters.size()),
                      static_cast<plan::Index>(compiled.size())};
    plan().parameters.insert(plan().parameters.end(), compiled.begin(), compiled.end());
    return true;
}

bool GroupCompiler::parameter(const ast::Parameter& parameter, plan::Parameter& out,
                              TypeSet* value) {
    switch (parameter.kind) {
        case ast::Parameter::Kind::Literal:
            out.literal = parameter.literal;
            out.text = compiler_.keep(parameter.text);
            if (parameter.literal == ast::LiteralKind::Date && out.text.starts_with('T'))
                out.text.remove_prefix(1);
            if (value) *value = literalTypes(parameter);
            return true;
        case ast::Parameter::Kind::Variable: {
            const auto slot = lookup(ast::Name{.text = parameter.text, .at = parameter.at});
            if (!slot) return false;
            out.kind = plan::Parameter::Kind::Variable;
            out.slot = *slot;
            out.fromTarget = scope_[*slot].target;
            if (value) *value = scope_[*slot].type;
            return true;
        }
        case ast::Parameter::Kind::Expression: {
            model::TypeId result = model::kNoType;
            out.kind = plan::Parameter::Kind::Expression;
            out.expression = expression(parameter.expression, TypeSet(), &result);
            out.fromTarget = readsTarget(parameter.expression.text);
            if (value) *value = TypeSet(result);
            return out.expression != plan::kNone;
        }
    }
    return false;
}

}  // namespace waymark::map
