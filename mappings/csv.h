// Comma-separated values (RFC 4180) as JSON objects, one a row: how a spreadsheet becomes the
// source of a map. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::mappings {

/// The first row names the columns; a cell is a text under its column's name, an empty one is left
/// out. Quotes, commas and lines within quotes, CRLF and a byte order mark are understood. Fails
/// with Kind::Incorrect and line and column: a quote that is not closed or stands in the middle, a
/// row longer than the header, two columns of one name, a column without a name.
Result<std::vector<std::string>> csvRows(std::string_view text);

}  // namespace waymark::mappings
