#include "fhir/map/transform.h"

#include <array>

namespace waymark::map {
namespace {

constexpr std::array<TransformInfo, 23> kTransforms = {{
    {"create", Op::Create, 0, 1, "create('Type')"},
    {"copy", Op::Copy, 1, 1, "copy(source)"},
    {"truncate", Op::Truncate, 2, 2, "truncate(source, length)"},
    {"escape", Op::Escape, 2, 3, "escape(source, format1, format2)"},
    {"cast", Op::Cast, 1, 2, "cast(source, 'type')"},
    {"append", Op::Append, 1, 255, "append(source, ...)"},
    {"translate", Op::Translate, 2, 3, "translate(source, 'conceptMapUrl', 'code')"},
    {"reference", Op::Reference, 1, 1, "reference(source)"},
    {"dateOp", Op::DateOp, 1, 4, "dateOp(source, 'inputFormat', 'outputFormat', 'type')"},
    {"uuid", Op::Uuid, 0, 0, "uuid()"},
    {"pointer", Op::Pointer, 1, 1, "pointer(resource)"},
    {"evaluate", Op::Evaluate, 1, 2, "evaluate(context, expression)"},
    {"cc", Op::Cc, 1, 3, "cc(system, code, display) or cc(text)"},
    {"c", Op::C, 2, 3, "c(system, code, display)"},
    {"qty", Op::Qty, 1, 4, "qty(value, unit, system, code) or qty(text)"},
    {"id", Op::Id, 2, 3, "id(system, value, type)"},
    {"cp", Op::Cp, 1, 2, "cp(system, value) or cp(value)"},
    {"toDate", Op::ToDate, 1, 2, "toDate(source, 'format')"},
    {"toDateTime", Op::ToDateTime, 1, 2, "toDateTime(source, 'format')"},
    {"toTime", Op::ToTime, 1, 2, "toTime(source, 'format')"},
    {"unixToDate", Op::UnixToDate, 1, 2, "unixToDate(source, '+00:00')"},
    {"unixToDateTime", Op::UnixToDateTime, 1, 2, "unixToDateTime(source, '+00:00')"},
    {"unixToTime", Op::UnixToTime, 1, 2, "unixToTime(source, '+00:00')"},
}};

}  // namespace

const TransformInfo* transformNamed(std::string_view name) {
    for (const TransformInfo& info : kTransforms)
        if (info.name == name) return &info;
    return nullptr;
}

std::span<const TransformInfo> transforms() {
    return kTransforms;
}

}  // namespace waymark::map
