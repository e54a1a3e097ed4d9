// The transforms of the mapping language (StructureMap.group.rule.target.transform) with the number
// of parameters that each takes. One table for the parser, the compiler and the run-time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace waymark::map {

enum class Op : std::uint8_t {
    Create,
    Copy,
    Truncate,
    Escape,
    Cast,
    Append,
    Translate,
    Reference,
    DateOp,
    Uuid,
    Pointer,
    Evaluate,
    Cc,
    C,
    Qty,
    Id,
    Cp,
    ToDate,
    ToDateTime,
    ToTime,
    UnixToDate,
    UnixToDateTime,
    UnixToTime,
};

struct TransformInfo {
    std::string_view name;
    Op op;
    std::uint8_t min;
    std::uint8_t max;  ///< 255: any number
    std::string_view usage;
};

/// nullptr when there is none of this name.
const TransformInfo* transformNamed(std::string_view name);
std::span<const TransformInfo> transforms();

}  // namespace waymark::map
