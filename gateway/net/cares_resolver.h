// Names through c-ares: asynchronous, so that one slow name server holds up nobody else (Asio's own
// resolver has one thread per io_context). Answers are cached within bounds, and those who ask for
// the same name at the same time share one query.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "gateway/net/resolver.h"
#include "gateway/net/runtime.h"

namespace waymark::net {

struct ResolverSettings {
    std::string servers;  ///< "127.0.0.1:5353", comma between several; empty: the system's
    std::chrono::milliseconds queryTimeout{2000};  ///< of the first try; c-ares doubles it
    int tries = 3;
    // An answer is kept for its time to live, within these; a failure for `negative`.
    std::chrono::milliseconds keptMin{5'000};
    std::chrono::milliseconds keptMax{300'000};
    std::chrono::milliseconds negative{5'000};
    std::size_t namesMax = 1000;  ///< cached; also asked at one time
};

/// Any thread. Destroyed before its runtime.
class CaresResolver final : public Resolver {
public:
    explicit CaresResolver(Runtime& runtime, ResolverSettings settings = {});
    ~CaresResolver() override;
    CaresResolver(const CaresResolver&) = delete;
    CaresResolver& operator=(const CaresResolver&) = delete;

    boost::asio::awaitable<Addresses> resolve(
        std::string host, std::chrono::steady_clock::time_point deadline) override;

private:
    class Parts;
    std::shared_ptr<Parts> parts_;
};

}  // namespace waymark::net
