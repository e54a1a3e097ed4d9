#include "gateway/doors/fhir/trace_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/tree/element.h"

namespace waymark::doors::fhir {
namespace {

/// What fhirpath-lab and its debugger for editors read.
constexpr std::string_view kCursor = "http://fhirpath-lab.com/StructureDefinition/Cursor";
constexpr std::string_view kVariable = "http://fhirpath-lab.com/StructureDefinition/Variable";
/// The same for tools that take numbers: kind, depth, line and column of an event.
constexpr std::string_view kStep = "https://waymark.health/fhir/StructureDefinition/trace-step";

/// The last part of "Map|group|rule".
std::string_view lastName(std::string_view path) {
    return path.substr(path.find_last_of('|') + 1);
}

/// UTF-16 units before `end`: editors count in these.
std::size_t unitsBefore(std::string_view text, std::size_t end) {
    std::size_t units = 0;
    for (std::size_t i = 0; i < std::min(end, text.size()); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) == 0x80U) continue;
        units += byte >= 0xF0U ? 2U : 1U;
    }
    return units;
}

/// Where the line begins; npos when the text has not so many.
std::size_t lineBegin(std::string_view text, std::uint32_t line) {
    std::size_t at = 0;
    for (std::uint32_t i = 1; i < line; ++i) {
        at = text.find('\n', at);
        if (at == std::string_view::npos) return at;
        ++at;
    }
    return at;
}

void writeText(json::Writer& writer, std::string_view url, std::string_view text) {
    writer.beginObject().member("url", url).member("valueString", text).endObject();
}

void writeNumber(json::Writer& writer, std::string_view url, std::uint32_t number) {
    writer.beginObject().member("url", url).member("valueInteger", number).endObject();
}

}  // namespace

void TraceLog::enter(const map::TracePlace& place, bool group) {
    levels_.push_back({.place = place, .group = group});
}

void TraceLog::exit() {
    if (levels_.empty()) return;
    const Level& level = levels_.back();
    add("debug", "exit",
        fmt::format("{}{} end : {}", std::string(2 * levels_.size(), ' '),
                    level.group ? "group" : "rule", lastName(level.place.path)),
        level);
    levels_.pop_back();
}

void TraceLog::enterGroup(const map::TracePlace& group) {
    enter(group, true);
}

void TraceLog::exitGroup() {
    exit();
}

void TraceLog::enterRule(const map::TracePlace& rule) {
    enter(rule, false);
    add("debug", "enter",
        fmt::format("{}rule : {}", std::string(2 * levels_.size(), ' '), lastName(rule.path)),
        levels_.back());
}

void TraceLog::exitRule() {
    exit();
}

void TraceLog::apply(const path::Value* item) {
    if (levels_.empty()) return;
    const bool element = item != nullptr && item->isElement();
    add("debug", "step",
        fmt::format("{}apply{}", std::string(2 * levels_.size() + 2, ' '),
                    element ? " : " + tree::expressionTo(item->element(), model_) : ""),
        levels_.back());
}

void TraceLog::applied() {
    // What the application bound stands no longer.
    if (!levels_.empty() && !levels_.back().group) levels_.back().variables.clear();
}

void TraceLog::condition(std::string_view expression, bool holds) {
    if (levels_.empty()) return;
    add("debug", "step",
        fmt::format("{}where {} : {}", std::string(2 * levels_.size() + 2, ' '), expression,
                    holds ? "holds" : "does not hold"),
        levels_.back());
}

void TraceLog::bind(std::string_view name, const path::Value& value, bool target) {
    if (levels_.empty()) return;
    Variable variable{.name = std::string(name), .type = {}, .path = {}, .target = target};
    if (value.isElement()) {
        variable.type = model_.type(value.element().type()).name;
        variable.path = tree::expressionTo(value.element(), model_);
    }
    auto& known = levels_.back().variables;
    std::erase_if(known, [&](const Variable& each) { return each.name == name; });
    known.push_back(std::move(variable));
    // A group is told when its inputs are known.
    const Level& level = levels_.back();
    if (!level.group) return;
    if (known.size() == 1) {
        add("debug", "enter", fmt::format("Group : {}", lastName(level.place.path)), level);
    } else if (!events_.empty() && events_.back().kind == "enter") {
        events_.back().variables = variables();
    }
}

void TraceLog::made(tree::Element element) {
    if (levels_.empty()) return;
    add("prop", "step",
        fmt::format("{}made {}", std::string(2 * levels_.size() + 2, ' '),
                    tree::expressionTo(element, model_)),
        levels_.back());
}

void TraceLog::fail(std::string_view text) {
    const Level none;
    add("error", "step", std::string(text), levels_.empty() ? none : levels_.back());
}

std::vector<TraceLog::Variable> TraceLog::variables() const {
    // Those of the group that runs and of its rules; the innermost of a name counts.
    std::vector<Variable> all;
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
        for (const Variable& variable : level->variables) {
            const auto known = std::ranges::find(all, variable.name, &Variable::name);
            if (known == all.end()) all.push_back(variable);
        }
        if (level->group) break;
    }
    return all;
}

void TraceLog::add(std::string_view category, std::string_view kind, std::string text,
                   const Level& level) {
    if (events_.size() >= kEventsMax) {
        whole_ = false;
        return;
    }
    events_.push_back({.category = category,
                       .kind = kind,
                       .text = std::move(text),
                       .depth = static_cast<std::uint32_t>(levels_.size()),
                       .file = level.place.file,
                       .at = level.place.at,
                       .variables = variables()});
}

/// "12 - 40": from the place to the end of its line.
std::string TraceLog::cursorOf(const Event& event) const {
    const auto source = std::ranges::find(sources_, event.file, &map::Source::file);
    if (source == sources_.end() || event.at.line == 0) return {};
    const std::size_t line = lineBegin(source->text, event.at.line);
    if (line == std::string_view::npos) return {};
    const std::size_t from = line + event.at.column - std::min(1U, event.at.column);
    const std::size_t to = std::min(source->text.find('\n', from), source->text.size());
    return fmt::format("{} - {}", unitsBefore(source->text, from), unitsBefore(source->text, to));
}

void TraceLog::writeEvent(json::Writer& writer, const Event& event) const {
    writer.beginObject().key("extension").beginArray();
    if (const std::string cursor = cursorOf(event); !cursor.empty()) {
        writeText(writer, kCursor, cursor);
    }
    writer.beginObject().member("url", kStep).key("extension").beginArray();
    writeText(writer, "event", event.kind);
    writeNumber(writer, "depth", event.depth);
    if (!event.file.empty()) writeText(writer, "file", event.file);
    if (event.at.line != 0) {
        writeNumber(writer, "line", event.at.line);
        writeNumber(writer, "column", event.at.column);
    }
    writer.endArray().endObject();
    for (const Variable& variable : event.variables) {
        writer.beginObject().member("url", kVariable).key("extension").beginArray();
        writeText(writer, variable.target ? "name-OUTPUT" : "name-INPUT", variable.name);
        if (!variable.path.empty()) writeText(writer, "path", variable.path);
        if (!variable.type.empty()) writeText(writer, "datatype", variable.type);
        writer.endArray().endObject();
    }
    writer.endArray().member("name", event.category).member("valueString", event.text).endObject();
}

void TraceLog::write(json::Writer& writer) const {
    for (const Event& event : events_) writeEvent(writer, event);
}

}  // namespace waymark::doors::fhir
