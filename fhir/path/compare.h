// Equality, equivalence and order of values (FHIRPath 6.1 and 6.2), and the set of distinct values
// that the collection functions share.
#pragma once

#include <cstdint>
#include <span>

#include "fhir/path/value.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

/// What a comparison says.
enum class Answer : std::uint8_t { No, Yes, Open };

/// What comparing costs: trees against trees and lists in any order can be quadratic, so the pairs
/// are counted. When there were too many the answers are worth nothing and the evaluation must
/// fail.
struct Comparing {
    static constexpr std::uint64_t kMostPairs = 5'000'000;

    tree::Arena& arena;
    std::uint64_t pairs = 0;

    [[nodiscard]] bool exhausted() const { return pairs > kMostPairs; }
};

/// a = b for single items.
Answer equal(const Value& a, const Value& b, Comparing& by);
/// Collections of any size, neither empty: pairwise and in order.
Answer equal(const Collection& a, const Collection& b, Comparing& by);
/// a ~ b.
bool equivalent(const Value& a, const Value& b, Comparing& by);
/// Collections in any order; both may be empty.
bool equivalent(const Collection& a, const Collection& b, Comparing& by);

enum class Order : std::uint8_t {
    Less,
    Same,
    Greater,
    Open,      ///< precision or units leave it open
    Mismatch,  ///< kinds that have no order
};
/// Both as System values (systemValue()).
Order order(const Value& a, const Value& b);

/// Values without duplicates by =, in the order of their first coming. Looks up by a hash that
/// equal values share, so that a thousand identifiers cost a thousand steps.
class DistinctValues {
public:
    explicit DistinctValues(Comparing& by) : by_(by) {}
    /// False when an equal value is there already.
    bool add(const Value& value);
    [[nodiscard]] bool contains(const Value& value) const;

private:
    struct Entry {
        Value value;
        std::uint64_t hash = 0;
        std::uint32_t next = 0;  ///< index + 1 of the next of the same slot
    };
    [[nodiscard]] bool find(const Value& value, std::uint64_t hash) const;
    void grow();

    Comparing& by_;
    std::span<Entry> entries_;
    std::size_t count_ = 0;
    std::span<std::uint32_t> slots_;  ///< index + 1
};

}  // namespace waymark::path
