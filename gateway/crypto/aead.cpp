#include "gateway/crypto/aead.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <openssl/evp.h>

#include "fhir/core/check.h"

namespace waymark::crypto {
namespace {

constexpr std::size_t kTagSize = 16;

struct Free {
    void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* algorithm() {
    static const std::unique_ptr<EVP_CIPHER, Free> cipher(
        EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
    check(cipher != nullptr, "OpenSSL has AES-256-GCM");
    return cipher.get();
}

/// The thread's context; reset at the end of its use, which wipes the key schedule in it.
class Context {
public:
    Context() : context_(shared()) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_CIPHER_CTX_reset(context_); }

    operator EVP_CIPHER_CTX*() const { return context_; }

private:
    static EVP_CIPHER_CTX* shared() {
        thread_local const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
        check(context != nullptr, "a cipher context is allocated");
        return context.get();
    }
    EVP_CIPHER_CTX* context_;
};

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int lengthOf(std::string_view text) {
    check(text.size() <= std::size_t{std::numeric_limits<int>::max()} - kSealOverhead,
          "what is sealed is shorter than 2 GiB");
    return static_cast<int>(text.size());
}

/// Not zeroed, since the caller writes every byte. (libstdc++ 12 hands the capacity to the
/// operation instead of the size asked for.)
std::string unwritten(std::size_t size) {
    std::string out;
    out.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
    return out;
}

}  // namespace

Nonce freshNonce(Random& random) {
    Nonce nonce{};
    random.fill(nonce);
    return nonce;
}

std::string seal(const Key& key, const Nonce& nonce, std::string_view associated,
                 std::string_view plain) {
    std::string out = unwritten(plain.size() + kSealOverhead);
    auto* const bytes = reinterpret_cast<unsigned char*>(out.data());
    std::copy(nonce.begin(), nonce.end(), bytes);
    auto* const body = bytes + nonce.size();
    const Context context;
    int written = 0;
    const bool done =
        EVP_EncryptInit_ex2(context, algorithm(), key.bytes().data(), nonce.data(), nullptr) == 1 &&
        EVP_EncryptUpdate(context, nullptr, &written, bytesOf(associated), lengthOf(associated)) ==
            1 &&
        EVP_EncryptUpdate(context, body, &written, bytesOf(plain), lengthOf(plain)) == 1 &&
        EVP_EncryptFinal_ex(context, body + plain.size(), &written) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagSize, body + plain.size()) == 1;
    check(done, "AES-256-GCM seals any bytes");
    return out;
}

Result<std::string> open(const Key& key, std::string_view associated, std::string_view sealed) {
    const auto refused = [] {
        return fail(
            Kind::Fault, IssueType::Exception,
            "Sealed bytes do not match their checksum: they were changed or belong to another "
            "key.");
    };
    if (sealed.size() < kSealOverhead) return refused();
    const std::string_view nonce = sealed.substr(0, sizeof(Nonce));
    const std::string_view body = sealed.substr(nonce.size(), sealed.size() - kSealOverhead);
    std::array<unsigned char, kTagSize> tag{};
    std::copy(sealed.end() - kTagSize, sealed.end(), tag.begin());
    std::string out = unwritten(body.size());
    auto* const plain = reinterpret_cast<unsigned char*>(out.data());
    const Context context;
    int written = 0;
    const bool ready =
        EVP_DecryptInit_ex2(context, algorithm(), key.bytes().data(), bytesOf(nonce), nullptr) ==
            1 &&
        EVP_DecryptUpdate(context, nullptr, &written, bytesOf(associated), lengthOf(associated)) ==
            1 &&
        EVP_DecryptUpdate(context, plain, &written, bytesOf(body), lengthOf(body)) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagSize, tag.data()) == 1;
    check(ready, "AES-256-GCM takes any bytes");
    if (EVP_DecryptFinal_ex(context, plain + body.size(), &written) != 1) {
        wipe(out);
        return refused();
    }
    return out;
}

}  // namespace waymark::crypto
