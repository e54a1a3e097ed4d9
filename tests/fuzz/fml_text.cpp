// Any bytes as a text in the mapping language: it is refused with sentences, or its print parses
// again and prints the same, and it compiles or is refused with sentences.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fhir/map/map_set.h"
#include "fhir/map/parser.h"
#include "fhir/map/printer.h"
#include "fhir/terminology/terminology.h"

namespace {

using namespace waymark;

void demand(bool holds) {
    if (!holds) std::abort();
}

void compile(std::string_view text, bool lenient) {
    static const terminology::Terminology kNone;
    map::Source source;
    source.file = "fuzz.map";
    source.text = text;
    const auto set =
        map::MapSet::compile({&source, 1}, model::Model::r4(), kNone, {.lenient = lenient});
    if (!set) demand(!set.error().issues.empty() && !set.error().text().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    map::Diagnostics diagnostics;
    const map::ast::Map map = map::parse(text, "fuzz.map", diagnostics);
    if (!diagnostics.failed()) {
        const std::string printed = map::print(map);
        map::Diagnostics again;
        const map::ast::Map second = map::parse(printed, "fuzz.map", again);
        demand(!again.failed());
        demand(map::print(second) == printed);
    }
    compile(text, false);
    compile(text, true);
    return 0;
}
