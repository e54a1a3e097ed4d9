// Any bytes as an XML body: a tree that goes to JSON and XML and comes back without change, or a
// failure with a sentence.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_reader.h"
#include "fhir/tree/xml_writer.h"

namespace {

using namespace waymark;

void demand(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const model::Model& r4 = model::Model::r4();
    tree::Arena arena(4096);
    const auto document = tree::readXml({reinterpret_cast<const char*>(data), size}, r4, arena);
    if (!document) {
        demand(!document.error().issues.empty() && !document.error().text().empty());
        return 0;
    }
    std::string json;
    tree::writeJson(document->root, r4, json);
    const auto asJson = tree::readJson(json, r4, arena);
    demand(asJson.has_value());
    std::string xml;
    demand(tree::writeXml(asJson->root, r4, xml).has_value());
    const auto asXml = tree::readXml(xml, r4, arena);
    demand(asXml.has_value());
    std::string again;
    tree::writeJson(asXml->root, r4, again);
    demand(again.size() == json.size());
    return 0;
}
