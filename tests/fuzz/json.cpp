// Any bytes as a JSON body: a tree that is written and read again without change, or a failure with
// a sentence. As open JSON and as a resource, and as a small document.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/json/value.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace {

using namespace waymark;

void demand(bool holds) {
    if (!holds) std::abort();
}

std::string written(tree::Element root) {
    std::string out;
    tree::writeJson(root, model::Model::r4(), out);
    return out;
}

void readBothWays(std::string_view body, model::TypeId root) {
    const model::Model& r4 = model::Model::r4();
    tree::ReadOptions options;
    options.root = root;
    tree::Arena arena(4096);
    const auto document = tree::readJson(body, r4, arena, options);
    if (!document) {
        demand(!document.error().issues.empty() && !document.error().text().empty());
        return;
    }
    const std::string text = written(document->root);
    const auto again = tree::readJson(text, r4, arena, options);
    demand(again.has_value());
    demand(written(again->root) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    readBothWays(body, model::kNoType);
    readBothWays(body, model::kOpen);
    const auto value = json::Value::parse(body);
    if (value) demand(json::Value::parse(value->json())->json() == value->json());
    return 0;
}
