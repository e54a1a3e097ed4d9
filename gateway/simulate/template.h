// Files of config/demo with what stands between @ signs filled in.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::simulate {

/// "@port@" becomes values["port"]. Fails for a placeholder without a value. An @ that begins no
/// placeholder (an e-mail address) stays.
Result<std::string> fill(std::string_view text, const std::map<std::string, std::string>& values);

/// The files named by `{ file = "…" }`, which the demo makes.
[[nodiscard]] std::set<std::string> secretFiles(std::string_view text);

}  // namespace waymark::simulate
