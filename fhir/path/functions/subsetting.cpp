// FHIRPath 5.3 and 5.4: parts of collections and collections put together.
#include <fmt/format.h>

#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

void give(const Call& call, std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < call.input.size() && count > 0; ++i, --count) {
        call.out.push(call.input[i]);
    }
}

constexpr std::size_t kAll = static_cast<std::size_t>(-1);

bool fill(Evaluation& run, DistinctValues& set, const Collection& items) {
    for (const Value& item : items) {
        if (!run.step()) return false;
        set.add(item);
    }
    return true;
}

}  // namespace

bool single(Evaluation& run, const Call& call) {
    if (call.input.size() > 1) {
        return run.fail(fmt::format("single() found {} items", call.input.size()));
    }
    give(call, 0, 1);
    return true;
}

bool last(Evaluation&, const Call& call) {
    if (!call.input.empty()) give(call, call.input.size() - 1, 1);
    return true;
}

bool tail(Evaluation&, const Call& call) {
    give(call, 1, kAll);
    return true;
}

bool skip(Evaluation&, const Call& call) {
    const std::int64_t count = call.values[0].integer();
    give(call, count < 0 ? 0 : static_cast<std::size_t>(count), kAll);
    return true;
}

bool take(Evaluation&, const Call& call) {
    const std::int64_t count = call.values[0].integer();
    give(call, 0, count < 0 ? 0 : static_cast<std::size_t>(count));
    return true;
}

bool intersect(Evaluation& run, const Call& call) {
    DistinctValues other(run.comparing());
    DistinctValues given(run.comparing());
    if (!fill(run, other, call.other)) return false;
    for (const Value& item : call.input) {
        if (!run.step()) return false;
        if (other.contains(item) && given.add(item)) call.out.push(item);
    }
    return true;
}

bool exclude(Evaluation& run, const Call& call) {
    DistinctValues other(run.comparing());
    if (!fill(run, other, call.other)) return false;
    for (const Value& item : call.input) {
        if (!run.step()) return false;
        if (!other.contains(item)) call.out.push(item);
    }
    return true;
}

bool unite(Evaluation& run, const Call& call) {
    DistinctValues seen(run.comparing());
    for (const Collection* items : {&call.input, &call.other}) {
        for (const Value& item : *items) {
            if (!run.step()) return false;
            if (seen.add(item)) call.out.push(item);
        }
    }
    return true;
}

bool combine(Evaluation&, const Call& call) {
    for (const Value& item : call.input) call.out.push(item);
    for (const Value& item : call.other) call.out.push(item);
    return true;
}

bool coalesce(Evaluation& run, const Call& call) {
    for (const PlanId argument : call.arguments) {
        if (!run.lazy(argument, call.input, call.out)) return false;
        if (!call.out.empty()) return true;
    }
    return true;
}

}  // namespace waymark::path::functions
