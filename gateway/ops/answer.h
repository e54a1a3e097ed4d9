// How this area answers: JSON that is never cached, failures as RFC 9457 problems.
#pragma once

#include <string>

#include "fhir/core/result.h"
#include "gateway/net/http.h"

namespace waymark::ops {

[[nodiscard]] net::Response plainAnswer(unsigned status, std::string body, std::string_view type);
[[nodiscard]] net::Response jsonAnswer(unsigned status, std::string body);
[[nodiscard]] net::Response problemAnswer(const Failure& failure, const net::Request& request);

}  // namespace waymark::ops
