// Any bytes as a text in the mapping language: it is refused with sentences, or compiles; then its
// print parses again and prints the same. (What parses but does not compile may hold what is no
// FHIRPath, and such a text has no layout.)
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

bool compiles(std::string_view text, bool lenient) {
    static const terminology::Terminology kNone;
    map::Source source;
    source.file = "fuzz.map";
    source.text = text;
    const auto set =
        map::MapSet::compile({&source, 1}, model::Model::r4(), kNone, {.lenient = lenient});
    if (!set) demand(!set.error().issues.empty() && !set.error().text().empty());
    return set.has_value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    map::Diagnostics diagnostics;
    const map::ast::Map map = map::parse(text, "fuzz.map", diagnostics);
    const bool isGood = compiles(text, true);
    if (compiles(text, false)) demand(isGood);
    demand(!isGood || !diagnostics.failed());
    if (isGood) {
        const std::string printed = map::print(map);
        map::Diagnostics again;
        const map::ast::Map second = map::parse(printed, "fuzz.map", again);
        demand(!again.failed());
        demand(map::print(second) == printed);
    }
    return 0;
}
