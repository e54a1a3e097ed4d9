#include "gateway/simulate/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <random>

namespace waymark::simulate {
namespace {

/// Below the ports that Linux gives to outgoing connections (32768 on), one of which could take the
/// port while its user restarts.
constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kLast = 32'000;
constexpr int kTries = 100;

bool isFree(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return bound;
}

}  // namespace

Result<std::uint16_t> freePort() {
    std::random_device entropy;
    std::uniform_int_distribution<std::uint16_t> any(kFirst, kLast - 1);
    for (int i = 0; i < kTries; ++i) {
        const std::uint16_t port = any(entropy);
        if (isFree(port)) return port;
    }
    return fail(Kind::Unavailable, IssueType::Transient, "No free port was found on 127.0.0.1.");
}

}  // namespace waymark::simulate
