#include "gateway/net/exchange_record.h"

#include <array>

namespace waymark::net {

namespace {

using telemetry::Field;
using telemetry::Id;
using telemetry::Level;
using telemetry::Name;
using telemetry::Value;
using telemetry::Word;

/// A connection that asks for more than this many different things forgets the first ones.
constexpr std::size_t kSeriesKept = 32;

/// Any token is a method in HTTP, so only those that exist are repeated.
Word methodWord(std::string_view method) {
    if (method == "GET") return "GET";
    if (method == "POST") return "POST";
    if (method == "PUT") return "PUT";
    if (method == "PATCH") return "PATCH";
    if (method == "DELETE") return "DELETE";
    if (method == "HEAD") return "HEAD";
    if (method == "OPTIONS") return "OPTIONS";
    return "other";
}

Word statusWord(unsigned status) {
    switch (status / 100) {
        case 2:
            return "2xx";
        case 3:
            return "3xx";
        case 4:
            return "4xx";
        default:
            return "5xx";
    }
}

}  // namespace

const ExchangeRecord::Series& ExchangeRecord::series(const std::string& route, Word method,
                                                     unsigned status) {
    for (const auto& one : known_) {
        if (one.status == status && one.method == method.text() && one.route == route) return one;
    }
    if (known_.size() >= kSeriesKept) known_.clear();
    const Name listener(listener_);
    const auto routeLabel = route.empty() ? std::variant<Word, Name>(Word("none")) : Name(route);
    auto& requests = ports_.metrics.counter("waymark_http_requests_total", "Requests answered.",
                                            {{"listener", listener},
                                             {"route", routeLabel},
                                             {"method", method},
                                             {"status", statusWord(status)}});
    auto& durations =
        ports_.metrics.histogram("waymark_http_request_duration_seconds",
                                 "From the first byte of a request to the last byte of its answer.",
                                 {{"listener", listener}, {"route", routeLabel}});
    known_.push_back({route, method.text(), status, &requests, &durations});
    return known_.back();
}

void ExchangeRecord::write(const ExchangeFacts& facts, const Response& response) {
    const auto method = methodWord(facts.method);
    const auto& counted = series(response.route, method, response.status);
    counted.requests->add();
    counted.durations->observe(facts.duration);
    if (!ports_.log.on(Level::Info)) return;
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(facts.duration);
    const std::array<Field, 9> fields = {
        Field{"request", Id(facts.requestId)},
        Field{"listener", Name(listener_)},
        Field{"method", method},
        Field{"route", response.route.empty() ? Value("none") : Value(Name(response.route))},
        Field{"status", response.status},
        Field{"duration", duration},
        Field{"bytesIn", facts.bodyBytes},
        Field{"bytesOut", response.body.size()},
        Field{"correlation", Id(facts.correlationId)},
    };
    const auto shown = facts.correlationId.empty() ? fields.size() - 1 : fields.size();
    ports_.log.write(Level::Info, "request", std::span(fields).first(shown));
}

}  // namespace waymark::net
