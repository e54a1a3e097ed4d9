#include "gateway/net/connection_pool.h"

#include <algorithm>
#include <utility>

namespace waymark::net {

namespace asio = boost::asio;
using boost::system::error_code;

std::unique_ptr<ClientConnection> ConnectionPool::take(const std::string& key) {
    const std::lock_guard guard(lock_);
    for (auto at = idle_.end(); at != idle_.begin();) {
        --at;
        if (at->second.connection->key() != key) continue;
        auto connection = std::move(at->second.connection);
        at = idle_.erase(at);  // its timer ends with it
        error_code ignored;
        connection->socket().cancel(ignored);
        if (connection->isQuiet()) return connection;
    }
    return nullptr;
}

void ConnectionPool::put(std::unique_ptr<ClientConnection> connection) {
    const std::lock_guard guard(lock_);
    if (closed_ || !connection->isQuiet()) return;
    const auto& key = connection->key();
    const auto same = std::ranges::count_if(
        idle_, [&](const auto& one) { return one.second.connection->key() == key; });
    if (static_cast<std::size_t>(same) >= limits_.perOrigin) return;
    if (idle_.size() >= limits_.all) idle_.erase(idle_.begin());
    const auto number = next_++;
    auto timer = std::make_unique<asio::steady_timer>(connection->socket().get_executor());
    auto& idle = idle_[number];
    idle = {std::move(connection), std::move(timer)};
    watch(number, idle);
}

/// The number, and not the connection, is what the handlers hold: by the time they run it may be in
/// use again, or gone.
void ConnectionPool::watch(std::uint64_t number, Idle& idle) {
    idle.timer->expires_after(limits_.idle);
    idle.timer->async_wait([weak = weak_from_this(), number](const error_code& error) {
        const auto self = weak.lock();
        if (self && !error) self->drop(number);
    });
    watchSocket(number, *idle.connection);
}

void ConnectionPool::watchSocket(std::uint64_t number, ClientConnection& connection) {
    connection.socket().async_wait(asio::socket_base::wait_read,
                                   [weak = weak_from_this(), number](const error_code& error) {
                                       const auto self = weak.lock();
                                       if (self && error != asio::error::operation_aborted)
                                           self->look(number);
                                   });
}

/// The news of bytes that have long been read may come late, so a quiet connection stays.
void ConnectionPool::look(std::uint64_t number) {
    const std::lock_guard guard(lock_);
    const auto found = idle_.find(number);
    if (found == idle_.end()) return;
    auto& connection = *found->second.connection;
    if (connection.isQuiet()) {
        watchSocket(number, connection);
    } else {
        idle_.erase(found);
    }
}

void ConnectionPool::drop(std::uint64_t number) {
    const std::lock_guard guard(lock_);
    idle_.erase(number);
}

void ConnectionPool::close() {
    const std::lock_guard guard(lock_);
    closed_ = true;
    idle_.clear();
}

std::size_t ConnectionPool::size() const {
    const std::lock_guard guard(lock_);
    return idle_.size();
}

}  // namespace waymark::net
