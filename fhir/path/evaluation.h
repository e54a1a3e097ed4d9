// One run of a plan. Items flow from instruction to instruction through visitors, so that exists(),
// first() and filters hold no collections; what must be held lies in Items, in place or in the
// message's arena. No heap, no exceptions: the first fault is kept and everything returns false.
// One thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "fhir/path/compare.h"
#include "fhir/path/expression.h"
#include "fhir/path/items.h"
#include "fhir/path/plan.h"

namespace waymark::path {

/// Three-valued logic and a fault.
enum class Truth : std::uint8_t { False, True, Empty, Failed };
constexpr Truth asTruth(bool holds) {
    return holds ? Truth::True : Truth::False;
}

/// What was found where one item or none is wanted.
enum class Got : std::uint8_t { Empty, One, Failed };

/// Takes items one by one; false stops the flow. Views a callable that outlives it.
class Visitor {
public:
    template <class F>
    explicit Visitor(const F& callable)
        : self_(&callable), call_([](const void* self, const Value& item) -> bool {
              return (*static_cast<const F*>(self))(item);
          }) {}
    bool operator()(const Value& item) const { return call_(self_, item); }

private:
    const void* self_;
    bool (*call_)(const void*, const Value&);
};

/// What a function is called with, and where its result goes.
struct Call {
    const Instruction& at;
    std::span<const PlanId> arguments;
    Items& out;
    /// The input of functions on collections.
    Collection input{};
    /// The argument that is a collection.
    Collection other{};
    /// The input of scalar functions, as what the function needs.
    Value item{};
    /// Arguments that are single values, as what the function needs.
    std::array<Value, 3> values{};
    /// Whether the argument stands in the text and has a value.
    std::array<bool, 3> given{};
};

/// A fault while running.
struct Fault {
    std::string text;
    IssueType type = IssueType::Processing;
    std::uint32_t place = 0;
};

class Evaluation {
public:
    Evaluation(const Plan& plan, const model::Model& model, const Environment& environment,
               tree::Arena& arena, Collection focus);

    /// Runs an instruction and gives its items one by one. False when it failed or was stopped.
    bool stream(PlanId id, Visitor visit);
    /// Runs it and appends its items.
    bool all(PlanId id, Items& to);
    Got one(PlanId id, Value& item);
    /// As a condition (singleton evaluation): one item that is no Boolean is true.
    Truth condition(PlanId id);

    // ---- for functions -----------------------------------------------------------------------
    /// An Each argument with $this and $index.
    bool each(PlanId expression, const Value& item, std::int64_t index, Items& to);
    Truth eachCondition(PlanId expression, const Value& item, std::int64_t index);
    /// The same with $total.
    bool eachWithTotal(PlanId expression, const Value& item, std::int64_t index, Collection total,
                       Items& to);
    /// A Lazy argument, with the whole input as focus.
    bool lazy(PlanId expression, Collection input, Items& to);
    /// Keeps a fault; false, so that `return run.fail(...)` ends a function.
    bool fail(std::string text, IssueType type = IssueType::Processing);
    /// Counts work; false at a limit.
    bool step() {
        if (++steps_ < nextCheck_) [[likely]]
            return true;
        return checkLimits();
    }
    bool step(std::uint32_t work);
    /// False (and a fault) when there are more items than the limit allows.
    bool holds(const Items& items);
    /// False (and a fault) when comparing took too much.
    bool compared();
    /// False (and a fault) when so many more bytes would take more of the arena than the limit
    /// allows.
    bool affords(std::size_t bytes);

    [[nodiscard]] tree::Arena& arena() { return arena_; }
    [[nodiscard]] Comparing& comparing() { return comparing_; }
    [[nodiscard]] const Environment& environment() const { return environment_; }
    [[nodiscard]] const model::Model& model() const { return model_; }
    [[nodiscard]] const Plan& plan() const { return plan_; }
    [[nodiscard]] MessageIndex& index();
    /// The environment's now in its zone; false (and a fault) when there is no such zone.
    bool now(model::Temporal& moment);
    /// Of elements by type, of System values by kind.
    [[nodiscard]] bool isType(const Value& item, model::TypeId type, TypeMatch match) const;

    [[nodiscard]] const std::optional<Fault>& fault() const { return fault_; }

private:
    /// $this, $index and $total.
    struct Frame {
        Collection focus;
        std::int64_t index = 0;
        Collection total;
    };
    /// Another frame, and the old one again at the end.
    class Within;

    bool streamCollection(Collection items, Visitor visit);
    bool streamElement(tree::Element element, Visitor visit);
    bool streamTruth(Truth truth, Visitor visit);
    bool walk(tree::Element from, const PathStep* at, const PathStep* last, Visitor visit);
    bool streamPath(const Instruction& at, Visitor visit);
    bool streamSteps(const Instruction& at, Visitor visit);
    bool streamValueOf(const Instruction& at, Visitor visit);
    bool streamMember(const Instruction& at, Visitor visit);
    bool streamTypeFilter(const Instruction& at, Visitor visit);
    bool streamFilterText(const Instruction& at, Visitor visit);
    bool streamIndexer(const Instruction& at, Visitor visit);
    bool streamUnion(const Instruction& at, Visitor visit);
    bool streamBinary(const Instruction& at, Visitor visit);
    bool streamCall(const Instruction& at, Visitor visit);
    bool streamWhere(const Instruction& at, Visitor visit);
    bool streamSelect(const Instruction& at, Visitor visit);
    bool streamIif(const Instruction& at, Visitor visit);
    bool streamDefineVariable(const Instruction& at, Visitor visit);
    bool runFunction(const Instruction& at, Items& out);
    /// Gives Empty when an argument that must have a value has none.
    Got arguments(const Instruction& at, Call& call, Items& other);
    Got scalar(PlanId id, Needs needs, Value& item);
    Got converted(Value& item, Needs needs);
    bool forward(const Frame& outer, const Value& item, Visitor visit);

    [[nodiscard]] static bool isTruth(const Instruction& at);
    Truth truthOf(const Instruction& at);
    Truth logic(const Instruction& at);
    Truth equality(const Instruction& at);
    Truth comparison(const Instruction& at);
    Truth membership(const Instruction& at);
    Truth exists(const Instruction& at);
    Truth typeTest(const Instruction& at);
    Truth conditionOf(const Value& item) const;
    bool matchesText(tree::Element element, const Instruction& at);
    Got arithmetic(const Instruction& at, Value& item);
    Got negated(const Instruction& at, Value& item);
    bool checkLimits();
    bool enter();

    const Plan& plan_;
    const model::Model& model_;
    const Environment& environment_;
    tree::Arena& arena_;
    Comparing comparing_;
    Collection context_;
    Frame frame_;
    std::uint32_t steps_ = 0;
    std::uint32_t nextCheck_;
    std::uint32_t depth_ = 0;
    std::uint32_t place_ = 0;
    std::span<Collection> defined_;
    MessageIndex* index_;
    std::size_t arenaBefore_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    std::optional<model::Temporal> now_;
    std::optional<Fault> fault_;
};

}  // namespace waymark::path
