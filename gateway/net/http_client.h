// The real HttpClient: HTTP/1.1 over TLS, kept connections and TLS sessions by origin, names
// through the resolver, and the address that was checked is the address connected. Any thread.
#pragma once

#include <cstddef>
#include <memory>

#include "gateway/net/client.h"
#include "gateway/net/connection_pool.h"
#include "gateway/net/resolver.h"
#include "gateway/net/runtime.h"

namespace waymark::net {

/// Destroyed before its runtime; the resolver outlives the runtime's last exchange.
class PooledHttpClient final : public HttpClient {
public:
    PooledHttpClient(Runtime& runtime, Resolver& resolver, PoolLimits limits = {});
    ~PooledHttpClient() override;
    PooledHttpClient(const PooledHttpClient&) = delete;
    PooledHttpClient& operator=(const PooledHttpClient&) = delete;

    boost::asio::awaitable<ClientAnswer> send(ClientRequest request) override;

    /// Connections that are kept now.
    [[nodiscard]] std::size_t kept() const;

private:
    struct Parts;
    std::shared_ptr<Parts> parts_;
};

}  // namespace waymark::net
