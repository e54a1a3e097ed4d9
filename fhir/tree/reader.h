// Bytes to tree where nobody has said which format they are in (files on a command line, suites of
// cases): the first byte that is no space tells. Messages come with a media type and never pass
// here.
#pragma once

#include <cstdint>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/tree/json_reader.h"

namespace waymark::tree {

enum class Format : std::uint8_t { Json, Xml };

/// Xml when the text begins with '<', behind a byte order mark and spaces; else Json.
[[nodiscard]] Format formatOf(std::string_view body);

/// As readJson() or readXml(), whichever formatOf() says.
Result<Document> read(std::string_view body, const model::Model& model, Arena& arena,
                      const ReadOptions& options = {});

}  // namespace waymark::tree
