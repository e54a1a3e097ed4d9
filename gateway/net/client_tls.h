// TLS towards others: trusted roots by file, sessions to resume by origin. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <openssl/ssl.h>

namespace boost::asio::ssl {
class context;
}

namespace waymark::net {

class ClientTls {
public:
    ClientTls();
    ~ClientTls();
    ClientTls(const ClientTls&) = delete;
    ClientTls& operator=(const ClientTls&) = delete;

    /// The context that trusts the roots of this file (empty: the system's); null when the file
    /// cannot be read as PEM. Read once for each state of the file.
    std::shared_ptr<boost::asio::ssl::context> context(const std::filesystem::path& ca);

    /// Whose a connection is: the key names the origin together with all that its trust rests on.
    struct Owner {
        ClientTls* tls;
        std::string key;
    };
    /// What a connection needs beside its context: the name to ask for (SNI) and to insist on, the
    /// session to resume. The owner outlives the connection.
    void prepare(SSL* connection, const std::string& host, const Owner* owner);

private:
    struct Roots {
        std::filesystem::file_time_type written;
        std::shared_ptr<boost::asio::ssl::context> context;
    };
    struct FreeSession {
        void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
    };

    static int onNewSession(SSL* connection, SSL_SESSION* session);
    std::shared_ptr<boost::asio::ssl::context> makeContext(const std::filesystem::path& ca);
    void keep(const std::string& key, SSL_SESSION* session);

    std::mutex lock_;
    std::map<std::filesystem::path, Roots> roots_;
    std::map<std::string, std::unique_ptr<SSL_SESSION, FreeSession>> sessions_;
};

}  // namespace waymark::net
