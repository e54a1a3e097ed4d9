// What a run tells who watches it, step by step as it happens. A run without a watcher is compiled
// without a trace (NoTrace) and pays nothing. What is told may be a patient's data: elements and
// values are handed over, what is kept or printed of them is the watcher's decision.
#pragma once

#include <string_view>

#include "fhir/core/result.h"
#include "fhir/path/value.h"
#include "fhir/tree/element.h"

namespace waymark::map {

/// Where in the maps a step stands. The texts live as long as the set.
struct TracePlace {
    std::string_view path;  ///< "Map|group|rule"
    std::string_view file;
    Position at;  ///< {0,0} in maps that came as a resource
};

class Trace {
public:
    virtual ~Trace() = default;

    virtual void enterGroup(const TracePlace& group) = 0;
    virtual void exitGroup() = 0;
    /// A rule is tried. For each combination of its sources' items it is applied once.
    virtual void enterRule(const TracePlace& rule) = 0;
    virtual void exitRule() = 0;
    /// One application; `item` is the first source's, nullptr for none.
    virtual void apply(const path::Value* item) = 0;
    virtual void applied() = 0;
    /// A source's item met a condition (where) and passed it or did not.
    virtual void condition(std::string_view expression, bool holds) = 0;
    /// A name got a value: a group's input, a source's or a target's variable. It stands until the
    /// enclosing application or group ends, or until the name gets another.
    virtual void bind(std::string_view name, const path::Value& value, bool target) = 0;
    /// The application that runs wrote an element of the target; what it copied stands below it.
    virtual void made(tree::Element element) = 0;
};

struct NoTrace {
    static constexpr bool kOn = false;
};

/// Forwards to a Trace.
struct TraceTo {
    static constexpr bool kOn = true;
    Trace& trace;
};

}  // namespace waymark::map
