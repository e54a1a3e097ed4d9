// All maps of a set side by side: which structures and types each names, which maps it imports,
// what groups it can call and which are its defaults. Private to the room.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/map/ast.h"
#include "fhir/map/diagnostics.h"
#include "fhir/map/types.h"

namespace waymark::map {

struct GroupRef {
    std::size_t map = 0;
    const ast::Group* group = nullptr;

    explicit operator bool() const { return group != nullptr; }
};

/// A default mapping group that a map sees.
struct DefaultRef {
    GroupRef group;
    model::TypeId source = model::kNoType;
    model::TypeId target = model::kNoType;
};

class Library {
public:
    Library(std::span<const ast::Map> maps, const model::Model& model, Diagnostics& diagnostics);

    [[nodiscard]] std::span<const ast::Map> maps() const { return maps_; }
    [[nodiscard]] const Types& types() const { return types_; }

    /// A type's name in a map: an alias, a structure or a type of the model. none: not known, and
    /// reported; kNoType: known to be unknown.
    std::optional<model::TypeId> typeNamed(std::size_t map, const ast::Name& name,
                                           std::string_view rulePath);
    /// A group by name: this map's own, then those of the imported maps.
    [[nodiscard]] GroupRef groupNamed(std::size_t map, std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> groupNames(std::size_t map) const;
    [[nodiscard]] const std::vector<DefaultRef>& defaults(std::size_t map) const {
        return defaults_[map];
    }
    /// The default group for a pair of types, exact ones before those of base types. With several
    /// target types the group chooses among them (<<type+>>).
    [[nodiscard]] const DefaultRef* defaultFor(std::size_t map, model::TypeId source,
                                               std::span<const model::TypeId> targets) const;

private:
    void structures(std::size_t map);
    [[nodiscard]] model::TypeId relative(std::string_view url) const;
    void imports(std::size_t map);
    void groups(std::size_t map);
    void reach(std::size_t map);
    void defaultGroups(std::size_t map);
    std::optional<model::TypeId> inputType(std::size_t map, const ast::Group& group, bool target);

    std::span<const ast::Map> maps_;
    Types types_;
    Diagnostics& diagnostics_;
    std::vector<std::unordered_map<std::string, model::TypeId>> aliases_;
    std::vector<std::vector<std::size_t>> imported_;
    std::vector<std::vector<std::size_t>> reach_;  ///< the map itself, then imports, breadth first
    std::vector<std::unordered_map<std::string_view, const ast::Group*>> groups_;
    std::vector<std::vector<DefaultRef>> own_;
    std::vector<std::vector<DefaultRef>> defaults_;
};

/// Whether a text matches a pattern with `*` for any characters.
bool matchesWildcard(std::string_view pattern, std::string_view text);

}  // namespace waymark::map
