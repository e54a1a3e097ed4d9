#include "gateway/delivery/adapter.h"

#include "fhir/core/check.h"
#include "gateway/delivery/fhir_server.h"
#include "gateway/delivery/webhook.h"

namespace waymark::delivery {

net::ClientRequest plainRequest(const config::Provider& provider) {
    net::ClientRequest request;
    request.url = provider.url;
    request.ca = provider.ca;
    request.allowLoopback = provider.allowLoopback;
    request.allowPrivate = provider.allowPrivate;
    request.repeatable = true;  // every delivery has a key or conditions by which a repeat is known
    request.timeout = provider.timeout;
    request.fields.set("User-Agent", "Waymark/" WAYMARK_VERSION);
    return request;
}

net::ClientRequest requestFor(const config::Provider& provider, const Parcel& parcel) {
    check(!parcel.body.empty(), "what is sent was made and committed before");
    switch (provider.adapter) {
        case config::AdapterKind::Webhook:
            return webhook::request(provider, parcel);
        case config::AdapterKind::Fhir:
            return fhirserver::request(provider, parcel);
    }
    throw InvariantBroken("an adapter is one of two", std::source_location::current());
}

Outcome outcomeOf(const config::Provider& provider, const Parcel& parcel,
                  const net::ClientAnswer& answer, Instant now) {
    switch (provider.adapter) {
        case config::AdapterKind::Webhook:
            return webhook::outcome(answer, now);
        case config::AdapterKind::Fhir:
            return parcel.ends ? fhirserver::outcomeOfEnd(answer, now)
                               : fhirserver::outcome(answer, now);
    }
    throw InvariantBroken("an adapter is one of two", std::source_location::current());
}

}  // namespace waymark::delivery
