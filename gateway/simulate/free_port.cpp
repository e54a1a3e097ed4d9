#include "gateway/simulate/free_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace waymark::simulate {

Result<std::uint16_t> freePort() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool found = socket >= 0 && ::bind(socket, generic, size) == 0 &&
                       ::getsockname(socket, generic, &size) == 0;
    if (socket >= 0) ::close(socket);
    if (!found) {
        return fail(Kind::Unavailable, IssueType::Transient,
                    "No free port was found on 127.0.0.1.");
    }
    return ntohs(address.sin_port);
}

}  // namespace waymark::simulate
