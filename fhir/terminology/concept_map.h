// One ConceptMap as a hashed table, for Terminology and for maps that hold their own. Immutable
// once built; any thread. (FHIR R4 ConceptMap, section 4.11.)
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/terminology/terminology.h"
#include "fhir/tree/arena.h"

namespace waymark::terminology {

class ConceptTable {
public:
    struct Row {
        Coding source;
        Coding target;
        std::string_view equivalence;
    };
    /// What happens to a code of `system` that no row has.
    struct Unmapped {
        enum class Mode : std::uint8_t { Provided, Fixed, OtherMap };
        std::string_view system;
        Mode mode = Mode::Provided;
        Coding target;              ///< Provided: the target system; Fixed: the code
        std::string_view otherMap;  ///< OtherMap: its canonical
    };

    ConceptTable() = default;
    ConceptTable(ConceptTable&&) = default;
    ConceptTable& operator=(ConceptTable&&) = default;

    /// Copies all texts. Rows of equivalence unmatched and disjoint say only that the code is
    /// known.
    ConceptTable(std::span<const Row> rows, std::span<const Unmapped> unmapped);

    /// The rows of a code in their order, none for a code that no row has. An empty system matches
    /// every system.
    [[nodiscard]] std::span<const Translation> find(std::string_view system,
                                                    std::string_view code) const;
    /// Whether a row names the code, be it as unmatched.
    [[nodiscard]] bool knows(std::string_view system, std::string_view code) const;
    /// The rule for codes without a row; nullptr when there is none. An empty system takes the
    /// first.
    [[nodiscard]] const Unmapped* unmappedFor(std::string_view system) const;

    /// All source codes that have a target, for checks at load time.
    [[nodiscard]] std::span<const Coding> sources() const { return sources_; }
    /// All target codes, rows and fixed ones.
    [[nodiscard]] std::vector<Coding> targets() const;

private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t first = 0;  ///< into translations_
        std::uint32_t count = 0;
        std::uint32_t source = 0;  ///< into keys_, plus 1; 0 for an empty slot
    };
    struct Key {
        std::string_view system;
        std::string_view code;
    };
    void insert(std::string_view system, std::string_view code, std::uint32_t first,
                std::uint32_t count);
    [[nodiscard]] const Slot* slot(std::string_view system, std::string_view code) const;

    std::unique_ptr<tree::Arena> texts_;
    std::vector<Key> keys_;
    std::vector<Slot> slots_;
    std::vector<Translation> translations_;
    std::vector<Unmapped> unmapped_;
    std::vector<Coding> sources_;
};

}  // namespace waymark::terminology
