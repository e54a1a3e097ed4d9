#include "gateway/net/server_certificates.h"

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace waymark::net {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

/// The ALPN list of what is spoken here.
constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

using Contexts = std::vector<std::unique_ptr<ssl::context>>;

/// RFC 7301: a client that offers other protocols only is told so.
int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize,
                   const unsigned char* offered, unsigned offeredSize, void*) {
    // OpenSSL's parameter is not const, but it writes a pointer into one of the two lists only.
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, outSize, kProtocols.data(), kProtocols.size(), offered,
                              offeredSize) != OPENSSL_NPN_NEGOTIATED) {
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    }
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

int chooseCertificate(SSL* connection, int*, void* argument) {
    const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
    for (const auto& context : *static_cast<const Contexts*>(argument)) {
        X509* leaf = SSL_CTX_get0_certificate(context->native_handle());
        if (X509_check_host(leaf, name, 0, 0, nullptr) == 1) {
            SSL_set_SSL_CTX(connection, context->native_handle());
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_NOACK;
}

std::unexpected<Failure> refuse(std::string_view what, const error_code& error) {
    return fail(Kind::Incorrect, IssueType::Security,
                fmt::format("{}: {}.", what, error.message()));
}

void harden(SSL_CTX* context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    // Tickets carry the session, so nothing is kept for clients that do not come back.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    SSL_CTX_set_alpn_select_cb(context, chooseProtocol, nullptr);
}

Result<std::unique_ptr<ssl::context>> makeContext(const CertificateAndKey& pair) {
    auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
    harden(context->native_handle());
    error_code error;
    context->use_certificate_chain(boost::asio::buffer(pair.certificate), error);
    if (error) return refuse("The certificate chain is not readable as PEM", error);
    context->use_private_key(boost::asio::buffer(pair.key), ssl::context::pem, error);
    if (error) return refuse("The private key is not PEM, or not that of the certificate", error);
    return context;
}

Result<std::string> readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (!file || text.empty()) {
        return fail(Kind::Incorrect, IssueType::NotFound,
                    fmt::format("The file {} cannot be read, or is empty.", path.string()));
    }
    return text;
}

}  // namespace

ServerCertificates::ServerCertificates() = default;

ServerCertificates::~ServerCertificates() = default;

Result<std::shared_ptr<const ServerCertificates>> ServerCertificates::make(
    const std::vector<CertificateAndKey>& pairs) {
    if (pairs.empty()) {
        return fail(Kind::Incorrect, IssueType::Required, "A TLS listener needs a certificate.");
    }
    auto made = std::make_shared<ServerCertificates>();
    for (const auto& pair : pairs) {
        auto context = makeContext(pair);
        if (!context) return std::unexpected(std::move(context.error()));
        made->contexts_.push_back(std::move(*context));
    }
    SSL_CTX* first = made->contexts_.front()->native_handle();
    // What the macro of this name does, without its C cast.
    SSL_CTX_callback_ctrl(first, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                          reinterpret_cast<void (*)()>(chooseCertificate));
    SSL_CTX_set_tlsext_servername_arg(first, &made->contexts_);
    return made;
}

Result<std::shared_ptr<const ServerCertificates>> ServerCertificates::load(
    const std::filesystem::path& certificate, const std::filesystem::path& key) {
    auto chain = readFile(certificate);
    if (!chain) return std::unexpected(std::move(chain.error()));
    auto secret = readFile(key);
    if (!secret) return std::unexpected(std::move(secret.error()));
    std::vector<CertificateAndKey> pairs;
    pairs.push_back({std::move(*chain), std::move(*secret)});
    return make(pairs);
}

ssl::context& ServerCertificates::context() const {
    return *contexts_.front();
}

}  // namespace waymark::net
