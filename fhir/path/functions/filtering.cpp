// FHIRPath 5.2 and 7: repeat(), sort() and what is computed over all items.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/arithmetic.h"
#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

constexpr std::size_t kMostKeys = 8;

/// An item and what it is sorted by.
struct Sorted {
    Value item;
    std::array<Value, kMostKeys> keys;
    std::array<bool, kMostKeys> has;
};

/// Keeps the order of equals, and stays in bounds whatever `precedes` says: partial dates and units
/// without a common dimension give no consistent order, which std::sort must not see.
template <class Precedes>
std::span<const Sorted*> mergeSort(std::span<const Sorted*> from, std::span<const Sorted*> to,
                                   const Precedes& precedes) {
    for (std::size_t width = 1; width < from.size(); width *= 2) {
        for (std::size_t begin = 0; begin < from.size(); begin += 2 * width) {
            const std::size_t middle = std::min(begin + width, from.size());
            const std::size_t end = std::min(begin + 2 * width, from.size());
            std::size_t left = begin;
            std::size_t right = middle;
            for (std::size_t at = begin; at < end; ++at) {
                const bool takeRight =
                    left == middle || (right < end && precedes(from[right], from[left]));
                to[at] = takeRight ? from[right++] : from[left++];
            }
        }
        std::swap(from, to);
    }
    return from;
}

/// -1, 0, 1 for one key; items without the key come first.
int compareKeys(const Sorted& a, const Sorted& b, std::size_t key, bool& mismatch) {
    if (!a.has[key] || !b.has[key]) return int{a.has[key]} - int{b.has[key]};
    switch (order(a.keys[key], b.keys[key])) {
        case Order::Less:
            return -1;
        case Order::Greater:
            return 1;
        case Order::Mismatch:
            mismatch = true;
            return 0;
        default:
            return 0;
    }
}

bool readKeys(Evaluation& run, const Call& call, Sorted& entry, std::size_t keys,
              std::int64_t index) {
    for (std::size_t key = 0; key < keys; ++key) {
        Items found(run.arena());
        if (call.arguments.empty()) {
            found.push(entry.item);
        } else if (!run.each(call.arguments[key], entry.item, index, found)) {
            return false;
        }
        if (found.size() > 1) return run.fail("a sort key is one item");
        entry.has[key] = !found.empty();
        if (!found.empty()) entry.keys[key] = systemValue(found[0], run.arena());
        if (entry.has[key] && entry.keys[key].isElement()) {
            return run.fail(
                fmt::format("a {} has no order to sort by", typeName(found[0], run.model())));
        }
    }
    return true;
}

enum class Extreme : std::uint8_t { Least, Greatest };

bool extreme(Evaluation& run, const Call& call, Extreme which) {
    Value best;
    bool has = false;
    for (const Value& item : call.input) {
        const Value value = systemValue(item, run.arena());
        if (!has) {
            best = value;
            has = true;
            continue;
        }
        const Order found = order(value, best);
        if (found == Order::Mismatch) return run.fail("the items have no common order");
        if (found == Order::Open) return true;  // Which is the least is not known.
        if (found == (which == Extreme::Least ? Order::Less : Order::Greater)) best = value;
    }
    if (has) call.out.push(best);
    return true;
}

/// The sum of all items; false after a fault, no value when it is empty or does not fit.
bool total(Evaluation& run, const Call& call, std::optional<Value>& sum) {
    for (const Value& item : call.input) {
        const Value value = systemValue(item, run.arena());
        if (!sum) {
            sum = value;
            if ((bit(value.kind()) & (kNumbers | bit(ValueKind::Quantity))) == 0) {
                return run.fail("numbers or Quantities are needed");
            }
            continue;
        }
        Value next;
        switch (compute(Operator::Plus, *sum, value, run.arena(), next)) {
            case Computed::Value:
                sum = next;
                break;
            case Computed::Empty:
                sum.reset();
                return true;
            default:
                return run.fail("numbers or Quantities are needed");
        }
    }
    return true;
}

/// repeat() and repeatAll(): the latter keeps items that were seen before.
bool closure(Evaluation& run, const Call& call, bool distinctOnly) {
    DistinctValues seen(run.comparing());
    Items queue(run.arena());
    for (const Value& item : call.input) queue.push(item);
    for (std::uint32_t at = 0; at < queue.size(); ++at) {
        Items found(run.arena());
        const Value item = queue[at];
        if (!run.step() || !run.each(call.arguments[0], item, at, found)) return false;
        for (const Value& each : found.view()) {
            if (distinctOnly && !seen.add(each)) continue;
            call.out.push(each);
            queue.push(each);
        }
        if (!run.holds(queue) || !run.compared()) return false;
    }
    return true;
}

}  // namespace

bool repeat(Evaluation& run, const Call& call) {
    return closure(run, call, true);
}
bool repeatAll(Evaluation& run, const Call& call) {
    return closure(run, call, false);
}

bool sort(Evaluation& run, const Call& call) {
    const std::size_t keys = call.arguments.empty() ? 1 : call.arguments.size();
    if (keys > kMostKeys) return run.fail("sort() takes at most 8 keys");
    const auto entries = run.arena().array<Sorted>(call.input.size());
    std::uninitialized_default_construct(entries.begin(), entries.end());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i].item = call.input[i];
        if (!readKeys(run, call, entries[i], keys, static_cast<std::int64_t>(i))) return false;
    }
    bool mismatch = false;
    const auto precedes = [&](const Sorted* a, const Sorted* b) {
        for (std::size_t key = 0; key < keys; ++key) {
            const int sign = compareKeys(*a, *b, key, mismatch);
            if (sign != 0) return (call.at.c & (1U << key)) != 0 ? sign > 0 : sign < 0;
        }
        return false;
    };
    const auto places = run.arena().array<const Sorted*>(entries.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = &entries[i];
    const auto sorted =
        mergeSort(places, run.arena().array<const Sorted*>(entries.size()), precedes);
    if (mismatch) return run.fail("the sort keys have no common order");
    for (const Sorted* entry : sorted) call.out.push(entry->item);
    return run.step(static_cast<std::uint32_t>(entries.size()));
}

bool aggregate(Evaluation& run, const Call& call) {
    Collection total = call.other;
    std::int64_t index = 0;
    for (const Value& item : call.input) {
        Items next(run.arena());
        if (!run.eachWithTotal(call.arguments[0], item, index++, total, next)) return false;
        total = next.kept();
    }
    for (const Value& item : total) call.out.push(item);
    return true;
}

bool sum(Evaluation& run, const Call& call) {
    std::optional<Value> found;
    if (!total(run, call, found)) return false;
    if (found) call.out.push(*found);
    return true;
}

bool avg(Evaluation& run, const Call& call) {
    std::optional<Value> found;
    if (!total(run, call, found)) return false;
    if (!found) return true;
    Value mean;
    const Value count = Value::integer(static_cast<std::int64_t>(call.input.size()));
    if (compute(Operator::Divide, *found, count, run.arena(), mean) == Computed::Value) {
        call.out.push(mean);
    }
    return true;
}

bool min(Evaluation& run, const Call& call) {
    return extreme(run, call, Extreme::Least);
}
bool max(Evaluation& run, const Call& call) {
    return extreme(run, call, Extreme::Greatest);
}

}  // namespace waymark::path::functions
