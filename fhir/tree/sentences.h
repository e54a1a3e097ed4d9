// What the readers of both formats say about a fault of structure: one sentence each, for the
// developer of the other system. Private to the room; never on the hot path.
#pragma once

#include <string>
#include <string_view>

#include "fhir/model/model.h"
#include "fhir/model/shape.h"

namespace waymark::tree::sentences {

inline constexpr const char* kOnlyAnId =
    "An element must have a value, an extension or children beside its id; leave it out.";

/// A name from the input as it may stand in an answer: at most 64 bytes, no control characters.
[[nodiscard]] std::string quoted(std::string_view name);

[[nodiscard]] std::string unknownElement(const model::Model& model, model::TypeId type,
                                         std::string_view name);
[[nodiscard]] std::string unknownResource(const model::Model& model, std::string_view name);
[[nodiscard]] std::string missing(const model::Model& model, model::TypeId type,
                                  const model::ElementDef& def);
[[nodiscard]] std::string twoAlternatives(const model::Model& model, const model::ElementDef& def,
                                          model::NameId first);
[[nodiscard]] std::string wrongFormat(const model::Model& model, const model::Member& member,
                                      std::string_view text);
[[nodiscard]] std::string wrongCode(const model::Model& model, const model::Member& member);
[[nodiscard]] std::string tooDeep(std::string_view what, std::uint32_t limit);
[[nodiscard]] std::string tooMany(std::uint32_t limit);

}  // namespace waymark::tree::sentences
