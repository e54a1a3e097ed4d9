// JSON to tree in one pass (FHIR R4 section 2.6.2, JSON representation), checked while it is built:
// unknown element, wrong JSON type, cardinality, primitive format, companions, choice types, null
// in arrays, duplicate keys, UTF-8, NUL, trailing bytes, limits.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::tree {

/// More than this no limits may allow: offsets are kept in 32 bits, expat counts in int and doubles
/// its buffers, the tokenizer has its own bound of depth.
inline constexpr std::size_t kLargestBody = 0x3FFF'0000;
inline constexpr std::uint32_t kDeepestBody = 1024;

struct ReadLimits {
    std::size_t bodyBytes = 8 * 1024 * 1024;
    std::uint32_t depth = 64;
    std::uint32_t elements = 200'000;
    /// After this many issues reading stops; one more issue says so.
    std::uint32_t issues = 50;
};

struct ReadOptions {
    ReadLimits limits;
    /// What the root is. kNoType: a resource, named by its resourceType. A logical model or a
    /// datatype has no resourceType and must be named here.
    model::TypeId root = model::kNoType;
    /// Whether an element that its type requires and that is not there is an issue. Not for
    /// messages: for tools that look into what is still being written (FHIRPath cases).
    bool requireElements = true;
    /// Where faults go instead of failing, so that a validator can say more about what could be
    /// read. Reading still fails when it had to stop, or when nothing was read.
    std::vector<Issue>* faults = nullptr;
};

/// What was read. `body` and the arena must outlive it: texts without escapes point into the body.
struct Document {
    Element root;
    std::string_view body;
    const model::Model* model = nullptr;

    /// Line and column of an element in the body; {0,0} for one that was made. Linear in the body.
    [[nodiscard]] Position positionOf(Element element) const;
};

/// Fails with every structural issue found (Kind::Incorrect; TooLarge for bodyBytes), each with
/// expression, line and column. Never throws, never recurses by input depth.
Result<Document> readJson(std::string_view body, const model::Model& model, Arena& arena,
                          const ReadOptions& options = {});

}  // namespace waymark::tree
