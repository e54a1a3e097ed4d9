#include "gateway/ops/answer.h"

#include <utility>

#include "fhir/outcome/outcome.h"

namespace waymark::ops {

net::Response plainAnswer(unsigned status, std::string body, std::string_view type) {
    net::Response response;
    response.status = status;
    response.fields.set("Content-Type", std::string(type));
    response.fields.set("Cache-Control", "no-store");
    response.body = std::move(body);
    return response;
}

net::Response jsonAnswer(unsigned status, std::string body) {
    return plainAnswer(status, std::move(body), "application/json");
}

net::Response problemAnswer(const Failure& failure, const net::Request& /*request*/) {
    return plainAnswer(outcome::httpStatus(failure.kind), outcome::problemJson(failure),
                       "application/problem+json");
}

}  // namespace waymark::ops
