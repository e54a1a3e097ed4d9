// What a map did, step by step, as a tool for the mapping language replays it: groups and rules
// entered and left, conditions met, elements made, with places in the map's text and variables by
// name, type and path. No values: a tool that has the input finds them by the path. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/json/writer.h"
#include "fhir/map/map_set.h"
#include "fhir/map/trace.h"
#include "fhir/model/model.h"

namespace waymark::doors::fhir {

class TraceLog final : public map::Trace {
public:
    /// More is not kept, and isWhole() says so.
    static constexpr std::size_t kEventsMax = 20'000;

    /// `sources` are the maps' texts, for the offsets of places; both outlive the log.
    TraceLog(const model::Model& model, const std::vector<map::Source>& sources)
        : model_(model), sources_(sources) {}

    void enterGroup(const map::TracePlace& group) override;
    void exitGroup() override;
    void enterRule(const map::TracePlace& rule) override;
    void exitRule() override;
    void apply(const path::Value* item) override;
    void applied() override;
    void condition(std::string_view expression, bool holds) override;
    void bind(std::string_view name, const path::Value& value, bool target) override;
    void made(tree::Element element) override;

    [[nodiscard]] bool isWhole() const { return whole_; }
    /// The failure that ended the run, as a last event.
    void fail(std::string_view text);
    /// Parts of a parameter "trace", into an array that was begun.
    void write(json::Writer& writer) const;

private:
    struct Variable {
        std::string name;
        std::string type;
        std::string path;
        bool target = false;
    };
    struct Event {
        std::string_view category;  ///< debug, prop or error, as the tools sort them
        std::string_view kind;      ///< enter, step or exit
        std::string text;
        std::uint32_t depth = 0;
        std::string_view file{};
        Position at{};
        std::vector<Variable> variables{};
    };
    /// A group or rule that is entered.
    struct Level {
        map::TracePlace place;
        bool group = false;
        std::vector<Variable> variables{};
    };

    void add(std::string_view category, std::string_view kind, std::string text,
             const Level& level);
    void enter(const map::TracePlace& place, bool group);
    void exit();
    void writeEvent(json::Writer& writer, const Event& event) const;
    [[nodiscard]] std::string cursorOf(const Event& event) const;
    [[nodiscard]] std::vector<Variable> variables() const;

    const model::Model& model_;
    const std::vector<map::Source>& sources_;
    std::vector<Level> levels_;
    std::vector<Event> events_;
    bool whole_ = true;
};

}  // namespace waymark::doors::fhir
