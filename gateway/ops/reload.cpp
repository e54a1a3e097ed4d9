#include "gateway/ops/reload.h"

#include <utility>

#include "fhir/json/writer.h"
#include "gateway/doors/visit.h"
#include "gateway/ops/answer.h"
#include "gateway/ops/remap.h"
#include "gateway/referral/instant_text.h"

namespace waymark::ops {
namespace {

using boost::asio::awaitable;
using doors::Visit;

void writeFault(json::Writer& writer, const Issue& fault) {
    writer.beginObject().memberUnlessEmpty("file", fault.file);
    if (fault.at.line != 0) {
        writer.member("line", fault.at.line).member("column", fault.at.column);
    }
    writer.memberUnlessEmpty("code", fault.code)
        .memberUnlessEmpty("rule", fault.expression)
        .member("text", fault.text)
        .endObject();
}

awaitable<Result<net::Response>> reload(Visit* visit, const Control* control) {
    auto work = [control] { return control->reload(); };
    auto operation = visit->services.runtime.onPool(std::move(work));
    const ReloadReport report = co_await std::move(operation);
    std::size_t remapped = 0;
    if (report.accepted) {
        auto mending = remapSetAside(&visit->services, &control->standing, visit->principal.id);
        remapped = co_await std::move(mending);
    }
    co_return jsonAnswer(report.accepted ? 200 : 422, reloadJson(report, remapped));
}

}  // namespace

std::string reloadJson(const ReloadReport& report, std::size_t remapped) {
    std::string out;
    json::Writer writer(out);
    writer.beginObject()
        .member("outcome", report.accepted ? "reloaded" : "refused")
        .member("at", referral::instantText(report.at))
        .member("before", report.before)
        .member("mappings", report.version);
    writer.key("needsRestart").beginArray();
    for (const std::string& key : report.waiting) writer.string(key);
    writer.endArray().key("faults").beginArray();
    for (const Issue& fault : report.faults) writeFault(writer, fault);
    writer.endArray().member("remapped", remapped).endObject();
    return out;
}

doors::Endpoint reloadEndpoint(const Control& control) {
    return [&control](Visit* visit) { return reload(visit, &control); };
}

}  // namespace waymark::ops
