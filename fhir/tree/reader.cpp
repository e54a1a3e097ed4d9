#include "fhir/tree/reader.h"

#include "fhir/tree/xml_reader.h"

namespace waymark::tree {

Format formatOf(std::string_view body) {
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '<' ? Format::Xml : Format::Json;
}

Result<Document> read(std::string_view body, const model::Model& model, Arena& arena,
                      const ReadOptions& options) {
    return formatOf(body) == Format::Xml ? readXml(body, model, arena, options)
                                         : readJson(body, model, arena, options);
}

}  // namespace waymark::tree
