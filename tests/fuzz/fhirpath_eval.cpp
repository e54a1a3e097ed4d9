// An expression (the first line) on a resource (the rest, as JSON; a small Bundle when it is none):
// the evaluation gives items that can be printed, or fails with a text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/path/expression.h"
#include "fhir/tree/json_reader.h"

namespace path = waymark::path;
namespace tree = waymark::tree;

namespace {

constexpr std::string_view kBundle = R"({"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient",
"id":"p","active":true,"name":[{"use":"official","family":"A","given":["B","C"]}],
"birthDate":"1974-12-25","multipleBirthInteger":2,"generalPractitioner":[{"reference":"#g"}],
"contained":[{"resourceType":"Practitioner","id":"g"}],
"extension":[{"url":"u","valueQuantity":{"value":1.50,"unit":"mg","system":
"http://unitsofmeasure.org","code":"mg"}}]}},
{"fullUrl":"https://a.example/Observation/o","resource":{"resourceType":"Observation","id":"o",
"status":"final","code":{"text":"x"},"valueQuantity":{"value":185,"unit":"lbs","system":
"http://unitsofmeasure.org","code":"[lb_av]"},"subject":{"reference":"Patient/p"}}}]})";

void evaluate(std::string_view text, const tree::Document& document, bool typed) {
    path::Scope scope;
    scope.model = document.model;
    scope.focus = typed ? document.root.type() : waymark::model::kNoType;
    const auto expression = path::Expression::compile(text, scope);
    if (!expression) return;
    path::Environment environment;
    environment.now = waymark::Instant(waymark::Milliseconds(1'790'000'000'000));
    environment.limits.steps = 50'000;
    environment.limits.results = 10'000;
    environment.limits.bytes = 16U << 20U;
    tree::Arena arena;
    const auto items = expression->evaluate(document.root, environment, arena);
    if (!items) {
        if (items.error().text().empty()) std::abort();
        return;
    }
    std::string printed;
    for (const path::Value& item : *items) {
        path::appendText(item, printed);
        if (path::typeName(item, *document.model).empty()) std::abort();
    }
    (void)expression->holds(document.root, environment, arena);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t line = input.find('\n');
    const std::string_view text = input.substr(0, line);
    const std::string_view body =
        line == std::string_view::npos ? std::string_view() : input.substr(line + 1);
    tree::Arena arena;
    auto document = tree::readJson(body, waymark::model::Model::r4(), arena);
    if (!document) {
        arena.reset();
        document = tree::readJson(kBundle, waymark::model::Model::r4(), arena);
        if (!document) std::abort();
    }
    evaluate(text, *document, true);
    evaluate(text, *document, false);
    return 0;
}
