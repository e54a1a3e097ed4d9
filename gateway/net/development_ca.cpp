#include "gateway/net/development_ca.h"

#include <cstdint>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>

#include "fhir/core/check.h"

namespace waymark::net {

namespace {

template <auto Free>
struct Freer {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

/// RFC 5280 section 4.1.2.2: positive, at most 20 octets, not to be guessed.
constexpr int kSerialBits = 120;
constexpr long kVersion3 = 2;

void done(int result) {
    check(result > 0, "OpenSSL makes certificates");
}

Key newKey() {
    Key key(EVP_EC_gen("P-256"));
    check(key != nullptr, "OpenSSL makes keys");
    return key;
}

std::string text(BIO* memory) {
    BUF_MEM* buffer = nullptr;
    // BIO_get_mem_ptr without the C cast of its macro.
    BIO_ctrl(memory, BIO_C_GET_BUF_MEM_PTR, 0, static_cast<void*>(&buffer));
    check(buffer != nullptr, "OpenSSL gives what it has written");
    return {buffer->data, buffer->length};
}

std::string pem(X509* certificate) {
    const Memory memory(BIO_new(BIO_s_mem()));
    done(PEM_write_bio_X509(memory.get(), certificate));
    return text(memory.get());
}

std::string pem(EVP_PKEY* key) {
    const Memory memory(BIO_new(BIO_s_mem()));
    done(PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
    return text(memory.get());
}

void setValidity(X509* certificate, Instant from, Instant to) {
    const auto set = [](ASN1_TIME* time, Instant instant) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
        check(ASN1_TIME_set(time, static_cast<std::time_t>(seconds.time_since_epoch().count())) !=
                  nullptr,
              "OpenSSL writes times");
    };
    set(X509_getm_notBefore(certificate), from);
    set(X509_getm_notAfter(certificate), to);
}

void setSubject(X509* certificate, std::string_view commonName) {
    X509_NAME* name = X509_get_subject_name(certificate);
    const auto add = [name](const char* field, std::string_view value) {
        const std::string copy(value);
        done(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                        reinterpret_cast<const unsigned char*>(copy.data()),
                                        static_cast<int>(copy.size()), -1, 0));
    };
    add("O", "Waymark development");
    add("CN", commonName);
}

void addExtension(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    check(extension != nullptr, "OpenSSL makes extensions");
    done(X509_add_ext(certificate, extension.get(), -1));
}

Certificate blank(EVP_PKEY* key, std::string_view commonName, Instant from, Instant to) {
    Certificate certificate(X509_new());
    check(certificate != nullptr, "OpenSSL makes certificates");
    done(X509_set_version(certificate.get(), kVersion3));
    const Number serial(BN_new());
    done(BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY));
    check(BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get())) != nullptr,
          "OpenSSL writes serial numbers");
    setValidity(certificate.get(), from, to);
    setSubject(certificate.get(), commonName);
    done(X509_set_pubkey(certificate.get(), key));
    return certificate;
}

std::string alternativeNames(const std::vector<std::string>& names) {
    std::string all;
    for (const auto& name : names) {
        boost::system::error_code notAnAddress;
        boost::asio::ip::make_address(name, notAnAddress);
        all += fmt::format("{}{}:{}", all.empty() ? "" : ",", notAnAddress ? "DNS" : "IP", name);
    }
    return all;
}

}  // namespace

struct DevelopmentCa::Parts {
    Key key;
    Certificate root;
    std::string rootPem;
    Instant now;
};

DevelopmentCa::DevelopmentCa(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

DevelopmentCa::DevelopmentCa(DevelopmentCa&&) noexcept = default;

DevelopmentCa& DevelopmentCa::operator=(DevelopmentCa&&) noexcept = default;

DevelopmentCa::~DevelopmentCa() = default;

DevelopmentCa DevelopmentCa::create(Instant now) {
    auto parts = std::make_unique<Parts>();
    parts->now = now;
    parts->key = newKey();
    parts->root = blank(parts->key.get(), "Waymark development CA", now - std::chrono::days(1),
                        now + kValidity);
    X509* root = parts->root.get();
    done(X509_set_issuer_name(root, X509_get_subject_name(root)));
    addExtension(root, root, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    addExtension(root, root, NID_key_usage, "critical,keyCertSign,cRLSign");
    addExtension(root, root, NID_subject_key_identifier, "hash");
    done(X509_sign(root, parts->key.get(), EVP_sha256()));
    parts->rootPem = pem(root);
    return DevelopmentCa(std::move(parts));
}

const std::string& DevelopmentCa::certificate() const {
    return parts_->rootPem;
}

CertificateAndKey DevelopmentCa::issue(const std::vector<std::string>& names) const {
    return issue(names, parts_->now - std::chrono::days(1), parts_->now + kValidity);
}

CertificateAndKey DevelopmentCa::issue(const std::vector<std::string>& names, Instant from,
                                       Instant to) const {
    check(!names.empty(), "a certificate is for at least one name");
    const auto key = newKey();
    const auto leaf = blank(key.get(), names.front(), from, to);
    X509* root = parts_->root.get();
    done(X509_set_issuer_name(leaf.get(), X509_get_subject_name(root)));
    addExtension(leaf.get(), root, NID_basic_constraints, "critical,CA:FALSE");
    addExtension(leaf.get(), root, NID_key_usage, "critical,digitalSignature");
    addExtension(leaf.get(), root, NID_ext_key_usage, "serverAuth,clientAuth");
    addExtension(leaf.get(), root, NID_subject_alt_name, alternativeNames(names));
    addExtension(leaf.get(), root, NID_authority_key_identifier, "keyid");
    done(X509_sign(leaf.get(), parts_->key.get(), EVP_sha256()));
    return {pem(leaf.get()), pem(key.get())};
}

}  // namespace waymark::net
