#include "gateway/simulate/behaviour.h"

#include <fmt/format.h>

namespace waymark::simulate {
namespace {

using std::chrono::milliseconds;

std::vector<Report> completing() {
    return {
        {milliseconds(150),
         R"({"status":"accepted","businessStatus":"seen","worker":{"name":"Ann Taylor","contact":"link.workers@riverside.example"}})"},
        {milliseconds(250),
         R"({"status":"in-progress","businessStatus":"first-contact","note":"Rang and agreed to meet at the library."})"},
        {milliseconds(350),
         R"({"status":"completed","outcome":{"summary":"Goes to the lunch club every week and has made two friends there.","support":["Lunch club","Befriending call"]}})"},
    };
}

}  // namespace

Result<Behaviour> behaviourNamed(std::string_view name) {
    if (name == "completes") return Behaviour{.refusedFirst = 0, .reports = completing()};
    if (name == "down-at-first") return Behaviour{.refusedFirst = 3, .reports = completing()};
    if (name == "rejects") {
        return Behaviour{
            .refusedFirst = 0,
            .reports = {
                {milliseconds(200),
                 R"({"status":"rejected","reason":{"code":"at-capacity","text":"All plots are taken until spring."}})"}}};
    }
    return fail(
        Kind::Incorrect, IssueType::Value,
        fmt::format("{} is no behaviour: completes, rejects, down-at-first or fhir.", name));
}

}  // namespace waymark::simulate
