// Kept connections: idle ones, by origin, bounded in number and time. Internal to gateway/net. Any
// thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <boost/asio/steady_timer.hpp>

#include "gateway/net/client_connection.h"

namespace waymark::net {

struct PoolLimits {
    std::size_t perOrigin = 8;
    std::size_t all = 128;
    std::chrono::milliseconds idle{30'000};
};

class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
public:
    explicit ConnectionPool(const PoolLimits& limits) : limits_(limits) {}
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    /// The connection of this origin that was used last and is still quiet; null when there is
    /// none.
    std::unique_ptr<ClientConnection> take(const std::string& key);
    /// Keeps it, or closes it when there are enough. Closed too when the peer closes or speaks, and
    /// when its time is over.
    void put(std::unique_ptr<ClientConnection> connection);
    /// Closes all, and keeps none from now on.
    void close();
    [[nodiscard]] std::size_t size() const;

private:
    struct Idle {
        std::unique_ptr<ClientConnection> connection;
        std::unique_ptr<boost::asio::steady_timer> timer;
    };

    void watch(std::uint64_t number, Idle& idle);
    void watchSocket(std::uint64_t number, ClientConnection& connection);
    void look(std::uint64_t number);
    void drop(std::uint64_t number);

    const PoolLimits limits_;
    mutable std::mutex lock_;
    std::map<std::uint64_t, Idle> idle_;  ///< in the order in which they became idle
    std::uint64_t next_ = 0;
    bool closed_ = false;
};

}  // namespace waymark::net
