#include "fhir/map/map_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/core/nearest.h"
#include "fhir/map/compiler.h"
#include "fhir/map/parser.h"
#include "fhir/map/plan.h"
#include "fhir/map/runner.h"
#include "fhir/map/structure_map.h"
#include "fhir/model/format.h"

namespace waymark::map {
namespace {

std::unexpected<Failure> refused(std::string text) {
    return fail(Kind::Unprocessable, IssueType::NotFound, std::move(text));
}

/// Whether an input may be given where a type is declared: it, a kind of it, or anything.
bool takes(const plan::Plan& plan, model::TypeId declared, tree::Element input) {
    return declared == model::kNoType || plan.model->isA(input.type(), declared) ||
           (plan.lenient && input.type() == model::kOpen);
}

template <class Tracer>
Result<tree::Element> ran(Tracer tracer, const plan::Plan& plan, const plan::Entry& entry,
                          std::span<const tree::Element> inputs, const Run& run,
                          tree::Node* target) {
    Runner<Tracer> runner(plan, run, tracer);
    if (!runner.run(entry, inputs, target)) return std::unexpected(runner.takeFailure());
    return tree::Element(target);
}

}  // namespace

struct MapSet::Compiled {
    plan::Plan plan;
};

MapSet::MapSet(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

Result<MapSet> MapSet::compile(std::span<const Source> sources, const model::Model& model,
                               const terminology::Terminology& terminology,
                               const CompileOptions& options) {
    Diagnostics diagnostics(options.lenient);
    std::vector<ast::Map> maps;
    for (const Source& source : sources) {
        maps.push_back(readMap(source.text, model, source.file, diagnostics));
    }
    auto compiled = std::make_shared<Compiled>();
    compiled->plan.model = &model;
    compiled->plan.terminology = &terminology;
    compiled->plan.lenient = options.lenient;
    for (std::size_t id = 0; id < model.typeCount(); ++id)
        compiled->plan.formats.push_back(
            model::formatOf(model.type(static_cast<model::TypeId>(id)).name));
    Library library(maps, model, diagnostics);
    Compiler(library, compiled->plan, diagnostics).run();
    const bool failed = diagnostics.failed();
    std::vector<Issue> issues = diagnostics.take();
    if (failed) return std::unexpected(Failure(Kind::Incorrect, std::move(issues)));
    compiled->plan.warnings = std::move(issues);
    return MapSet(std::move(compiled));
}

bool MapSet::has(std::string_view url) const {
    return compiled_->plan.byUrl.contains(url);
}

std::vector<std::string> MapSet::urls() const {
    std::vector<std::string> out;
    for (const plan::Entry& entry : compiled_->plan.entries) out.push_back(entry.url);
    return out;
}

const std::vector<Issue>& MapSet::warnings() const {
    return compiled_->plan.warnings;
}

std::optional<MapSet::Signature> MapSet::signature(std::string_view url) const {
    const auto found = compiled_->plan.byUrl.find(url);
    if (found == compiled_->plan.byUrl.end()) return std::nullopt;
    const plan::Entry& entry = compiled_->plan.entries[found->second];
    return Signature{entry.inputs, entry.target};
}

Result<tree::Element> MapSet::transform(std::string_view url, std::span<const tree::Element> inputs,
                                        const Run& run, tree::Node* target) const {
    const plan::Plan& plan = compiled_->plan;
    const model::Model& model = *plan.model;
    const auto found = plan.byUrl.find(url);
    if (found == plan.byUrl.end()) return refused(fmt::format("no map has the URL {}", url));
    const plan::Entry& entry = plan.entries[found->second];
    if (entry.targetSlot == plan::kNoSlot)
        return refused(fmt::format("the map {} has no target", entry.name));
    if (inputs.size() != entry.inputs.size())
        return refused(fmt::format("the map {} takes {} inputs, not {}", entry.name,
                                   entry.inputs.size(), inputs.size()));
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (!inputs[i] || !takes(plan, entry.inputs[i], inputs[i]))
            return refused(fmt::format("input {} of the map {} must be a {}, not a {}", i + 1,
                                       entry.name, model.type(entry.inputs[i]).name,
                                       inputs[i] ? model.type(inputs[i].type()).name : "none"));
    if (!target) {
        if (entry.target == model::kNoType || model.type(entry.target).isAbstract)
            return refused(fmt::format("the map {} does not say which type it makes", entry.name));
        target = tree::Builder(*run.arena, model).root(entry.target);
    }
    if (!run.trace) return ran(NoTrace(), plan, entry, inputs, run, target);
    return ran(TraceTo{*run.trace}, plan, entry, inputs, run, target);
}

}  // namespace waymark::map
