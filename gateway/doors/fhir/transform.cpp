// POST StructureMap/$transform (FHIR R5 OperationDefinition StructureMap-transform): a live map, or
// one that comes along, tried on content that comes along. With debug=true the answer is Parameters
// with outcome, result and trace, as the debug page of the mapping language's guide and its tools
// have it. Only for clients that may (may_transform); nothing of the content is stored.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "fhir/core/version.h"
#include "fhir/json/writer.h"
#include "fhir/map/diagnostics.h"
#include "fhir/outcome/outcome.h"
#include "fhir/package/structure_definition.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "gateway/doors/fhir/endpoints.h"
#include "gateway/doors/fhir/trace_log.h"
#include "gateway/doors/fhir/transform_order.h"
#include "gateway/doors/store_access.h"

namespace waymark::doors::fhir {
namespace {

using boost::asio::awaitable;

bool namesUnknownModels(const Failure& failure) {
    const std::string unknown = map::codeText(map::Code::UnknownStructure);
    return std::ranges::any_of(failure.issues,
                               [&](const Issue& issue) { return issue.code == unknown; });
}

/// One transformation, with all that it brings along. On the pool; one thread.
class Transformation {
public:
    Transformation(const TransformOrder& order, const Visit& visit)
        : order_(order),
          visit_(visit),
          set_(*visit.snapshot->set),
          model_(&set_.model()),
          terminology_(&set_.terminology()) {}

    /// The answer's body. Fails when there is nothing that could be run.
    Result<std::string> run() {
        if (auto ready = loadModels(); !ready) return std::unexpected(std::move(ready).error());
        if (auto ready = loadMaps(); !ready) return std::unexpected(std::move(ready).error());
        if (auto ready = readContents(); !ready) return std::unexpected(std::move(ready).error());
        TraceLog trace(*model_, order_.maps);
        map::Run run;
        run.arena = &arena_;
        run.random = &visit_.services.random;
        run.now = visit_.request.received;
        if (order_.debug) run.trace = &trace;
        auto made = maps_->transform(url_, inputs_, run, targetRoot());
        if (!order_.debug) {
            if (!made) return std::unexpected(std::move(made).error());
            return textOf(*made);
        }
        if (!made) trace.fail(made.error().text());
        return debugBody(made, trace);
    }

private:
    tree::ReadOptions limits() const {
        const auto& configured = visit_.snapshot->config->limits;
        tree::ReadOptions options;
        options.requireElements = false;
        options.limits.bodyBytes = configured.bodyBytes;
        options.limits.depth = configured.depth;
        options.limits.elements = configured.elements;
        return options;
    }

    Result<void> loadModels() {
        if (order_.models.empty()) return {};
        std::vector<model::TypeSpec> specs;
        for (const std::string& text : order_.models) {
            auto document = tree::readJson(text, model::Model::r4(), arena_, limits());
            if (!document) return std::unexpected(std::move(document).error());
            const auto type = model::Model::r4().type(document->root.type()).name;
            if (type == "StructureDefinition") {
                auto spec = package::logicalModel(document->root, model::Model::r4());
                if (!spec) return std::unexpected(std::move(spec).error());
                specs.push_back(std::move(*spec));
            } else {
                auto added = ownTerms_.add(document->root, model::Model::r4(), "model");
                if (!added) return added;
                terminology_ = &ownTerms_;
            }
        }
        if (specs.empty()) return {};
        auto extended = model::Model::extend(specs);
        if (!extended) return std::unexpected(std::move(extended).error());
        ownModel_ = std::move(*extended);
        model_ = ownModel_.get();
        return {};
    }

    Result<void> loadMaps() {
        if (!order_.maps.empty()) {
            auto compiled = map::MapSet::compile(order_.maps, *model_, *terminology_);
            // A map between models that are not all here (other versions of FHIR) is tried all the
            // same; one whose models are here has its faults named.
            if (!compiled && namesUnknownModels(compiled.error())) {
                compiled =
                    map::MapSet::compile(order_.maps, *model_, *terminology_, {.lenient = true});
            }
            if (!compiled) return std::unexpected(std::move(compiled).error());
            ownMaps_ = std::move(*compiled);
        }
        maps_ = ownMaps_ ? &*ownMaps_ : &set_.maps();
        url_ = order_.source.empty() ? maps_->urls().front() : order_.source;
        if (maps_->has(url_)) return {};
        return fail(Kind::NotFound, IssueType::NotFound,
                    "There is no map of this canonical here: send it along as sourceMap or map.");
    }

    Result<void> readContents() {
        const auto signature = maps_->signature(url_);
        const std::size_t wanted = signature ? signature->inputs.size() : 1;
        if (order_.contents.size() != wanted) {
            return fail(Kind::Incorrect, IssueType::Required,
                        fmt::format("The map takes {} {}; {} came as content.", wanted,
                                    wanted == 1 ? "input" : "inputs", order_.contents.size()));
        }
        for (std::size_t i = 0; i < wanted; ++i) {
            auto document =
                readAs(order_.contents[i], signature ? signature->inputs[i] : model::kNoType);
            if (!document) return std::unexpected(std::move(document).error());
            inputs_.push_back(document->root);
        }
        return {};
    }

    /// As the type that the map names. Only with a map that came along, which may be for other
    /// versions of FHIR, what is not of that type is read as open JSON.
    Result<tree::Document> readAs(const std::string& text, model::TypeId type) {
        tree::ReadOptions options = limits();
        const bool known = type != model::kNoType;
        const bool resource = known && model_->type(type).kind == model::TypeKind::Resource;
        if (known && !resource) options.root = type;
        auto document = tree::readJson(text, *model_, arena_, options);
        if (document || !ownMaps_) return document;
        options.root = model::kOpen;
        return tree::readJson(text, *model_, arena_, options);
    }

    /// A root where the map leaves its target's type open.
    tree::Node* targetRoot() {
        const auto signature = maps_->signature(url_);
        const auto type = signature ? signature->target : model::kNoType;
        if (type != model::kNoType && !model_->type(type).isAbstract) return nullptr;
        return tree::Builder(arena_, *model_).root(model::kOpen);
    }

    std::string textOf(tree::Element element) const {
        std::string text;
        tree::writeJson(element, *model_, text);
        return text;
    }

    std::string debugBody(const Result<tree::Element>& made, const TraceLog& trace) {
        const Issue fine{.severity = Severity::Information,
                         .type = IssueType::Informational,
                         .text = "The map ran to its end.",
                         .expression = {},
                         .at = {},
                         .code = {},
                         .file = {}};
        std::string issues;
        tree::writeJson(made ? outcome::operationOutcome(std::span(&fine, 1), arena_)
                             : outcome::operationOutcome(made.error(), arena_),
                        model::Model::r4(), issues);
        std::string out;
        json::Writer writer(out);
        writer.beginObject().member("resourceType", "Parameters").key("parameter").beginArray();
        writer.beginObject().member("name", "outcome").key("resource").raw(issues).endObject();
        if (made) {
            writer.beginObject()
                .member("name", "result")
                .member("valueString", textOf(*made))
                .endObject();
        }
        writer.beginObject().member("name", "parameters").key("part").beginArray();
        writer.beginObject()
            .member("name", "evaluator")
            .member("valueString", fmt::format("waymark {}", kVersion))
            .endObject();
        writer.beginObject().member("name", "map").member("valueUri", url_).endObject();
        writer.endArray().endObject();
        const char* const status = !made ? "failed" : trace.isWhole() ? "complete" : "truncated";
        writer.beginObject().member("name", "traceStatus").member("valueCode", status).endObject();
        writer.beginObject().member("name", "trace").member("valueString", url_);
        writer.key("part").beginArray();
        trace.write(writer);
        writer.endArray().endObject().endArray().endObject();
        return out;
    }

    const TransformOrder& order_;
    const Visit& visit_;
    const mappings::Set& set_;
    tree::Arena arena_;
    const model::Model* model_;
    const terminology::Terminology* terminology_;
    std::shared_ptr<const model::Model> ownModel_;
    terminology::Terminology ownTerms_;
    std::optional<map::MapSet> ownMaps_;
    const map::MapSet* maps_ = nullptr;
    std::string url_;
    std::vector<tree::Element> inputs_;
};

awaitable<void> audit(Visit* visit, std::string_view outcome) {
    store::Commit work;
    work.lane = store::Lane::Door;
    work.audit.push_back({.at = visit->request.received,
                          .actor = visit->principal.id,
                          .action = "transform",
                          .subject = {},
                          .outcome = std::string(outcome),
                          .request = visit->request.requestId});
    auto operation = commit(visit, std::move(work));
    const auto kept = co_await std::move(operation);
    if (!kept) {
        visit->services.log.failure(telemetry::Level::Warning, "transform.not-audited",
                                    kept.error(), {});
    }
}

awaitable<Result<net::Response>> transform(Visit* visit) {
    if (!visit->principal.mayTransform) {
        co_return fail(Kind::Forbidden, IssueType::Forbidden,
                       "This client may not try maps; the gateway's operator can allow it "
                       "(may_transform).");
    }
    const auto& limits = visit->snapshot->config->limits;
    const auto order =
        readTransformOrder(visit->request, json::DocumentLimits{.bytes = limits.bodyBytes,
                                                                .depth = limits.depth,
                                                                .values = limits.elements});
    if (!order) co_return std::unexpected(order.error());
    auto work = [visit, &order] { return Transformation(*order, *visit).run(); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    auto body = co_await std::move(operation);
    auto written = audit(visit, body ? "ok" : "failed");
    co_await std::move(written);
    if (!body) co_return std::unexpected(std::move(body).error());
    net::Response response;
    response.fields.set("Content-Type", "application/fhir+json");
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(*body);
    co_return response;
}

}  // namespace

void addTransform(Router& router) {
    router.add({.method = "POST",
                .path = std::string(kBase) + "/StructureMap/$transform",
                .open = false,
                .endpoint = transform});
}

}  // namespace waymark::doors::fhir
