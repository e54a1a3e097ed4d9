#include "gateway/crypto/key.h"

#include <algorithm>
#include <string>

#include <openssl/crypto.h>

namespace waymark::crypto {

Key::~Key() {
    wipe(bytes_);
}

Key Key::random(Random& random) {
    Key key;
    random.fill(key.bytes_);
    return key;
}

Result<Key> Key::from(std::string_view bytes) {
    if (bytes.size() != kSize) {
        return fail(Kind::Incorrect, IssueType::Value, "A key has exactly 32 bytes.");
    }
    Key key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    return key;
}

std::string_view Key::view() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

bool operator==(const Key& a, const Key& b) {
    return equalInConstantTime(a.view(), b.view());
}

void wipe(std::span<std::uint8_t> memory) {
    OPENSSL_cleanse(memory.data(), memory.size());
}

void wipe(std::string& memory) {
    OPENSSL_cleanse(memory.data(), memory.size());
    memory.clear();
}

bool equalInConstantTime(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace waymark::crypto
