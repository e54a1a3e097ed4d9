// Watchers of a map's run: one prints every step, one remembers which rule wrote what.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "fhir/map/trace.h"
#include "fhir/model/model.h"
#include "fhir/tree/element.h"
#include "mappings/workshop.h"

namespace waymark::cli {

/// Collects the steps as indented lines. Values of the message are shown only when asked for.
class TraceText final : public map::Trace {
public:
    TraceText(const model::Model& model, bool values) : model_(&model), values_(values) {}

    void enterGroup(const map::TracePlace& group) override;
    void exitGroup() override { --depth_; }
    void enterRule(const map::TracePlace& rule) override;
    void exitRule() override { --depth_; }
    void apply(const path::Value* item) override;
    void applied() override { --depth_; }
    void condition(std::string_view expression, bool holds) override;
    void bind(std::string_view name, const path::Value& value, bool target) override;
    void made(tree::Element element) override;

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    void line(std::string_view said);
    [[nodiscard]] std::string shown(const path::Value& value) const;

    const model::Model* model_;
    bool values_;
    std::size_t depth_ = 0;
    std::string text_;
};

/// Which rule wrote an element, from which source.
class Origins final : public map::Trace {
public:
    struct Step {
        map::TracePlace rule;
        tree::Element source;  ///< the first source's item; none for a value that stands nowhere
    };
    /// The rule that wrote it last, behind the rules within which it ran, outermost first.
    using Origin = std::vector<Step>;

    void enterGroup(const map::TracePlace&) override {}
    void exitGroup() override {}
    void enterRule(const map::TracePlace& rule) override;
    void exitRule() override { rules_.pop_back(); }
    void apply(const path::Value* item) override;
    void applied() override { steps_.pop_back(); }
    void condition(std::string_view, bool) override {}
    void bind(std::string_view, const path::Value&, bool) override {}
    void made(tree::Element element) override { origins_[element.node()] = steps_; }

    /// nullptr when no rule wrote this very element.
    [[nodiscard]] const Origin* of(tree::Element element) const;
    /// By the rule's place, "file:line:column".
    [[nodiscard]] bool tried(const std::string& rule) const { return tried_.contains(rule); }
    [[nodiscard]] bool ran(const std::string& rule) const { return ran_.contains(rule); }

private:
    std::vector<map::TracePlace> rules_;
    Origin steps_;
    std::unordered_map<const tree::Node*, Origin> origins_;
    std::unordered_set<std::string> tried_;
    std::unordered_set<std::string> ran_;
};

/// For people: which rule wrote the element, which source it read, and within which rules it ran.
/// With `values` the values too.
[[nodiscard]] std::string explained(tree::Element element, const Origins& origins,
                                    const mappings::Workshop& workshop, bool values);

/// For an element that is not there: the rules that could have written it, and whether they ran.
[[nodiscard]] std::string explainedAbsence(std::string_view name, const Origins& origins,
                                           const map::ast::Map& map);

}  // namespace waymark::cli
