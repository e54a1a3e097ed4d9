#include "gateway/simulate/timeline_text.h"

#include <fmt/format.h>

namespace waymark::simulate {
namespace {

/// "12:30:01.250" of an instant.
std::string_view timeOf(std::string_view instant) {
    const auto from = instant.find('T');
    if (from == std::string_view::npos) return instant;
    const auto to = instant.find_first_of("Z+", from);
    return instant.substr(from + 1, to == std::string_view::npos ? to : to - from - 1);
}

void append(std::string& line, std::string_view text) {
    if (text.empty()) return;
    if (!line.empty()) line += ", ";
    line += text;
}

void appendWithheld(std::string& line, const json::Value& parts) {
    std::string names;
    for (const auto& part : parts.items()) {
        names += names.empty() ? "" : " ";
        names += part.text();
    }
    if (!names.empty()) append(line, "withheld: " + names);
}

}  // namespace

std::string timelineText(const json::Value& timeline) {
    std::string out = fmt::format("  {}\n", timeline["id"].text());
    for (const auto& event : timeline["events"].items()) {
        const auto& detail = event["detail"];
        std::string rest;
        append(rest, event["status"].text());
        append(rest, detail["businessStatus"].text());
        append(rest, event["reason"].text());
        append(rest, detail["reasonText"].text());
        append(rest, detail["note"].text());
        append(rest, detail["outcomeSummary"].text());
        appendWithheld(rest, detail["withheld"]);
        const auto provider = detail["provider"].text();
        out += fmt::format("    {:<14}{:<10}{:<16}{:<24}{}\n", timeOf(event["at"].text()),
                           event["actor"].text(), event["event"].text(), provider, rest);
    }
    return out;
}

}  // namespace waymark::simulate
