#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/json/value.h"
#include "gateway/cli/map_commands.h"
#include "gateway/cli/print.h"
#include "mappings/coverage.h"
#include "mappings/example.h"

namespace waymark::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
    fs::path before;
    fs::path after;
    fs::path corpus;
    std::string map;
    bool values = false;
    bool json = false;
};

/// One message of the corpus: an example of a map, or a file for the map that is named.
struct Message {
    std::string title;
    std::string map;
    mappings::Example example;  ///< without a folder: `title` is the file
};

struct Compared {
    std::string title;
    std::string refusedBefore;
    std::string refusedAfter;
    std::vector<mappings::Difference> differences;

    [[nodiscard]] bool same() const {
        return differences.empty() && refusedBefore.empty() == refusedAfter.empty();
    }
};

std::vector<Message> messages(const Arguments& arguments) {
    std::vector<Message> out;
    for (mappings::Example& example : mappings::examplesBelow(arguments.corpus))
        if (arguments.map.empty() || arguments.map == example.map)
            out.push_back({.title = example.title(), .map = example.map, .example = example});
    if (!out.empty() || arguments.map.empty()) return out;
    std::error_code error;
    for (fs::directory_iterator at(arguments.corpus, error), end; !error && at != end;
         at.increment(error)) {
        const std::string ending = at->path().extension().string();
        if (ending == ".json" || ending == ".xml")
            out.push_back({.title = at->path().string(), .map = arguments.map, .example = {}});
    }
    std::ranges::sort(out, {}, &Message::title);
    return out;
}

Result<std::string> made(const mappings::Workshop& workshop, const Message& message) {
    auto url = workshop.mapNamed(message.map);
    if (!url) return std::unexpected(std::move(url.error()));
    mappings::ExampleRun run(workshop);
    Result<void> read;
    if (!message.example.folder.empty()) {
        read = run.read(message.example);
    } else {
        auto text = mappings::readText(message.title);
        if (!text) return std::unexpected(std::move(text.error()));
        std::vector<std::pair<std::string, std::string>> texts;
        texts.emplace_back(message.title, *std::move(text));
        read = run.read(*url, std::move(texts));
    }
    if (!read) return std::unexpected(std::move(read.error()));
    const auto target = run.run();
    if (!target) return std::unexpected(target.error());
    return mappings::shown(*target, workshop.model());
}

Compared compare(const mappings::Workshop& before, const mappings::Workshop& after,
                 const Message& message) {
    Compared out{
        .title = message.title, .refusedBefore = {}, .refusedAfter = {}, .differences = {}};
    const auto old = made(before, message);
    const auto now = made(after, message);
    if (!old) out.refusedBefore = describe(old.error().issues.front());
    if (!now) out.refusedAfter = describe(now.error().issues.front());
    if (!old || !now) return out;
    const json::DocumentLimits limits{
        .bytes = 16U * 1024 * 1024, .depth = 128, .values = 1'000'000};
    const auto a = json::Value::parse(*old, limits);
    const auto b = json::Value::parse(*now, limits);
    if (a && b) out.differences = mappings::differences(*a, *b);
    return out;
}

std::string_view word(const mappings::Difference& difference) {
    return difference.before.empty() ? "added" : difference.after.empty() ? "removed" : "changed";
}

/// Values are a patient's: without --values only the places are said.
void say(const Compared& compared, bool values) {
    fmt::print("{}\n", compared.title);
    if (!compared.refusedBefore.empty()) fmt::print("  old refuses: {}\n", compared.refusedBefore);
    if (!compared.refusedAfter.empty()) fmt::print("  new refuses: {}\n", compared.refusedAfter);
    for (const mappings::Difference& each : compared.differences) {
        fmt::print("  {} {}\n", word(each), each.path);
        if (!values) continue;
        if (!each.before.empty()) fmt::print("    - {}\n", each.before);
        if (!each.after.empty()) fmt::print("    + {}\n", each.after);
    }
}

void write(const Compared& compared, bool values, json::Writer& writer) {
    writer.beginObject().member("message", compared.title);
    writer.memberUnlessEmpty("oldRefuses", compared.refusedBefore);
    writer.memberUnlessEmpty("newRefuses", compared.refusedAfter).key("differences").beginArray();
    for (const mappings::Difference& each : compared.differences) {
        writer.beginObject().member("kind", word(each)).member("path", each.path);
        if (values && !each.before.empty()) writer.key("before").raw(each.before);
        if (values && !each.after.empty()) writer.key("after").raw(each.after);
        writer.endObject();
    }
    writer.endArray().endObject();
}

Exit diff(const Arguments& arguments) {
    const auto before = mappings::Workshop::open(arguments.before);
    const auto after = mappings::Workshop::open(arguments.after);
    if (!before)
        printIssues(before.error().issues, mappings::Workshop::setFolder(arguments.before));
    if (!after) printIssues(after.error().issues, mappings::Workshop::setFolder(arguments.after));
    if (!before || !after) return Exit::CouldNotRun;
    const std::vector<Message> all = messages(arguments);
    if (all.empty()) {
        fmt::print(stderr,
                   "error: {} holds no messages: expected examples/<map>/<case>.in.json, or "
                   "files for the map that --map names\n",
                   arguments.corpus.string());
        return Exit::CouldNotRun;
    }
    std::string out;
    json::Writer writer(out);
    std::size_t differ = 0;
    writer.beginObject().key("messages").beginArray();
    for (const Message& message : all) {
        const Compared compared = compare(*before, *after, message);
        if (compared.same()) continue;
        ++differ;
        if (arguments.json)
            write(compared, arguments.values, writer);
        else
            say(compared, arguments.values);
    }
    writer.endArray().member("compared", all.size()).member("differ", differ).endObject();
    if (arguments.json)
        fmt::print("{}\n", out);
    else
        fmt::print("{} messages, {} differ\n", all.size(), differ);
    return differ == 0 ? Exit::Done : Exit::No;
}

}  // namespace

void addMapDiff(CLI::App& map, Exit& status) {
    auto* command = map.add_subcommand(
        "diff", "Run the maps of two sets on the same messages and show what differs; 1 if any");
    auto arguments = std::make_shared<Arguments>();
    command->add_option("old", arguments->before, "A set's folder, or a map")->required();
    command->add_option("new", arguments->after, "Another")->required();
    command->add_option("--corpus", arguments->corpus, "A folder of messages")->required();
    command->add_option("--map", arguments->map,
                        "Only this map; needed for a folder of plain files");
    command->add_flag("--values", arguments->values, "Show the values, not only the places");
    command->add_flag("--json", arguments->json, "As JSON");
    command->callback([arguments, &status] { status = diff(*arguments); });
}

}  // namespace waymark::cli
