#include "gateway/simulate/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::simulate {
namespace {

/// Below the ports that Linux gives to outgoing connections (32768 on), one of which could take the
/// port while its user restarts.
constexpr std::uint16_t kFirst = 20'000;
constexpr std::uint16_t kLast = 32'000;
constexpr std::uint16_t kForAProcess = 40;

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

FreePorts::FreePorts() {
    constexpr int kPlaces = (kLast - kFirst) / kForAProcess;
    next_ = static_cast<std::uint16_t>(kFirst + ::getpid() % kPlaces * kForAProcess);
}

Result<std::uint16_t> FreePorts::next() {
    for (int tried = kFirst; tried < kLast; ++tried) {
        const std::uint16_t port = next_;
        next_ = port + 1 < kLast ? static_cast<std::uint16_t>(port + 1) : kFirst;
        if (isFree(port)) return port;
    }
    return fail(Kind::Unavailable, IssueType::Transient, "No free port was found on 127.0.0.1.");
}

}  // namespace waymark::simulate
