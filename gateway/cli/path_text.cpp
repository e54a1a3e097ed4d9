#include "gateway/cli/path_text.h"

#include <fmt/format.h>

#include "fhir/json/writer.h"
#include "fhir/tree/json_writer.h"

namespace waymark::cli {
namespace {

const model::Model& r4() {
    return model::Model::r4();
}

bool isPrimitive(tree::Element element) {
    return r4().type(element.type()).kind == model::TypeKind::Primitive;
}

bool isObject(const path::Value& item) {
    return item.isElement() && !isPrimitive(item.element());
}

std::string asJson(tree::Element element) {
    std::string json;
    tree::writeJson(element, r4(), json);
    return json;
}

void appendOnOneLine(std::string& line, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '\n':
                line += "\\n";
                break;
            case '\r':
                line += "\\r";
                break;
            case '\t':
                line += "\\t";
                break;
            case '\f':
                line += "\\f";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20) {
                    line += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                } else {
                    line += c;
                }
        }
    }
}

void writeValue(json::Writer& writer, const path::Value& item) {
    switch (item.kind()) {
        case path::ValueKind::Element:
            if (isPrimitive(item.element()) && !item.element().hasValue()) return;
            writer.key("value").raw(asJson(item.element()));
            return;
        case path::ValueKind::Boolean:
            writer.member("value", item.boolean());
            return;
        case path::ValueKind::Integer:
        case path::ValueKind::Decimal:
            writer.key("value").digits(path::text(item));
            return;
        default:
            writer.member("value", path::text(item));
    }
}

}  // namespace

std::string resultLine(const path::Value& item) {
    std::string line(path::typeName(item, r4()));
    line += '\t';
    appendOnOneLine(line, isObject(item) ? asJson(item.element()) : path::text(item));
    return line;
}

std::string resultLines(const path::Collection& items) {
    std::string lines;
    for (const path::Value& item : items) lines += resultLine(item) + '\n';
    return lines;
}

std::string resultsAsJson(const path::Collection& items) {
    std::string json;
    json::Writer writer(json, json::Layout::Indented);
    writer.beginArray();
    for (const path::Value& item : items) {
        writer.beginObject().member("type", path::typeName(item, r4()));
        writeValue(writer, item);
        writer.endObject();
    }
    writer.endArray();
    return json + '\n';
}

std::string planText(const path::Expression& expression, const path::Scope& scope) {
    const auto nameOf = [](model::TypeId type) {
        return type == model::kNoType ? std::string_view("anything") : r4().type(type).name;
    };
    return fmt::format("focus   {}\nresult  {}\n\n{}", nameOf(scope.focus),
                       nameOf(expression.resultType()), expression.explain());
}

std::string reportText(const path::CaseReport& report) {
    std::string text;
    for (const path::CaseFailure& failure : report.failures) {
        text += fmt::format("{}: {}\n  expected {}\n  got      {}\n", failure.name,
                            failure.expression, failure.expected, failure.got);
    }
    return text + fmt::format("{} passed, {} failed\n", report.passed, report.failures.size());
}

std::string reportAsJson(const path::CaseReport& report) {
    std::string json;
    json::Writer writer(json, json::Layout::Indented);
    writer.beginObject().member("passed", report.passed).member("failed", report.failures.size());
    writer.key("failures").beginArray();
    for (const path::CaseFailure& failure : report.failures) {
        writer.beginObject()
            .member("name", failure.name)
            .member("expression", failure.expression)
            .member("expected", failure.expected)
            .member("got", failure.got)
            .endObject();
    }
    writer.endArray().endObject();
    return json + '\n';
}

}  // namespace waymark::cli
