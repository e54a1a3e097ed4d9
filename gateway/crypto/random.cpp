#include "gateway/crypto/random.h"

#include <openssl/rand.h>

#include "fhir/core/check.h"

namespace waymark::crypto {

void SystemRandom::fill(std::span<std::uint8_t> bytes) {
    check(bytes.size() <= 1'000'000, "random bytes are asked for in reasonable numbers");
    check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
          "the system gives random bytes");
}

}  // namespace waymark::crypto
