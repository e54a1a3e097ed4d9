// The state of one transformation: the arena, the tree being built, variables, limits and the first
// failure. Everything that rules do with values is here; the order in which rules run is in
// runner.h. One thread. After the first failure nothing more is done. Private to the room.
#pragma once

#include <chrono>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "fhir/map/map_set.h"
#include "fhir/map/plan.h"
#include "fhir/map/types.h"
#include "fhir/path/message_index.h"
#include "fhir/path/value.h"
#include "fhir/tree/builder.h"

namespace waymark::map {

/// Faults at run-time; the printed form is "FML-R0501".
enum class RunCode : std::uint16_t {
    CheckFailed = 501,
    Cardinality = 502,
    Limit = 503,
    DoesNotFit = 504,
    UnknownElement = 505,
    TypeNeeded = 506,
    SeveralValues = 507,
    NoDefaultGroup = 508,
    Expression = 509,
    BadParameter = 510,
    WrongInput = 511,
    OnlyOne = 512,
    BadDate = 513,
    UnknownConceptMap = 514,
    UnknownGroup = 515,
};

/// The variables of one group call: a value per slot, and the same as collections for FHIRPath.
struct Frame {
    path::Value* values = nullptr;
    path::Collection* views = nullptr;
    /// The names that an element's children have, as plan::nameBit; 0 when not looked at yet.
    std::uint64_t* names = nullptr;

    void set(plan::Slot slot, const path::Value& value) {
        values[slot] = value;
        views[slot] = path::Collection(values + slot, 1);
        names[slot] = 0;
    }
    /// Whether the rule's first source may have an item: a child of that name and type. Generous.
    [[nodiscard]] bool mayEnter(const plan::RuleRef& rule) const {
        if (rule.slot == plan::kNoSlot) return true;
        std::uint64_t& known = names[rule.slot];
        if (known == 0) known = namesIn(rule.slot);
        if ((known & plan::nameBit(rule.name)) == 0) return false;
        if (rule.type == model::kNoType || known == plan::kAnyName) return true;
        tree::Element at = values[rule.slot].isElement()
                               ? values[rule.slot].element().child(rule.name)
                               : tree::Element();
        while (at && at.type() != rule.type) at = at.nextSame();
        return static_cast<bool>(at);
    }
    [[nodiscard]] std::uint64_t namesIn(plan::Slot slot) const {
        std::uint64_t bits = plan::kNamesKnown;
        if (!has(slot) || !values[slot].isElement()) return bits;
        if (values[slot].element().type() == model::kOpen) return plan::kAnyName;
        for (const tree::Element child : values[slot].element().children()) {
            bits |= plan::nameBit(child.name());
            if (!child.isKeyed()) bits |= plan::nameBit(child.node()->local);
        }
        return bits;
    }
    void clear(plan::Slot slot) { views[slot] = path::Collection(); }
    [[nodiscard]] bool has(plan::Slot slot) const { return !views[slot].empty(); }
};

/// Forwards what FHIRPath asks: terminology is ours, the rest is the caller's.
class MapServices final : public path::Services {
public:
    MapServices(const terminology::Terminology& terminology, const path::Services* outer)
        : terminology_(terminology), outer_(outer) {}
    [[nodiscard]] tree::Element resolve(std::string_view reference) const override {
        return outer_ ? outer_->resolve(reference) : tree::Element();
    }
    [[nodiscard]] std::optional<bool> memberOf(std::string_view valueSet, std::string_view system,
                                               std::string_view code) const override {
        if (const auto known = terminology_.contains(valueSet, system, code)) return known;
        return outer_ ? outer_->memberOf(valueSet, system, code) : std::nullopt;
    }
    [[nodiscard]] std::optional<bool> conformsTo(tree::Element element,
                                                 std::string_view profile) const override {
        return outer_ ? outer_->conformsTo(element, profile) : std::nullopt;
    }

private:
    const terminology::Terminology& terminology_;
    const path::Services* outer_;
};

class Machine {
public:
    Machine(const plan::Plan& plan, const Run& run);

    /// The first failure; only after something returned false.
    Failure takeFailure();

protected:
    // machine.cpp: limits, frames, values
    void begin(tree::Element firstInput, const tree::Node* target);
    [[nodiscard]] bool fail(RunCode code, std::string text, IssueType type = IssueType::Processing);
    [[nodiscard]] bool countRule();
    [[nodiscard]] bool countElements(std::size_t number);
    /// Where the stack of frames stood.
    struct FrameMark {
        std::span<path::Value> values;
        std::span<path::Collection> views;
        std::span<std::uint64_t> names;
        std::size_t top = 0;
    };
    Frame frame(std::size_t slots, FrameMark& mark);
    void release(const FrameMark& mark) { frames_ = mark; }
    [[nodiscard]] bool evaluate(plan::Index expression, const path::Value* focus,
                                const Frame& frame, path::Collection& out);
    [[nodiscard]] bool holds(plan::Index expression, const path::Value& focus, const Frame& frame,
                             bool& out);
    /// A parameter's value; `has` is false when it is empty.
    [[nodiscard]] bool parameter(const plan::Parameter& parameter, const Frame& frame,
                                 path::Value& out, bool& has);
    /// A primitive's text; empty for what has none. Views the tree or the arena.
    [[nodiscard]] std::string_view text(const path::Value& value);
    [[nodiscard]] model::TypeId typeOf(const path::Value& value) const;

    // place.cpp: elements of the target
    /// Where a target's last step ends: the parent of what is made, or the context itself.
    struct Spot {
        tree::Node* parent = nullptr;
        const plan::TargetStep* step = nullptr;  ///< nullptr: `parent` itself
    };
    [[nodiscard]] bool spot(const plan::Target& target, tree::Node* context, Spot& out);
    [[nodiscard]] bool definitions(const Spot& spot, std::span<const model::ElementDef>& out,
                                   bool& self);
    [[nodiscard]] tree::Node* existing(const Spot& spot, const model::ElementDef& def) const;
    /// An empty element of a type; kNoType: the element's own.
    [[nodiscard]] bool make(const plan::Target& target, const Spot& spot, model::TypeId type,
                            tree::Node*& out);
    [[nodiscard]] bool makeAt(tree::Node* parent, const model::ElementDef& def, model::TypeId type,
                              tree::Node*& out);
    [[nodiscard]] bool put(const plan::Target& target, const Spot& spot, const path::Value& value,
                           tree::Node*& out);
    [[nodiscard]] bool putAt(tree::Node* parent, const model::ElementDef& def,
                             const path::Value& value, Fit fit, tree::Node*& out);
    [[nodiscard]] bool putOpen(tree::Node* parent, std::string_view key, const path::Value& value,
                               tree::Node*& out);
    [[nodiscard]] bool convert(tree::Element from, tree::Node* to);
    [[nodiscard]] bool convertResource(tree::Element from, tree::Node* parent,
                                       const model::ElementDef& def, tree::Node*& out);
    [[nodiscard]] bool assign(tree::Node* node, const path::Value& value);
    [[nodiscard]] bool assignText(tree::Node* node, const path::Value& value);
    tree::Node* copy(tree::Element from, tree::Node* parent, const model::ElementDef& def);
    void prune();

    // transforms.cpp
    [[nodiscard]] bool transform(const plan::Target& target, const Frame& frame,
                                 const path::Value* item, path::Collection& out);
    [[nodiscard]] bool failed() const { return failure_.has_value(); }

    struct Arguments {
        std::span<const path::Value> values;
        std::span<const bool> has;
    };
    struct Part {
        std::string_view name;
        std::string_view text;
    };
    [[nodiscard]] bool compute(const plan::Target& target, const Arguments& arguments,
                               path::Value& out, bool& some);
    std::string_view at(const Arguments& arguments, std::size_t index);
    [[nodiscard]] bool createTree(const plan::Target& target, path::Value& out);
    [[nodiscard]] bool truncate(const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool append(const Arguments& arguments, path::Value& out, bool& some);
    [[nodiscard]] bool escape(const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool cast(const plan::Target& target, const Arguments& arguments,
                            path::Value& out, bool& some);
    path::Value built(model::TypeId id, std::initializer_list<Part> parts);
    [[nodiscard]] bool codeableConcept(const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool quantity(const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool identifier(const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool contactPoint(const Arguments& arguments, path::Value& out);
    std::string_view uuid();
    [[nodiscard]] bool reference(const path::Value& resource, bool pointer, path::Value& out);
    [[nodiscard]] bool isLoose(const tree::Node* node) const;

    // transforms_code.cpp
    [[nodiscard]] std::optional<terminology::Translation> translated(
        const terminology::ConceptTable* table, std::string_view system,
        std::string_view code) const;
    [[nodiscard]] bool translate(const plan::Target& target, const Arguments& arguments,
                                 path::Value& out, bool& some);
    [[nodiscard]] bool moment(Op op, const Arguments& arguments, path::Value& out);
    [[nodiscard]] bool unixMoment(Op op, const Arguments& arguments, path::Value& out);

    static tree::Node* node(const path::Value& value) {
        // Only targets are asked for, and those are made here.
        return const_cast<tree::Node*>(value.element().node());
    }
    static path::Value value(const tree::Node* node) {
        return path::Value::of(tree::Element(node));
    }

    const plan::Plan& plan_;
    const Run& run_;
    tree::Arena& arena_;
    tree::Builder builder_;
    Types types_;
    MapServices services_;
    path::Environment environment_;
    std::optional<path::MessageIndex> index_;  ///< of the first input, for resolve()
    plan::Index path_ = plan::kNone;           ///< of the rule that runs
    std::uint32_t depth_ = 0;
    tree::Element firstInput_;
    const tree::Node* targetRoot_ = nullptr;

    /// share: what a block's rules have made under an id.
    struct Shared {
        plan::Index id = plan::kNone;
        const tree::Node* parent = nullptr;
        tree::Node* node = nullptr;
        Shared* before = nullptr;
    };
    Shared* shared_ = nullptr;

private:
    /// Elements that were made empty, newest first.
    struct Made {
        tree::Node* node = nullptr;
        Made* before = nullptr;
    };
    [[nodiscard]] bool doesNotFit(const path::Value& value, model::TypeId type);

    Made* made_ = nullptr;
    std::uint32_t rules_ = 0;
    std::size_t elements_ = 0;
    std::chrono::steady_clock::time_point deadline_;
    std::optional<Failure> failure_;
    FrameMark frames_;
    /// Trees made by create('Type') that stand nowhere yet.
    Made* loose_ = nullptr;
};

}  // namespace waymark::map
