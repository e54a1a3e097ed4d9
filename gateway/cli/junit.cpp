#include "gateway/cli/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace waymark::cli {
namespace {

/// XML has no place for control characters: they become spaces.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char byte : text) {
        switch (byte) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            default:
                out += static_cast<unsigned char>(byte) < 0x20 ? ' ' : byte;
        }
    }
    return out;
}

}  // namespace

Result<void> writeJunit(const std::filesystem::path& file, std::string_view title,
                        std::span<const Checked> all) {
    const auto faults = std::ranges::count_if(
        all, [](const Checked& each) { return !each.skipped && !each.fault.empty(); });
    const auto skipped = std::ranges::count(all, true, &Checked::skipped);
    std::string out = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
        escaped(title), all.size(), faults, skipped);
    for (const Checked& each : all) {
        out += fmt::format("  <testcase classname=\"{}\" name=\"{}\"", escaped(each.suite),
                           escaped(each.name));
        if (each.skipped)
            out += fmt::format("><skipped message=\"{}\"/></testcase>\n", escaped(each.fault));
        else if (!each.fault.empty())
            out += fmt::format("><failure message=\"{}\"/></testcase>\n", escaped(each.fault));
        else
            out += "/>\n";
    }
    out += "</testsuite>\n";
    std::ofstream stream(file, std::ios::binary);
    stream << out << std::flush;
    if (stream.good()) return {};
    return fail(Kind::NotFound, IssueType::NoStore,
                fmt::format("{} cannot be written", file.string()));
}

}  // namespace waymark::cli
