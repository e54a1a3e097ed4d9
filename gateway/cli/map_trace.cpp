#include "gateway/cli/map_trace.h"

#include <fmt/format.h>

#include "fhir/map/diagnostics.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

std::string at(const map::TracePlace& place) {
    if (place.at.line == 0) return std::string(place.file);
    return fmt::format("{}:{}:{}", place.file, place.at.line, place.at.column);
}

std::string firstLine(std::string text) {
    const std::size_t end = text.find('\n');
    return end == std::string::npos ? text : text.substr(0, end);
}

/// The map's line, without its indentation.
std::string lineOf(const map::TracePlace& place, const mappings::Workshop& workshop) {
    const auto text = mappings::readText(workshop.folder() / place.file);
    if (!text) return {};
    const std::string line = firstLine(map::excerpt(*text, place.at));
    const std::size_t first = line.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : line.substr(first);
}

}  // namespace

void TraceText::line(std::string_view said) {
    text_ += fmt::format("{:{}}{}\n", "", depth_ * 2, said);
}

std::string TraceText::shown(const path::Value& value) const {
    if (!value.isElement()) return "a value";
    const tree::Element element = value.element();
    std::string out = tree::expressionTo(element, *model_);
    if (element.type() != model::kNoType)
        out += fmt::format(" : {}", model_->type(element.type()).name);
    if (values_ && element.hasValue()) out += fmt::format(" = {}", element.text());
    return out;
}

void TraceText::enterGroup(const map::TracePlace& group) {
    line(fmt::format("group {} ({})", group.path, at(group)));
    ++depth_;
}

void TraceText::enterRule(const map::TracePlace& rule) {
    line(fmt::format("rule {} ({})", rule.path, at(rule)));
    ++depth_;
}

void TraceText::apply(const path::Value* item) {
    line(item ? "applied to " + shown(*item) : "applied");
    ++depth_;
}

void TraceText::condition(std::string_view expression, bool holds) {
    line(fmt::format("where ({}): {}", expression, holds ? "yes" : "no"));
}

void TraceText::bind(std::string_view name, const path::Value& value, bool target) {
    line(fmt::format("{} {} {}", name, target ? "->" : "=", shown(value)));
}

void TraceText::made(tree::Element element) {
    line("wrote " + shown(path::Value::of(element)));
}

void Origins::enterRule(const map::TracePlace& rule) {
    rules_.push_back(rule);
    tried_.insert(at(rule));
}

void Origins::apply(const path::Value* item) {
    steps_.push_back({.rule = rules_.back(),
                      .source = item && item->isElement() ? item->element() : tree::Element()});
    ran_.insert(at(rules_.back()));
}

const Origins::Origin* Origins::of(tree::Element element) const {
    const auto found = origins_.find(element.node());
    return found == origins_.end() ? nullptr : &found->second;
}

std::string explained(tree::Element element, const Origins& origins,
                      const mappings::Workshop& workshop, bool values) {
    const model::Model& model = workshop.model();
    std::string out = tree::expressionTo(element, model);
    if (values && element.hasValue()) out += fmt::format(" = {}", element.text());
    out += '\n';
    tree::Element holder = element;
    const Origins::Origin* origin = origins.of(holder);
    while (!origin && holder.parent()) origin = origins.of(holder = holder.parent());
    if (!origin || origin->empty())
        return out + "  stood there before the map ran, or holds what rules wrote below it\n";
    if (holder != element)
        out += fmt::format("  copied as a part of {}\n", tree::expressionTo(holder, model));
    const Origins::Step& last = origin->back();
    out += fmt::format("  written by {} at {}\n", last.rule.path, at(last.rule));
    if (const std::string line = lineOf(last.rule, workshop); !line.empty())
        out += fmt::format("    {}\n", line);
    if (last.source) {
        out += fmt::format("  from {}", tree::expressionTo(last.source, model));
        if (values && last.source.hasValue()) out += fmt::format(" = {}", last.source.text());
        out += '\n';
    }
    for (std::size_t i = origin->size() - 1; i-- > 0;) {
        const Origins::Step& step = (*origin)[i];
        out += fmt::format("  within {} at {}", step.rule.path, at(step.rule));
        if (step.source) out += fmt::format(", for {}", tree::expressionTo(step.source, model));
        out += '\n';
    }
    return out;
}

namespace {

void candidates(const std::vector<map::ast::Rule>& rules, const std::string& above,
                std::string_view name, const std::string& file, const Origins& origins,
                std::string& out) {
    for (const map::ast::Rule& rule : rules) {
        for (const map::ast::Target& target : rule.targets) {
            if (target.path.empty() || target.path.back().text != name) continue;
            const std::string place = fmt::format("{}:{}:{}", file, rule.at.line, rule.at.column);
            out += fmt::format("  {} in {}: {}\n", place, above,
                               origins.ran(place)     ? "it ran, and wrote nothing here"
                               : origins.tried(place) ? "its source had nothing, or its condition "
                                                        "did not hold"
                                                      : "it was never reached");
            break;
        }
        candidates(rule.rules, above, name, file, origins, out);
    }
}

}  // namespace

std::string explainedAbsence(std::string_view name, const Origins& origins,
                             const map::ast::Map& map) {
    std::string out;
    for (const map::ast::Group& group : map.groups)
        candidates(group.rules, map.name.text + "|" + group.name.text, name, map.file, origins,
                   out);
    return out;
}

}  // namespace waymark::cli
