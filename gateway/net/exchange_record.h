// What is told about each request: one log line and its metrics. Internal to gateway/net; one per
// connection, used on its strand.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "gateway/net/http.h"
#include "gateway/net/server.h"

namespace waymark::net {

struct ExchangeFacts {
    const std::string& requestId;
    const std::string& method;
    std::string_view correlationId;  ///< as the client sent it; empty: none
    std::size_t bodyBytes = 0;
    std::chrono::nanoseconds duration{};
};

class ExchangeRecord {
public:
    /// The listener's name outlives the record.
    ExchangeRecord(const ServerPorts& ports, std::string_view listener)
        : ports_(ports), listener_(listener) {}

    void write(const ExchangeFacts& facts, const Response& response);

private:
    /// Found once; the registry's lock is not taken for each request.
    struct Series {
        std::string route;
        std::string_view method;
        unsigned status;
        telemetry::Counter* requests;
        telemetry::Histogram* durations;
    };
    const Series& series(const std::string& route, telemetry::Word method, unsigned status);

    const ServerPorts& ports_;
    std::string_view listener_;
    std::vector<Series> known_;
};

}  // namespace waymark::net
