#include "fhir/map/case_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>

#include "fhir/core/uuid.h"
#include "fhir/map/map_set.h"
#include "fhir/map/parser.h"
#include "fhir/map/printer.h"
#include "fhir/map/structure_map.h"
#include "fhir/map/xml_as_data.h"
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
        const ast::Map map = readMap(text, *world_.model, "", diagnostics);
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
        return {};
    }

    static bool equal(const ast::Map& a, const ast::Map& b) {
        return a.url == b.url && a.name == b.name && a.metadata == b.metadata &&
               a.conceptMaps == b.conceptMaps && a.structures == b.structures &&
               a.imports == b.imports && a.constants == b.constants && a.groups == b.groups;
    }

    std::string transform(Outcome& outcome) {
        if (entry_["expected"].isNull() && entry_["expectedXml"].text().empty()) {
            outcome = Outcome::Skipped;
            std::string needs;
            for (const json::Value& need : entry_["needs"].items())
                needs += fmt::format("{}{}", needs.empty() ? "" : ", ", need.text());
            return "needs " + (needs.empty() ? std::string("an expected JSON") : needs);
        }
        gather();
        if (std::string fault = loadModels(); !fault.empty()) return fault;
        const std::vector<Source> sources = this->sources();
        CompileOptions options;
        options.lenient = true;
        const auto set = MapSet::compile(sources, *model_, terminology_, options);
        if (!set) return listed(set.error().issues);
        std::vector<tree::Element> inputs;
        const auto signature = set->signature(set->urls().front());
        std::string fault = readInputs(*signature, inputs);
        if (!fault.empty()) return fault;
        Run run;
        run.arena = &arena_;
        run.random = world_.random;
        run.now = world_.now;
        const auto made =
            set->transform(set->urls().front(), inputs, run, targetRoot(signature->target));
        if (made)
            return mustRefuse() ? std::string("the map makes what it should refuse")
                                : compare(*made);
        return mustRefuse() ? std::string() : listed(made.error().issues);
    }

    /// An outcome of an operation in the result's place says that the map refuses this input.
    [[nodiscard]] bool mustRefuse() const {
        static constexpr std::string_view kOutcome = "Outcome";
        const std::string_view xml = entry_["expectedXml"].text();
        const std::size_t root = xml.find_first_of(" >", xml.find("<Op"));
        return entry_["expected"]["resourceType"].text().ends_with(kOutcome) ||
               (root != std::string_view::npos && xml.substr(0, root).ends_with(kOutcome));
    }

    /// What the case brings along, under whichever name: models, ConceptMaps, maps; as JSON or as
    /// texts.
    void gather() {
        for (const json::Member& member : entry_.members()) {
            static constexpr std::string_view kOwn[] = {"map", "input", "inputs", "expected"};
            if (std::ranges::find(kOwn, member.name) != std::end(kOwn)) continue;
            if (member.value.isObject()) bring(member.value);
            for (const json::Value& each : member.value.items()) bring(each);
        }
    }

    void bring(const json::Value& value) {
        if (value.isString()) {
            const std::string_view text = value.text();
            const std::size_t first = text.find_first_not_of(" \t\r\n");
            if (first == std::string_view::npos) return;
            if (text[first] == '{') {
                const auto parsed = json::Value::parse(text, {.bytes = 16U * 1024 * 1024});
                if (parsed) bring(*parsed);
            } else if (text.substr(first).starts_with("map ") ||
                       text.substr(first).starts_with("//")) {
                imports_.emplace_back(text);
            }
            return;
        }
        const std::string_view type = value["resourceType"].text();
        if (type == "StructureMap")
            imports_.push_back(value.json());
        else if (type == "StructureDefinition" && value["kind"].text() == "logical")
            models_.push_back(&keep(value.json()));
        else if (type == "ConceptMap" || type == "CodeSystem" || type == "ValueSet")
            codes_.push_back(&keep(value.json()));
    }

    std::string loadModels() {
        std::vector<model::TypeSpec> specs;
        for (const std::string* text : models_) {
            const auto document = tree::readJson(*text, *world_.model, arena_);
            if (!document) return "models: " + listed(document.error().issues);
            if (!world_.logicalModel) return "no reader for logical models is given";
            auto spec = world_.logicalModel(document->root, *world_.model);
            if (!spec) return "models: " + listed(spec.error().issues);
            specs.push_back(*std::move(spec));
        }
        for (const std::string* text : codes_) {
            const auto document = tree::readJson(*text, *world_.model, arena_);
            if (!document) return "codes: " + listed(document.error().issues);
            const auto added = terminology_.add(document->root, *world_.model, "codes");
            if (!added) return "codes: " + listed(added.error().issues);
        }
        if (specs.empty()) return {};
        auto extended = model::Model::extend(specs);
        if (!extended) return "models: " + listed(extended.error().issues);
        extended_ = *std::move(extended);
        model_ = extended_.get();
        return {};
    }

    /// The map first, then those that it imports.
    [[nodiscard]] std::vector<Source> sources() const {
        std::vector<Source> out;
        out.push_back({.file = "map", .text = mapText()});
        for (const std::string& each : imports_)
            out.push_back({.file = fmt::format("import {}", out.size()), .text = each});
        return out;
    }

    std::string readInputs(const MapSet::Signature& signature, std::vector<tree::Element>& out) {
        std::vector<const json::Value*> all;
        if (!entry_["input"].isNull()) all.push_back(&entry_["input"]);
        for (const json::Value& each : entry_["inputs"].items()) all.push_back(&each);
        for (const json::Value* each : all) {
            const model::TypeId type = out.size() < signature.inputs.size()
                                           ? signature.inputs[out.size()]
                                           : model::kNoType;
            const bool logical =
                type != model::kNoType && model_->type(type).kind != model::TypeKind::Resource;
            const std::string& text = keep(!each->isObject() ? std::string(each->text())
                                           : logical         ? withoutType(*each)
                                                             : each->json());
            auto document = readAs(text, type);
            if (!document) return "input: " + listed(document.error().issues);
            out.push_back(document->root);
        }
        return {};
    }

    /// As the type that the map names; what is not of that type (another version of FHIR) is read
    /// as open JSON.
    Result<tree::Document> readAs(const std::string& text, model::TypeId type) {
        tree::ReadOptions options;
        options.requireElements = false;  // cases show a part of a resource
        const bool resource =
            type != model::kNoType && model_->type(type).kind == model::TypeKind::Resource;
        if (type != model::kNoType) {
            if (!resource) options.root = type;
            if (auto document = tree::readJson(text, *model_, arena_, options)) return document;
        }
        options.root = model::kOpen;
        return tree::readJson(text, *model_, arena_, options);
    }

    /// A root for a target whose type the map leaves open: what the expected result is.
    tree::Node* targetRoot(model::TypeId type) {
        if (type != model::kNoType && !model_->type(type).isAbstract) return nullptr;
        const model::TypeId resource =
            model_->resourceNamed(entry_["expected"]["resourceType"].text());
        return tree::Builder(arena_, *model_)
            .root(resource == model::kNoType ? model::kOpen : resource);
    }

    std::string compare(tree::Element made) {
        std::string actual;
        tree::writeJson(made, *model_, actual);
        const json::DocumentLimits limits{
            .bytes = 16U * 1024 * 1024, .depth = 128, .values = 1'000'000};
        auto parsed = json::Value::parse(actual, limits);
        if (!parsed) return "the result is no JSON: " + std::string(parsed.error().text());
        if (entry_["expected"].isNull()) return compareXml(*parsed);
        const bool resource = model_->type(made.type()).kind == model::TypeKind::Resource;
        auto expected = json::Value::parse(
            resource ? entry_["expected"].json() : withoutType(entry_["expected"]), limits);
        if (made.type() == model::kOpen) {
            // Where no model is given, none says what is a list or a number.
            expected = json::Value::parse(plain(*expected), limits);
            parsed = json::Value::parse(plain(*parsed), limits);
        }
        std::string difference;
        return sameJson(*expected, *parsed, difference) ? std::string() : difference;
    }

    /// Some tools write a logical model's type as a resource's.
    static std::string withoutType(const json::Value& value) {
        if (!value.isObject()) return value.json();
        std::string out;
        json::Writer writer(out);
        writer.beginObject();
        for (const json::Member& member : value.members()) {
            if (member.name == "resourceType") continue;
            writer.key(member.name);
            member.value.write(writer);
        }
        writer.endObject();
        return out;
    }

    /// XML is compared as data: without its model nothing says what is an attribute or repeats.
    std::string compareXml(const json::Value& made) {
        const auto data = xmlAsData(entry_["expectedXml"].text());
        if (!data) return "expectedXml: " + std::string(data.error().text());
        const auto read = json::Value::parse(*data);
        if (!read) return "expectedXml: " + std::string(read.error().text());
        const auto expected = json::Value::parse(plain(*read));
        const auto actual = json::Value::parse(plain(made));
        if (!expected || !actual) return "the result cannot be compared";
        std::string difference;
        return sameJson(*expected, *actual, difference) ? std::string() : difference;
    }

    /// What can be compared without a model: lists of one item as the item, `value` of nothing else
    /// as the value, all values as texts, no type.
    static std::string plain(const json::Value& value) {
        if (value.isArray() && value.items().size() == 1) return plain(value.items().front());
        if (value.isObject() && value.members().size() == 1 &&
            value.members().front().name == "value")
            return plain(value.members().front().value);
        std::string out;
        json::Writer writer(out);
        if (value.isArray()) {
            writer.beginArray();
            for (const json::Value& item : value.items()) writer.raw(plain(item));
            writer.endArray();
        } else if (value.isObject()) {
            writer.beginObject();
            for (const json::Member& member : value.members())
                if (member.name != "resourceType") writer.key(member.name).raw(plain(member.value));
            writer.endObject();
        } else {
            writer.string(value.text());
        }
        return out;
    }

    /// Texts that trees point into.
    const std::string& keep(std::string text) { return texts_.emplace_back(std::move(text)); }

    const json::Value& entry_;
    const CaseWorld& world_;
    const model::Model* model_ = world_.model;
    std::shared_ptr<const model::Model> extended_;
    terminology::Terminology terminology_;
    std::deque<std::string> texts_;
    std::vector<const std::string*> models_;
    std::vector<const std::string*> codes_;
    std::vector<std::string> imports_;
    tree::Arena arena_;
};

/// Ids that are made anew in each run: `generated-uuid` stands for any UUID.
bool sameText(std::string_view expected, std::string_view actual) {
    static constexpr std::string_view kAny = "generated-uuid";
    constexpr std::size_t kUuidLength = 36;
    const std::size_t at = expected.find(kAny);
    if (expected == actual || at == std::string_view::npos) return expected == actual;
    if (actual.size() < at + kUuidLength || !Uuid::parse(actual.substr(at, kUuidLength)))
        return false;
    return expected.substr(0, at) == actual.substr(0, at) &&
           expected.substr(at + kAny.size()) == actual.substr(at + kUuidLength);
}

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
            return sameText(expected.text(), actual.text()) || differs();
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
