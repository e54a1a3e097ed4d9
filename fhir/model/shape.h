// The structural table as readers see it: per type one row of 32-byte members and one perfect hash
// over (first 8 bytes, last 8 bytes, length) of the member's name, choices expanded. A member holds
// these bytes itself, so that finding one touches two cache lines; readers walk the table cold.
// Immutable; any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

#include "fhir/model/model.h"

namespace waymark::model {

/// How a primitive's text is checked; None for everything that is no primitive.
enum class Format : std::uint8_t {
    None,
    Boolean,
    Integer,
    PositiveInt,
    UnsignedInt,
    Decimal,
    String,
    Markdown,
    Code,
    Id,
    Uri,
    Oid,
    Uuid,
    Base64,
    Date,
    DateTime,
    Instant,
    Time,
    Xhtml,
};

/// The bytes of a name that are hashed and compared. Names of up to 16 bytes are compared by them
/// alone.
struct NameKey {
    static constexpr std::uint64_t kMasks[9] = {
        0,
        0xFF,
        0xFFFF,
        0xFF'FFFF,
        0xFFFF'FFFF,
        0xFF'FFFF'FFFF,
        0xFFFF'FFFF'FFFF,
        0xFF'FFFF'FFFF'FFFF,
        0xFFFF'FFFF'FFFF'FFFF,
    };

    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::uint32_t length = 0;

    /// `text` must be readable for 8 bytes from its begin whatever its length. Without branches:
    /// the lengths of names follow no pattern that a processor could learn.
    static NameKey ofPadded(const char* text, std::uint32_t length) {
        NameKey key;
        key.length = length;
        const std::uint32_t inWord = length < 8 ? length : 8;
        const std::uint64_t mask = kMasks[inWord];
        std::memcpy(&key.first, text, 8);
        std::memcpy(&key.last, text + (length - inWord), 8);
        key.first &= mask;
        key.last &= mask;
        return key;
    }
    static NameKey of(std::string_view text) {
        if (text.size() >= 8) {
            return ofPadded(text.data(), static_cast<std::uint32_t>(text.size()));
        }
        char padded[8] = {};
        std::memcpy(padded, text.data(), text.size());
        return ofPadded(padded, static_cast<std::uint32_t>(text.size()));
    }
    /// Mixed with a type's seed; the upper bits choose the slot.
    [[nodiscard]] std::uint64_t hash(std::uint64_t seed) const {
        __extension__ using Wide = unsigned __int128;
        const Wide product =
            static_cast<Wide>(first ^ seed) * (last + length + 0x9E3779B97F4A7C15ULL);
        return static_cast<std::uint64_t>(product >> 64U) ^ static_cast<std::uint64_t>(product);
    }
};

/// One member name of a type: an element, or one alternative of a choice.
struct Member {
    std::uint64_t first = 0;  ///< NameKey of the name
    std::uint64_t last = 0;
    std::uint32_t nameAt = 0;  ///< where the name stands in Shape::pool
    std::uint8_t nameLength = 0;
    Format format = Format::None;
    std::uint16_t codes = 0;  ///< number of the required code list (Model::codeList); 0 none
    ElementDef def;
};
static_assert(sizeof(Member) == 32);

/// A type's row. `slots` has 1 << (64 - shift) entries, each an index into `members` plus 1, or 0.
struct Shape {
    const Member* members = nullptr;
    const std::uint8_t* slots = nullptr;
    const char* pool = nullptr;  ///< all names, padded at the end
    std::uint64_t seed = 0;
    std::uint64_t required = 0;  ///< bit per ordinal with min >= 1
    std::uint8_t shift = 63;
    std::uint8_t memberCount = 0;
    TypeKind kind = TypeKind::None;
    bool isAbstract = false;
    Format format = Format::None;  ///< of the type itself, when it is a primitive

    [[nodiscard]] std::string_view nameOf(const Member& member) const {
        return {pool + member.nameAt, member.nameLength};
    }
    /// nullptr when the type has no member of this name. `text` as for the key.
    [[nodiscard]] const Member* find(const NameKey& key, const char* text) const {
        const std::uint8_t slot = slots[key.hash(seed) >> shift];
        if (slot == 0) return nullptr;
        const Member& member = members[slot - 1];
        const std::uint64_t differs = (member.first ^ key.first) | (member.last ^ key.last) |
                                      (member.nameLength ^ key.length);
        if (differs != 0) return nullptr;
        if (key.length > 16 &&
            std::memcmp(pool + member.nameAt + 8, text + 8, key.length - 16) != 0) {
            return nullptr;
        }
        return &member;
    }
};

}  // namespace waymark::model
