// GET MessageDefinition?context=: the message definitions that we take (BaRS API 1.4.0). Every
// given context must be one of a definition's useContext codes, or a service that we are.
#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/builder.h"
#include "gateway/doors/bars/endpoints.h"
#include "gateway/doors/bars/message.h"
#include "gateway/doors/fhir/answer.h"
#include "gateway/doors/fhir/endpoints.h"

namespace waymark::doors::bars {
namespace {

using boost::asio::awaitable;
namespace name = model::name;

std::string_view text(tree::Element element, model::NameId child) {
    const auto found = element ? element.child(child) : tree::Element();
    return found ? found.text() : std::string_view();
}

/// A token "system|code" or a bare code against the definition's useContext.
bool hasContext(tree::Element definition, std::string_view token) {
    const auto bar = token.find('|');
    const auto system = bar == std::string_view::npos ? std::string_view() : token.substr(0, bar);
    const auto code = bar == std::string_view::npos ? token : token.substr(bar + 1);
    for (auto use = definition.child(name::useContext); use; use = use.nextSame()) {
        const auto codeable = use.child(name::value);
        for (auto coding = codeable ? codeable.child(name::coding) : tree::Element(); coding;
             coding = coding.nextSame()) {
            const bool systemFits =
                system.empty() || sameService(system, text(coding, name::system));
            if (systemFits && text(coding, name::code) == code) return true;
        }
    }
    return false;
}

awaitable<Result<net::Response>> messageDefinitions(Visit* visit) {
    auto format = fhir::answerFormat(visit->request, kApiMajor);
    if (!format) co_return std::unexpected(std::move(format).error());
    const auto& snapshot = *visit->snapshot;
    const auto wanted = [&](tree::Element definition) {
        return std::ranges::all_of(visit->request.query, [&](const auto& parameter) {
            if (parameter.first != "context") return true;
            const auto& targets = snapshot.config->bars.targets;
            return hasContext(definition, parameter.second) ||
                   std::ranges::any_of(targets, [&](const auto& target) {
                       return sameService(target, parameter.second);
                   });
        });
    };
    const auto& model = snapshot.set->model();
    tree::Builder builder(*visit->arena, model);
    auto* bundle = builder.root(model::type::Bundle);
    builder.value(bundle, "type", "searchset");
    std::vector<tree::Element> found;
    for (const auto definition : snapshot.set->resources("MessageDefinition")) {
        if (wanted(definition)) found.push_back(definition);
    }
    if (found.empty()) {
        co_return fail(Kind::NotFound, IssueType::NotFound,
                       "No MessageDefinition of this receiver has that context.");
    }
    builder.value(bundle, "total", std::to_string(found.size()));
    for (const auto definition : found) {
        auto* entry = builder.add(bundle, "entry");
        builder.copy(definition, entry, "resource");
        builder.value(builder.add(entry, "search"), "mode", "match");
    }
    auto response = fhir::resourceAnswer(200, tree::Element(bundle), model, *format);
    co_return response;
}

}  // namespace

void addMessageDefinition(Router& router) {
    router.add({.method = "GET",
                .path = std::string(fhir::kBase) + "/MessageDefinition",
                .open = false,
                .endpoint = messageDefinitions});
}

}  // namespace waymark::doors::bars
