#include "gateway/crypto/digest.h"

#include <memory>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "fhir/core/check.h"

namespace waymark::crypto {
namespace {

struct Free {
    void operator()(EVP_MD* md) const { EVP_MD_free(md); }
    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

/// Fetching an algorithm by name costs more than a digest, so each is fetched once.
const EVP_MD* sha256Algorithm() {
    static const std::unique_ptr<EVP_MD, Free> md(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    check(md != nullptr, "OpenSSL has SHA-256");
    return md.get();
}

EVP_MAC* hmacAlgorithm() {
    static const std::unique_ptr<EVP_MAC, Free> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    check(mac != nullptr, "OpenSSL has HMAC");
    return mac.get();
}

EVP_MD_CTX* digestContext() {
    thread_local const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    check(context != nullptr, "a digest context is allocated");
    return context.get();
}

std::unique_ptr<EVP_MAC_CTX, Free> newMacContext() {
    std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_new(hmacAlgorithm()));
    check(context != nullptr, "a MAC context is allocated");
    char digest[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                 OSSL_PARAM_construct_end()};
    check(EVP_MAC_CTX_set_params(context.get(), params) == 1, "HMAC takes SHA-256");
    return context;
}

EVP_MAC_CTX* macContext() {
    thread_local const auto context = newMacContext();
    return context.get();
}

const unsigned char* bytesOf(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Digest sha256(std::string_view bytes) {
    Digest out{};
    EVP_MD_CTX* const context = digestContext();
    const bool done = EVP_DigestInit_ex2(context, sha256Algorithm(), nullptr) == 1 &&
                      EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
                      EVP_DigestFinal_ex(context, out.data(), nullptr) == 1;
    check(done, "SHA-256 takes any bytes");
    return out;
}

Digest hmacSha256(std::string_view key, std::initializer_list<std::string_view> parts) {
    // A null pointer would mean "keep the key of the call before".
    static constexpr unsigned char kNoKey[1] = {0};
    EVP_MAC_CTX* const context = macContext();
    bool done =
        EVP_MAC_init(context, key.empty() ? kNoKey : bytesOf(key), key.size(), nullptr) == 1;
    for (const std::string_view part : parts) {
        done = done && EVP_MAC_update(context, bytesOf(part), part.size()) == 1;
    }
    Digest out{};
    std::size_t length = 0;
    done = done && EVP_MAC_final(context, out.data(), &length, out.size()) == 1;
    check(done && length == out.size(), "HMAC-SHA256 takes any bytes");
    return out;
}

std::string hex(std::string_view bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        out.push_back(kDigits[value >> 4U]);
        out.push_back(kDigits[value & 0x0FU]);
    }
    return out;
}

}  // namespace waymark::crypto
