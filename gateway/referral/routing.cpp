#include "gateway/referral/routing.h"

#include <algorithm>
#include <cctype>

#include "fhir/core/check.h"

namespace waymark::referral {
namespace {

constexpr std::string_view kNoFixedAbode = "ZZ99";
constexpr std::size_t kInwardLength = 3;

std::string compact(std::string_view postcode) {
    std::string out;
    for (const char c : postcode) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isspace(byte) == 0) out.push_back(static_cast<char>(std::toupper(byte)));
    }
    return out;
}

/// "LS10" of "LS104YU"; a text too short for a whole postcode is taken as an outward code.
std::string_view outward(std::string_view postcode) {
    const bool whole =
        postcode.size() > kInwardLength + 1 &&
        std::isdigit(static_cast<unsigned char>(postcode[postcode.size() - kInwardLength])) != 0;
    return whole ? postcode.substr(0, postcode.size() - kInwardLength) : postcode;
}

/// "LS" of "LS10".
std::string_view area(std::string_view outwardCode) {
    const auto digit = std::find_if(outwardCode.begin(), outwardCode.end(), [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0;
    });
    return outwardCode.substr(0, static_cast<std::size_t>(digit - outwardCode.begin()));
}

bool serves(const config::Provider& provider, std::string_view postcode) {
    const std::string_view district = outward(postcode);
    return std::any_of(provider.postcodes.begin(), provider.postcodes.end(),
                       [&](const std::string& served) {
                           const std::string wanted = compact(served);
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
        std::string postcode = compact(textAt(address, "postalCode", model));
        if (!postcode.empty() && !postcode.starts_with(kNoFixedAbode)) {
            facts.postcodes.push_back(std::move(postcode));
        }
    }
    return facts;
}

bool mayBeAsked(const config::Provider& provider, const Facts& facts) {
    if (provider.needsExplicitConsent && !facts.explicitConsent) return false;
    if (provider.postcodes.empty() || facts.postcodes.empty()) return true;
    return std::any_of(facts.postcodes.begin(), facts.postcodes.end(),
                       [&](const std::string& postcode) { return serves(provider, postcode); });
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
