#include "fhir/path/evaluation.h"

#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/evaluation_frame.h"
#include "fhir/path/zone.h"

namespace waymark::path {
namespace {

constexpr std::uint32_t kStepsBetweenChecks = 2048;

/// The resource that %resource means when the host does not say.
tree::Element resourceAround(Collection context, const model::Model& model) {
    if (context.empty() || !context.front().isElement()) return {};
    return resourceOf(context.front().element(), model);
}

/// %rootResource: the container of a contained resource.
tree::Element rootAround(Collection context, const model::Model& model) {
    const tree::Element resource = resourceAround(context, model);
    const bool isContained = resource && resource.name() == model::name::contained;
    return isContained ? resourceOf(resource.parent(), model) : resource;
}

}  // namespace

Evaluation::Evaluation(const Plan& plan, const model::Model& model, const Environment& environment,
                       tree::Arena& arena, Collection focus)
    : plan_(plan),
      model_(model),
      environment_(environment),
      arena_(arena),
      comparing_{arena},
      context_(focus),
      nextCheck_(std::min(kStepsBetweenChecks, environment.limits.steps)),
      index_(environment.index),
      arenaBefore_(arena.used()) {
    frame_.focus = focus;
    if (plan.definedVariables > 0) {
        defined_ = arena.array<Collection>(plan.definedVariables);
        std::ranges::fill(defined_, Collection());
    }
}

bool Evaluation::stream(PlanId id, Visitor visit) {
    if (id == kFocus) return streamCollection(frame_.focus, visit);
    const Instruction& at = plan_.code[id];
    if (!step()) return false;
    const Depth depth(depth_);
    if (depth_ > environment_.limits.depth) {
        return fail("the evaluation is nested too deeply", IssueType::TooCostly);
    }
    switch (at.op) {
        case PlanOp::Focus:
            return streamCollection(frame_.focus, visit);
        case PlanOp::Literal:
            return visit(plan_.literals[at.a]);
        case PlanOp::Empty:
            return true;
        case PlanOp::Index:
            return visit(Value::integer(frame_.index));
        case PlanOp::Total:
            return streamCollection(frame_.total, visit);
        case PlanOp::Variable:
            if (at.a >= environment_.variables.size()) return true;
            return streamCollection(environment_.variables[at.a], visit);
        case PlanOp::Defined:
            return streamCollection(defined_[at.slot], visit);
        case PlanOp::Resource:
            return streamElement(
                environment_.resource ? environment_.resource : resourceAround(context_, model_),
                visit);
        case PlanOp::Root:
            return streamElement(environment_.rootResource ? environment_.rootResource
                                                           : rootAround(context_, model_),
                                 visit);
        case PlanOp::Context:
            return streamCollection(context_, visit);
        case PlanOp::Path:
            return streamPath(at, visit);
        case PlanOp::ValueOf:
            return streamValueOf(at, visit);
        case PlanOp::Member:
            return streamMember(at, visit);
        case PlanOp::FilterText:
            return streamFilterText(at, visit);
        case PlanOp::TypeFilter:
            return streamTypeFilter(at, visit);
        case PlanOp::Is:
            return streamTruth(typeTest(at), visit);
        case PlanOp::As: {
            Value item;
            const Got got = one(at.input, item);
            if (got == Got::Failed) return false;
            return got == Got::Empty || !isType(item, at.type, at.match) || visit(item);
        }
        case PlanOp::Call:
            return streamCall(at, visit);
        case PlanOp::Indexer:
            return streamIndexer(at, visit);
        case PlanOp::Negate:
        case PlanOp::Number: {
            Value item;
            const Got got = negated(at, item);
            return got == Got::One ? visit(item) : got == Got::Empty;
        }
        case PlanOp::Binary:
            return streamBinary(at, visit);
    }
    return true;
}

bool Evaluation::streamCollection(Collection items, Visitor visit) {
    return std::ranges::all_of(items, [&](const Value& item) { return visit(item); });
}

bool Evaluation::streamElement(tree::Element element, Visitor visit) {
    return !element || visit(Value::of(element));
}

bool Evaluation::streamTruth(Truth found, Visitor visit) {
    if (found == Truth::Failed) return false;
    return found == Truth::Empty || visit(Value::boolean(found == Truth::True));
}

bool Evaluation::all(PlanId id, Items& to) {
    const auto keep = [&](const Value& item) {
        to.push(item);
        return (to.size() & 0xFFU) != 0 || holds(to);
    };
    stream(id, Visitor(keep));
    return !fault_;
}

Got Evaluation::one(PlanId id, Value& item) {
    if (id != kFocus && plan_.code[id].op == PlanOp::Literal) {
        item = plan_.literals[plan_.code[id].a];
        return Got::One;
    }
    std::uint32_t count = 0;
    const auto keep = [&](const Value& found) {
        if (count++ == 0) {
            item = found;
            return true;
        }
        if (id != kFocus) place_ = plan_.code[id].place;
        return fail("several items stand where one is needed");
    };
    stream(id, Visitor(keep));
    if (fault_) return Got::Failed;
    return count == 0 ? Got::Empty : Got::One;
}

bool Evaluation::each(PlanId expression, const Value& item, std::int64_t index, Items& to) {
    const Within within(frame_, {Collection::view(item), index, frame_.total}, place_);
    return all(expression, to);
}

Truth Evaluation::eachCondition(PlanId expression, const Value& item, std::int64_t index) {
    const Within within(frame_, {Collection::view(item), index, frame_.total}, place_);
    return condition(expression);
}

bool Evaluation::eachWithTotal(PlanId expression, const Value& item, std::int64_t index,
                               Collection total, Items& to) {
    const Within within(frame_, {Collection::view(item), index, total}, place_);
    return all(expression, to);
}

bool Evaluation::lazy(PlanId expression, Collection input, Items& to) {
    const Within within(frame_, {input, frame_.index, frame_.total}, place_);
    return all(expression, to);
}

bool Evaluation::fail(std::string text, IssueType type) {
    if (!fault_) fault_ = Fault{std::move(text), type, place_};
    return false;
}

bool Evaluation::step(std::uint32_t work) {
    steps_ += work;
    return steps_ < nextCheck_ || checkLimits();
}

bool Evaluation::checkLimits() {
    const Limits& limits = environment_.limits;
    if (fault_) return false;
    if (steps_ >= limits.steps) {
        return fail(fmt::format("the evaluation takes more than {} steps", limits.steps),
                    IssueType::TooCostly);
    }
    if (!affords(0)) return false;
    // The clock is read for evaluations that are long at all, and counts from the first reading.
    const auto now = std::chrono::steady_clock::now();
    if (!deadline_) deadline_ = now + limits.time;
    if (now > *deadline_) {
        return fail(
            fmt::format("the evaluation takes more than {} milliseconds", limits.time.count()),
            IssueType::TooCostly);
    }
    nextCheck_ = std::min(steps_ + kStepsBetweenChecks, limits.steps);
    return true;
}

bool Evaluation::holds(const Items& items) {
    if (items.size() <= environment_.limits.results) return true;
    return fail(fmt::format("the evaluation gives more than {} items", environment_.limits.results),
                IssueType::TooCostly);
}

bool Evaluation::compared() {
    if (!comparing_.exhausted()) return true;
    return fail("the evaluation compares too many items", IssueType::TooCostly);
}

bool Evaluation::affords(std::size_t bytes) {
    const std::size_t limit = environment_.limits.bytes;
    if (bytes <= limit && arena_.used() - arenaBefore_ <= limit - bytes) return true;
    return fail(fmt::format("the evaluation takes more than {} bytes of memory", limit),
                IssueType::TooCostly);
}

MessageIndex& Evaluation::index() {
    if (!index_) {
        tree::Element root;
        if (!context_.empty() && context_.front().isElement()) {
            root = context_.front().element();
            while (root.parent()) root = root.parent();
        }
        index_ = arena_.make<MessageIndex>(root, model_, arena_);
    }
    return *index_;
}

bool Evaluation::now(model::Temporal& moment) {
    if (!now_) {
        const auto offset = zoneOffset(environment_.zone, environment_.now);
        if (!offset) return fail("there is no time zone " + std::string(environment_.zone));
        now_ = model::Temporal::at(environment_.now, *offset);
    }
    moment = *now_;
    return true;
}

bool Evaluation::isType(const Value& item, model::TypeId type, TypeMatch match) const {
    switch (match) {
        case TypeMatch::Derived:
            if (item.isElement()) return model_.isA(item.element().type(), type);
            return item.is(ValueKind::Quantity) && type == model::type::Quantity;
        case TypeMatch::Exact:
            return item.isElement() && item.element().type() == type;
        case TypeMatch::System:
            if (item.isElement()) return false;
            return type == model::type::System_Any || systemType(item.kind()) == type;
        case TypeMatch::Never:
            return false;
    }
    return false;
}

}  // namespace waymark::path
