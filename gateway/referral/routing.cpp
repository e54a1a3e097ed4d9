#include "gateway/referral/routing.h"

#include <algorithm>
#include <cctype>

#include "fhir/core/check.h"
#include "fhir/nhs/postcode.h"

namespace waymark::referral {
namespace {

/// "LS" of "LS10".
std::string_view area(std::string_view district) {
    const auto digit = std::find_if(district.begin(), district.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0;
    });
    return district.substr(0, static_cast<std::size_t>(digit - district.begin()));
}

std::string upper(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return out;
}

bool serves(const config::Provider& provider, std::string_view district) {
    return std::any_of(provider.postcodes.begin(), provider.postcodes.end(),
                       [&](const std::string& served) {
                           const std::string wanted = upper(served);
                           return wanted == district || wanted == area(district);
                       });
}

std::string_view textAt(tree::Element parent, std::string_view child, const model::Model& model) {
    const tree::Element found = parent.child(model.nameId(child));
    return found ? found.text() : std::string_view();
}

bool counts(tree::Element consent, const model::Model& model) {
    const std::string_view status = textAt(consent, "status", model);
    return status.empty() || status == "active";
}

void readConsents(tree::Element record, const model::Model& model, Facts& facts) {
    tree::Element consent = record.child(model.nameId("consent"));
    for (; consent; consent = consent.nextSame()) {
        if (!counts(consent, model)) continue;
        const std::string_view basis = textAt(consent, "basis", model);
        const std::string_view decision = textAt(consent, "decision", model);
        if (basis == "explicit" && decision == "permit") facts.explicitConsent = true;
        if (basis == "objected") facts.objected = true;
    }
}

}  // namespace

Facts factsOf(tree::Element record, const model::Model& model) {
    Facts facts;
    readConsents(record, model, facts);
    const tree::Element person = record.child(model.nameId("person"));
    if (!person) return facts;
    tree::Element address = person.child(model.nameId("address"));
    for (; address; address = address.nextSame()) {
        const Result<nhs::Postcode> postcode =
            nhs::Postcode::parse(textAt(address, "postalCode", model));
        if (postcode && !postcode->isPseudo()) facts.districts.push_back(postcode->outward());
    }
    return facts;
}

bool mayBeAsked(const config::Provider& provider, const Facts& facts) {
    if (provider.needsExplicitConsent && !facts.explicitConsent) return false;
    if (provider.postcodes.empty() || facts.districts.empty()) return true;
    return std::any_of(facts.districts.begin(), facts.districts.end(),
                       [&](const std::string& district) { return serves(provider, district); });
}

std::vector<const config::Provider*> candidatesOf(const config::Config& config,
                                                  const config::Route& route, const Facts& facts) {
    std::vector<const config::Provider*> found;
    for (const std::string& id : route.providers) {
        const config::Provider* const provider = config.provider(id);
        check(provider != nullptr, "a route names providers that exist");
        if (mayBeAsked(*provider, facts)) found.push_back(provider);
    }
    return found;
}

const config::Route& routeNamed(const config::Config& config, std::string_view name) {
    if (const config::Route* const route = config.route(name)) return *route;
    check(!config.routes.empty(), "a configuration has a catch-all route");
    return config.routes.back();
}

}  // namespace waymark::referral
