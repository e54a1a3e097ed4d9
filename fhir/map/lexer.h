// Cuts a map's text into tokens. (FML grammar, lexical part.) Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/map/diagnostics.h"
#include "fhir/map/token.h"

namespace waymark::map {

/// Maps longer than this are refused.
inline constexpr std::size_t kMaxMapBytes = 4U * 1024 * 1024;

struct TokenList {
    std::vector<Token> tokens;  ///< the last one is End
    std::vector<Comment> comments;
};

/// Never fails: what cannot be read is reported and left out.
TokenList tokenize(std::string_view text, std::string_view file, Diagnostics& diagnostics);

/// Resolves \' \" \` \\ \/ \f \n \r \t and \uXXXX (surrogate pairs joined). An escape that is none
/// of these stands for its character, as public maps expect.
std::string unescape(std::string_view raw);

}  // namespace waymark::map
