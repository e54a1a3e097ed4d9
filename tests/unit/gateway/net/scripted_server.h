// A server that does what a test tells it, right or wrong: each connection is given to the script,
// on a thread of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace waymark::net::tests {

class ScriptedServer {
public:
    /// `script(socket)` may use the functions below; the socket is closed after it.
    using Script = std::function<void(int socket)>;

    explicit ScriptedServer(Script script);
    /// Ends when all scripts have; they see their sockets shut down.
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(std::string_view path = "/") const;

private:
    void accept();

    Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::vector<int> sockets_;
    std::vector<std::jthread> threads_;
    std::jthread acceptor_;
};

/// Reads until the text has come, or the peer has closed; gives what was read.
std::string readUntil(int socket, std::string_view text);
/// False when the peer takes no more.
bool writeAll(int socket, std::string_view bytes);

}  // namespace waymark::net::tests
