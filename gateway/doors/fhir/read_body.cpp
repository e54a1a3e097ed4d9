#include "gateway/doors/fhir/read_body.h"

#include "fhir/tree/xml_reader.h"
#include "gateway/doors/fhir/negotiate.h"

namespace waymark::doors::fhir {

Result<tree::Document> readBody(Visit* visit, std::optional<int> apiMajor,
                                std::vector<Issue>* faults) {
    const auto format = bodyFormat(visit->request, apiMajor);
    if (!format) return std::unexpected(format.error());
    const auto& limits = visit->snapshot->config->limits;
    tree::ReadOptions options;
    options.limits.bodyBytes = limits.bodyBytes;
    options.limits.depth = limits.depth;
    options.limits.elements = limits.elements;
    options.faults = faults;
    const auto& model = visit->snapshot->set->model();
    return *format == Format::Json
               ? tree::readJson(visit->request.body, model, *visit->arena, options)
               : tree::readXml(visit->request.body, model, *visit->arena, options);
}

}  // namespace waymark::doors::fhir
