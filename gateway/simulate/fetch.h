// HTTP exchanges one after the other, waited for: for flows that have nothing else to do. One
// thread at a time.
#pragma once

#include "gateway/net/cares_resolver.h"
#include "gateway/net/client.h"
#include "gateway/net/http_client.h"
#include "gateway/net/runtime.h"

namespace waymark::simulate {

class Fetcher {
public:
    ~Fetcher() { runtime_.stop(); }

    net::ClientAnswer fetch(net::ClientRequest request);
    /// Blocks until SIGTERM or SIGINT.
    void waitForSignal() { runtime_.waitForSignal(); }

private:
    net::Runtime runtime_{net::Runtime::Threads{.io = 1, .pool = 1}};
    net::CaresResolver resolver_{runtime_};
    net::PooledHttpClient client_{runtime_, resolver_};
};

}  // namespace waymark::simulate
