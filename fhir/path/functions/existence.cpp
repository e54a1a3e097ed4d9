// FHIRPath 5.1: what is asked of a collection as a whole.
#include <fmt/format.h>

#include <optional>

#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

bool give(const Call& call, bool answer) {
    call.out.push(Value::boolean(answer));
    return true;
}

/// The Boolean of an item of allTrue() and its like; none (and a fault) when it is none.
std::optional<bool> booleanOf(Evaluation& run, const Value& item) {
    const Value value = systemValue(item, run.arena());
    if (value.is(ValueKind::Boolean)) return value.boolean();
    run.fail(fmt::format("a collection of Booleans is needed, and it holds a {}",
                         typeName(item, run.model())));
    return std::nullopt;
}

/// Whether every item is `wanted`; false after a fault.
bool every(Evaluation& run, const Call& call, bool wanted) {
    bool result = true;
    for (const Value& item : call.input) {
        const auto value = booleanOf(run, item);
        if (!value) return false;
        result = result && *value == wanted;
    }
    return give(call, result);
}

bool any(Evaluation& run, const Call& call, bool wanted) {
    bool result = false;
    for (const Value& item : call.input) {
        const auto value = booleanOf(run, item);
        if (!value) return false;
        result = result || *value == wanted;
    }
    return give(call, result);
}

bool isSubset(Evaluation& run, const Collection& small, const Collection& large, bool& result) {
    DistinctValues known(run.comparing());
    for (const Value& item : large) {
        if (!run.step()) return false;
        known.add(item);
    }
    result = true;
    for (const Value& item : small) {
        if (!run.step()) return false;
        result = result && known.contains(item);
    }
    return true;
}

}  // namespace

bool all(Evaluation& run, const Call& call) {
    std::int64_t index = 0;
    for (const Value& item : call.input) {
        const Truth holds = run.eachCondition(call.arguments[0], item, index++);
        if (holds == Truth::Failed) return false;
        if (holds != Truth::True) return give(call, false);
    }
    return give(call, true);
}

bool allTrue(Evaluation& run, const Call& call) {
    return every(run, call, true);
}
bool allFalse(Evaluation& run, const Call& call) {
    return every(run, call, false);
}
bool anyTrue(Evaluation& run, const Call& call) {
    return any(run, call, true);
}
bool anyFalse(Evaluation& run, const Call& call) {
    return any(run, call, false);
}

bool subsetOf(Evaluation& run, const Call& call) {
    bool result = false;
    return isSubset(run, call.input, call.other, result) && give(call, result);
}

bool supersetOf(Evaluation& run, const Call& call) {
    bool result = false;
    return isSubset(run, call.other, call.input, result) && give(call, result);
}

bool distinct(Evaluation& run, const Call& call) {
    DistinctValues seen(run.comparing());
    for (const Value& item : call.input) {
        if (!run.step()) return false;
        if (seen.add(item)) call.out.push(item);
    }
    return true;
}

bool isDistinct(Evaluation& run, const Call& call) {
    DistinctValues seen(run.comparing());
    for (const Value& item : call.input) {
        if (!run.step()) return false;
        if (!seen.add(item)) return give(call, false);
    }
    return give(call, true);
}

}  // namespace waymark::path::functions
