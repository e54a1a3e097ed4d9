#include "fhir/map/machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;

constexpr std::size_t kFrameSlots = 256;
/// The clock is read once in so many rules.
constexpr std::uint32_t kRulesPerClock = 64;

/// The nearest resource that holds an element, for %resource.
tree::Element resourceOf(tree::Element element, const model::Model& model) {
    for (tree::Element at = element; at; at = at.parent())
        if (model.shape(at.type()).kind == model::TypeKind::Resource) return at;
    return element;
}

}  // namespace

Machine::Machine(const plan::Plan& plan, const Run& run)
    : plan_(plan),
      run_(run),
      arena_(*run.arena),
      builder_(*run.arena, *plan.model),
      types_(*plan.model),
      services_(*plan.terminology, run.services),
      deadline_(std::chrono::steady_clock::now() + run.limits.time) {
    environment_.now = run.now;
    environment_.zone = run.zone;
    environment_.services = &services_;
    environment_.limits.time = run.limits.time;
}

void Machine::begin(tree::Element firstInput, const tree::Node* target) {
    firstInput_ = firstInput;
    targetRoot_ = target;
    tree::Element root = firstInput;
    while (root.parent()) root = root.parent();
    environment_.index = &index_.emplace(root, *plan_.model, arena_);
    environment_.resource = resourceOf(firstInput, *plan_.model);
    environment_.rootResource = environment_.resource;
}

Failure Machine::takeFailure() {
    check(failure_.has_value(), "a transformation that failed has a failure");
    return *std::move(failure_);
}

bool Machine::fail(RunCode code, std::string text, IssueType issueType) {
    std::vector<Issue> issues;
    issues.push_back(Issue{.severity = Severity::Error,
                           .type = issueType,
                           .text = std::move(text),
                           .expression = path_ == plan::kNone ? std::string() : plan_.paths[path_],
                           .at = {},
                           .code = fmt::format("FML-R{:04}", std::to_underlying(code)),
                           .file = {}});
    failure_.emplace(Kind::Unprocessable, std::move(issues));
    return false;
}

bool Machine::countRule() {
    if (++rules_ > run_.limits.rules)
        return fail(RunCode::Limit, fmt::format("more than {} rules were run", run_.limits.rules),
                    IssueType::TooCostly);
    if (rules_ % kRulesPerClock == 0 && std::chrono::steady_clock::now() > deadline_)
        return fail(RunCode::Limit, fmt::format("took longer than {} ms", run_.limits.time.count()),
                    IssueType::TooCostly);
    return true;
}

bool Machine::countElements(std::size_t number) {
    elements_ += number;
    if (elements_ <= run_.limits.elements) return true;
    return fail(RunCode::Limit,
                fmt::format("more than {} elements were made", run_.limits.elements),
                IssueType::TooCostly);
}

/// Frames stand on a stack of their own, which grows by whole blocks so that none ever moves.
Frame Machine::frame(std::size_t slots, FrameMark& mark) {
    mark = frames_;
    if (frames_.top + slots > frames_.values.size()) {
        const std::size_t size = std::max(kFrameSlots, slots * 2);
        frames_ = {arena_.array<path::Value>(size), arena_.array<path::Collection>(size),
                   arena_.array<std::uint64_t>(size), 0};
    }
    const Frame out{frames_.values.data() + frames_.top, frames_.views.data() + frames_.top,
                    frames_.names.data() + frames_.top};
    std::fill_n(out.views, slots, path::Collection());
    std::fill_n(out.names, slots, 0);
    frames_.top += slots;
    return out;
}

bool Machine::evaluate(plan::Index expression, const path::Value* focus, const Frame& frame,
                       path::Collection& out) {
    const plan::Expression& code = plan_.expressions[expression];
    environment_.variables = {frame.views, code.variables};
    if (code.wantsResource) {
        const bool element = focus && focus->isElement();
        environment_.resource = resourceOf(element ? focus->element() : firstInput_, *plan_.model);
        environment_.rootResource = environment_.resource;
    }
    auto result =
        focus && focus->isElement()
            ? code.compiled.evaluate(focus->element(), environment_, arena_)
            : code.compiled.evaluate(focus ? path::Collection::view(*focus) : path::Collection(),
                                     environment_, arena_);
    if (result) {
        out = *result;
        return true;
    }
    const Issue* issue = result.error().issues.empty() ? nullptr : &result.error().issues.front();
    return fail(RunCode::Expression,
                fmt::format("FHIRPath `{}`: {}", code.compiled.text(), issue ? issue->text : ""),
                issue ? issue->type : IssueType::Processing);
}

/// A criterion: empty is false, one item that is no Boolean is true.
bool Machine::holds(plan::Index expression, const path::Value& focus, const Frame& frame,
                    bool& out) {
    path::Collection result;
    if (!evaluate(expression, &focus, frame, result)) return false;
    if (result.empty()) {
        out = false;
        return true;
    }
    if (result.size() > 1)
        return fail(RunCode::Expression,
                    fmt::format("the condition `{}` gives {} items instead of a Boolean",
                                plan_.expressions[expression].compiled.text(), result.size()));
    const path::Value& item = result.front();
    if (item.is(path::ValueKind::Boolean))
        out = item.boolean();
    else if (item.isElement() && item.element().type() == type::boolean)
        out = item.element().text() == "true";
    else
        out = true;
    return true;
}

bool Machine::parameter(const plan::Parameter& parameter, const Frame& frame, path::Value& out,
                        bool& has) {
    has = true;
    switch (parameter.kind) {
        case plan::Parameter::Kind::Literal:
            switch (parameter.literal) {
                case ast::LiteralKind::Boolean:
                    out = path::Value::boolean(parameter.text == "true");
                    return true;
                case ast::LiteralKind::Integer: {
                    std::int64_t number = 0;
                    const char* end = parameter.text.data() + parameter.text.size();
                    if (std::from_chars(parameter.text.data(), end, number).ec == std::errc()) {
                        out = path::Value::integer(number);
                        return true;
                    }
                    break;
                }
                case ast::LiteralKind::Decimal:
                    if (const auto number = model::Decimal::parse(parameter.text)) {
                        out = path::Value::decimal(*number);
                        return true;
                    }
                    break;
                default:
                    break;
            }
            out = path::Value::string(parameter.text);
            return true;
        case plan::Parameter::Kind::Variable: {
            const path::Collection& view = frame.views[parameter.slot];
            has = !view.empty();
            if (has) out = view.front();
            return true;
        }
        case plan::Parameter::Kind::Expression: {
            path::Collection result;
            if (!evaluate(parameter.expression, nullptr, frame, result)) return false;
            if (result.size() > 1)
                return fail(RunCode::SeveralValues,
                            fmt::format("`{}` gives {} values where one is wanted",
                                        plan_.expressions[parameter.expression].compiled.text(),
                                        result.size()));
            has = !result.empty();
            if (has) out = result.front();
            return true;
        }
    }
    return true;
}

std::string_view Machine::text(const path::Value& value) {
    switch (value.kind()) {
        case path::ValueKind::Element:
            return value.element().text();
        case path::ValueKind::String:
            return value.string();
        case path::ValueKind::Boolean:
            return value.boolean() ? "true" : "false";
        case path::ValueKind::Integer: {
            char digits[24];
            const auto end = std::to_chars(digits, digits + sizeof digits, value.integer()).ptr;
            return arena_.copy({digits, static_cast<std::size_t>(end - digits)});
        }
        case path::ValueKind::Decimal: {
            char digits[model::Decimal::kTextBytes];
            return arena_.copy({digits, value.decimal().write(digits)});
        }
        case path::ValueKind::Date:
        case path::ValueKind::DateTime:
        case path::ValueKind::Time: {
            char digits[model::Temporal::kTextBytes];
            return arena_.copy({digits, value.temporal().write(digits)});
        }
        default:
            return arena_.copy(path::text(value));
    }
}

model::TypeId Machine::typeOf(const path::Value& value) const {
    switch (value.kind()) {
        case path::ValueKind::Element:
            return value.element().type();
        case path::ValueKind::Boolean:
            return type::boolean;
        case path::ValueKind::Integer:
            return type::integer;
        case path::ValueKind::Decimal:
            return type::decimal;
        case path::ValueKind::Date:
            return type::date;
        case path::ValueKind::DateTime:
            return type::dateTime;
        case path::ValueKind::Time:
            return type::time;
        case path::ValueKind::Quantity:
            return type::Quantity;
        default:
            return type::string;
    }
}

}  // namespace waymark::map
