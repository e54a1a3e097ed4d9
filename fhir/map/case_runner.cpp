#include "fhir/map/case_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "fhir/map/map_set.h"
#include "fhir/map/parser.h"
#include "fhir/map/printer.h"
#include "fhir/map/structure_map.h"
#include "fhir/model/decimal.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace waymark::map {
namespace {

using Outcome = CaseResult::Outcome;

std::string listed(const std::vector<Issue>& issues) {
    std::string out;
    for (const Issue& issue : issues) {
        if (issue.severity != Severity::Error && issue.severity != Severity::Fatal) continue;
        out += fmt::format("{}{}{}:{}: {} {}{}", out.empty() ? "" : "; ", issue.file, issue.at.line,
                           issue.at.column, issue.code, issue.text,
                           issue.expression.empty() ? "" : " (" + issue.expression + ")");
    }
    return out;
}

class CaseRunner {
public:
    CaseRunner(const json::Value& entry, const CaseWorld& world) : entry_(entry), world_(world) {}

    CaseResult run() {
        CaseResult result;
        result.id = entry_["id"].text();
        const std::string_view kind = entry_["kind"].text();
        if (kind == "parse")
            result.detail = parse();
        else if (kind == "transform")
            result.detail = transform(result.outcome);
        else
            result.detail = fmt::format("no such kind of case: {}", kind);
        if (!result.detail.empty() && result.outcome == Outcome::Passed)
            result.outcome = Outcome::Failed;
        return result;
    }

private:
    /// The map's text: FML, or a StructureMap that stands there as a text or as JSON.
    [[nodiscard]] std::string mapText() const {
        const json::Value& map = entry_["map"];
        return map.isObject() ? map.json() : std::string(map.text());
    }

    /// The map is read, printed, and read again as an equal map; and the same by way of the
    /// resource.
    std::string parse() {
        Diagnostics diagnostics;
        const std::string text = mapText();
        const ast::Map map = looksLikeJson(text)
                                 ? parseStructureMap(text, *world_.model, "", diagnostics)
                                 : map::parse(text, "", diagnostics);
        if (diagnostics.failed()) return listed(diagnostics.take());
        const std::string printed = print(map);
        const ast::Map again = map::parse(printed, "", diagnostics);
        if (diagnostics.failed()) return "printed: " + listed(diagnostics.take()) + "\n" + printed;
        if (!equal(map, again)) return "reading what was printed gives another map:\n" + printed;
        tree::Arena arena;
        tree::Builder builder(arena, *world_.model);
        std::string resource;
        tree::writeJson(toStructureMap(map, builder), *world_.model, resource);
        (void)parseStructureMap(resource, *world_.model, "", diagnostics);
        if (diagnostics.failed()) return "as a resource: " + listed(diagnostics.take());
        const auto checked = tree::readJson(resource, *world_.model, arena);
        if (!checked) return "as a resource: " + listed(checked.error().issues);
        return {};
    }

    static bool equal(const ast::Map& a, const ast::Map& b) {
        return a.url == b.url && a.name == b.name && a.metadata == b.metadata &&
               a.conceptMaps == b.conceptMaps && a.structures == b.structures &&
               a.imports == b.imports && a.constants == b.constants && a.groups == b.groups;
    }

    std::string transform(Outcome& outcome) {
        const json::Value& expected = entry_["expected"];
        if (expected.isNull()) {
            outcome = Outcome::Skipped;
            std::string needs;
            for (const json::Value& need : entry_["needs"].items())
                needs += fmt::format("{}{}", needs.empty() ? "" : ", ", need.text());
            return "needs " + (needs.empty() ? std::string("an expected JSON") : needs);
        }
        const std::array sources{Source{.file = "", .text = mapText()}};
        CompileOptions options;
        options.lenient = true;
        const auto set = MapSet::compile(sources, *world_.model, *world_.terminology, options);
        if (!set) return listed(set.error().issues);
        const std::string input = entry_["input"].isObject() ? entry_["input"].json()
                                                             : std::string(entry_["input"].text());
        tree::Arena arena;
        const auto document = tree::readJson(input, *world_.model, arena);
        if (!document) return "input: " + listed(document.error().issues);
        Run run;
        run.arena = &arena;
        run.random = world_.random;
        run.now = world_.now;
        const std::array inputs{document->root};
        const auto made = set->transform(set->urls().front(), inputs, run);
        if (!made) return listed(made.error().issues);
        std::string actual;
        tree::writeJson(*made, *world_.model, actual);
        const auto parsed = json::Value::parse(actual);
        if (!parsed) return "the result is no JSON: " + std::string(parsed.error().text());
        std::string difference;
        return sameJson(expected, *parsed, difference) ? std::string() : difference;
    }

    const json::Value& entry_;
    const CaseWorld& world_;
};

bool sameNumber(std::string_view a, std::string_view b) {
    const auto x = model::Decimal::parse(a);
    const auto y = model::Decimal::parse(b);
    return x && y ? *x == *y : a == b;
}

}  // namespace

std::size_t CaseReport::count(CaseResult::Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(results, outcome, &CaseResult::outcome));
}

std::string CaseReport::summary() const {
    return fmt::format("{} passed, {} failed, {} skipped", count(CaseResult::Outcome::Passed),
                       count(CaseResult::Outcome::Failed), count(CaseResult::Outcome::Skipped));
}

bool sameJson(const json::Value& expected, const json::Value& actual, std::string& difference,
              const std::string& path) {
    const auto differs = [&] {
        difference =
            fmt::format("{}: expected {} but found {}", path, expected.json(), actual.json());
        return false;
    };
    if (expected.type() != actual.type()) return differs();
    switch (expected.type()) {
        case json::Value::Type::Object:
            for (const json::Member& member : actual.members())
                if (!expected.find(member.name)) {
                    difference = fmt::format("{}.{}: not expected: {}", path, member.name,
                                             member.value.json());
                    return false;
                }
            return std::ranges::all_of(expected.members(), [&](const json::Member& member) {
                return sameJson(member.value, actual[member.name], difference,
                                path + "." + member.name);
            });
        case json::Value::Type::Array: {
            if (expected.items().size() != actual.items().size()) return differs();
            for (std::size_t i = 0; i < expected.items().size(); ++i)
                if (!sameJson(expected.items()[i], actual.items()[i], difference,
                              fmt::format("{}[{}]", path, i)))
                    return false;
            return true;
        }
        case json::Value::Type::Number:
            return sameNumber(expected.text(), actual.text()) || differs();
        default:
            return expected.text() == actual.text() || differs();
    }
}

Result<CaseReport> runCases(std::string_view json, const CaseWorld& world) {
    json::DocumentLimits limits;
    limits.bytes = 64U * 1024 * 1024;
    limits.values = 5'000'000;
    limits.depth = 128;
    const auto document = json::Value::parse(json, limits);
    if (!document) return std::unexpected(document.error());
    if (!(*document)["cases"].isArray())
        return fail(Kind::Incorrect, IssueType::Structure, "a file of cases has an array `cases`");
    CaseReport report;
    for (const json::Value& entry : (*document)["cases"].items())
        report.results.push_back(CaseRunner(entry, world).run());
    return report;
}

}  // namespace waymark::map
