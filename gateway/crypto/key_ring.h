// The keys of the store, in one file apart from it: key-encryption keys, of which the newest wraps
// data keys and every one unwraps, and the key of the blind index. Immutable after loading; any
// thread. The file's format is in gateway/crypto/README.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/crypto/key.h"

namespace waymark::crypto {

/// A data key as the store keeps it.
struct WrappedKey {
    std::uint32_t ring = 0;  ///< id of the key-encryption key
    std::string bytes;
};

class KeyRing {
public:
    /// One fresh key of each sort, in no file: for tests and simulations.
    static KeyRing fresh(Random& random);
    /// Writes a fresh ring, mode 0600. Conflict when the file exists.
    static Result<KeyRing> init(const std::filesystem::path& path, Random& random);
    /// NotFound when absent; Forbidden when others may read it; Incorrect with the line at fault.
    static Result<KeyRing> load(const std::filesystem::path& path);
    /// Loads the ring and makes it when it is absent.
    static Result<KeyRing> loadOrInit(const std::filesystem::path& path, Random& random);
    /// The same ring with one more key-encryption key, which wraps from now on; the file is
    /// replaced.
    [[nodiscard]] Result<KeyRing> rotate(const std::filesystem::path& path, Random& random) const;

    static Result<KeyRing> parse(std::string_view text);
    [[nodiscard]] std::string print() const;

    /// By the newest key. `associated` says whose key it is and is needed to unwrap it.
    [[nodiscard]] WrappedKey wrap(const Key& key, std::string_view associated,
                                  Random& random) const;
    /// Fault when the ring lacks the key or the bytes are not what was wrapped.
    [[nodiscard]] Result<Key> unwrap(const WrappedKey& wrapped, std::string_view associated) const;

    [[nodiscard]] const Key& indexKey() const { return index_; }
    [[nodiscard]] std::uint32_t newest() const { return keys_.back().id; }

private:
    struct Entry {
        std::uint32_t id = 0;
        Key key;
    };
    KeyRing() = default;

    Key index_;
    std::vector<Entry> keys_;  ///< by id, never empty
};

}  // namespace waymark::crypto
