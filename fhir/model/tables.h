// What a Model is made of. Private to the room: Loader fills it, Model reads it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/model/model.h"
#include "fhir/model/shape.h"

namespace waymark::model {

struct Model::Tables {
    std::vector<Type> types;
    std::vector<ElementDef> defs;
    std::vector<Shape> shapes;
    std::vector<Member> members;
    std::vector<std::uint8_t> slots;
    /// The concrete resource types as one pseudo type: a member's def.type is the resource.
    Shape resources;
    /// The codes of required bindings, numbered from 1.
    std::vector<Shape> codeLists;
    std::string pool;                     ///< all names one after the other, padded
    std::vector<std::string_view> names;  ///< by NameId, views into the pool
    std::unordered_map<std::string_view, NameId> nameIds;
    std::unordered_map<std::string_view, TypeId> typeIds;
    std::unordered_map<std::string, TypeId> urls;
    /// Texts of logical type names; R4's are literals.
    std::vector<std::unique_ptr<std::string>> texts;
};

}  // namespace waymark::model
