// The certificates of a TLS listener, chosen by the name that the client asks for (SNI). Immutable:
// a reload makes a new one, and the server swaps it whole. Any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace boost::asio::ssl {
class context;
}

namespace waymark::net {

/// PEM texts.
struct CertificateAndKey {
    std::string certificate;  ///< the leaf first, then its chain
    std::string key;
};

class ServerCertificates {
public:
    /// The first pair is shown to clients that name no host or an unknown one. Fails when a text is
    /// not PEM, or a key does not belong to its certificate.
    static Result<std::shared_ptr<const ServerCertificates>> make(
        const std::vector<CertificateAndKey>& pairs);
    /// Reads one pair from files.
    static Result<std::shared_ptr<const ServerCertificates>> load(
        const std::filesystem::path& certificate, const std::filesystem::path& key);

    ServerCertificates();
    ~ServerCertificates();
    ServerCertificates(const ServerCertificates&) = delete;
    ServerCertificates& operator=(const ServerCertificates&) = delete;

    /// TLS 1.2 and 1.3, forward secrecy only, no renegotiation; switches by SNI by itself.
    [[nodiscard]] boost::asio::ssl::context& context() const;

private:
    std::vector<std::unique_ptr<boost::asio::ssl::context>> contexts_;
};

}  // namespace waymark::net
