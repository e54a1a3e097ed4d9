#include "gateway/net/client_tls.h"

#include <array>
#include <system_error>

#include <openssl/x509v3.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>

namespace waymark::net {

namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::array<unsigned char, 9> kProtocols = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::size_t kSessionsMax = 256;
constexpr std::size_t kRootsMax = 64;

bool isAddress(const std::string& host) {
    error_code notAnAddress;
    boost::asio::ip::make_address(host, notAnAddress);
    return !notAnAddress;
}

/// The slot of a connection for its owner. OpenSSL's "app data" is no place for it: Asio deletes
/// what it finds there.
int ownerSlot() {
    static const int slot =
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL, 0, nullptr, nullptr, nullptr, nullptr);
    return slot;
}

}  // namespace

ClientTls::ClientTls() = default;

ClientTls::~ClientTls() = default;

std::shared_ptr<ssl::context> ClientTls::makeContext(const std::filesystem::path& ca) {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX* native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_alpn_protos(native, kProtocols.data(), kProtocols.size());
    SSL_CTX_set_verify(native, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_session_cache_mode(native,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
    SSL_CTX_sess_set_new_cb(native, onNewSession);
    const int loaded = ca.empty() ? SSL_CTX_set_default_verify_paths(native)
                                  : SSL_CTX_load_verify_file(native, ca.c_str());
    if (loaded != 1) return nullptr;
    return context;
}

std::shared_ptr<ssl::context> ClientTls::context(const std::filesystem::path& ca) {
    std::filesystem::file_time_type written{};
    if (!ca.empty()) {
        std::error_code unreadable;
        written = std::filesystem::last_write_time(ca, unreadable);
        if (unreadable) return nullptr;
    }
    const std::lock_guard guard(lock_);
    const auto known = roots_.find(ca);
    if (known != roots_.end() && known->second.written == written) return known->second.context;
    auto made = makeContext(ca);
    if (!made) return nullptr;
    if (roots_.size() >= kRootsMax) roots_.clear();
    roots_.insert_or_assign(ca, Roots{written, made});
    return made;
}

void ClientTls::prepare(SSL* connection, const std::string& host, const Owner* owner) {
    X509_VERIFY_PARAM* wanted = SSL_get0_param(connection);
    if (isAddress(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str());
    } else {
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
        // What the macro SSL_set_tlsext_host_name does, without its C cast.
        SSL_ctrl(connection, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(host.c_str()));
    }
    SSL_set_ex_data(connection, ownerSlot(), const_cast<Owner*>(owner));
    const std::lock_guard guard(lock_);
    const auto session = sessions_.find(owner->key);
    if (session != sessions_.end()) SSL_set_session(connection, session->second.get());
}

int ClientTls::onNewSession(SSL* connection, SSL_SESSION* session) {
    const auto* owner = static_cast<const Owner*>(SSL_get_ex_data(connection, ownerSlot()));
    if (owner == nullptr) return 0;
    owner->tls->keep(owner->key, session);
    return 1;  // the session is ours now
}

void ClientTls::keep(const std::string& key, SSL_SESSION* session) {
    const std::lock_guard guard(lock_);
    if (!sessions_.contains(key) && sessions_.size() >= kSessionsMax) {
        sessions_.erase(sessions_.begin());
    }
    sessions_[key].reset(session);
}

}  // namespace waymark::net
