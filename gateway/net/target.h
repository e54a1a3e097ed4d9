// The request target (RFC 9112 section 3.2) and form-encoded parameters, decoded or refused. Any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::net {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Target {
    std::string path;  ///< decoded; "*" for the asterisk form
    Parameters query;  ///< decoded, in order
};

/// Origin form, absolute form or "*". Refused as Incorrect: a percent sign without two hexadecimal
/// digits, what does not decode to UTF-8, a control character or an encoded slash in the path.
Result<Target> parseTarget(std::string_view target);

/// `a=1&b=2` as in a query or a form-encoded body: "+" is a space; a parameter without "=" has an
/// empty value; empty ones ("&&") are left out. Refused as Incorrect as above, and NUL.
Result<Parameters> parseParameters(std::string_view text);

}  // namespace waymark::net
