#include "fhir/model/format.h"

#include <utility>

namespace waymark::model {

Format formatOf(std::string_view typeName) {
    static constexpr std::pair<std::string_view, Format> kFormats[] = {
        {"boolean", Format::Boolean},
        {"integer", Format::Integer},
        {"positiveInt", Format::PositiveInt},
        {"unsignedInt", Format::UnsignedInt},
        {"decimal", Format::Decimal},
        {"string", Format::String},
        {"markdown", Format::Markdown},
        {"code", Format::Code},
        {"id", Format::Id},
        {"uri", Format::Uri},
        {"url", Format::Uri},
        {"canonical", Format::Uri},
        {"oid", Format::Oid},
        {"uuid", Format::Uuid},
        {"base64Binary", Format::Base64},
        {"date", Format::Date},
        {"dateTime", Format::DateTime},
        {"instant", Format::Instant},
        {"time", Format::Time},
        {"xhtml", Format::Xhtml},
    };
    for (const auto& [name, format] : kFormats) {
        if (name == typeName) return format;
    }
    return Format::None;
}

}  // namespace waymark::model
