#include "gateway/net/http_client.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/x509_vfy.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fhir/core/check.h"
#include "gateway/net/address_class.h"
#include "gateway/net/answer_reader.h"
#include "gateway/net/origin.h"

namespace waymark::net {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Progress = AnswerReader::Progress;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Of a host with many addresses, so many are tried.
constexpr std::size_t kAddressesMax = 4;
/// A body up to this size leaves in one piece with its head.
constexpr std::size_t kTogetherBytes = 65536;

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

ClientAnswer failed(Trouble trouble, std::string detail = {}) {
    ClientAnswer answer;
    answer.trouble = trouble;
    answer.detail = std::move(detail);
    return answer;
}

/// Closes a connection when its time is over, and remembers that it did. Lives on the exchange's
/// strand, like the connection.
class Watchdog {
public:
    explicit Watchdog(const asio::any_io_executor& executor)
        : watched_(std::make_shared<Watched>(executor)) {}
    ~Watchdog() { release(); }
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    void watch(ClientConnection& connection, SteadyTime limit) {
        watched_->connection = &connection;
        watched_->bitten = false;
        watched_->timer.expires_at(limit);
        watched_->timer.async_wait([watched = watched_, limit](const error_code& error) {
            // An expiry that was under way when the limit was moved counts for nothing.
            if (error || watched->connection == nullptr || watched->timer.expiry() != limit) return;
            watched->bitten = true;
            watched->connection->close();
        });
    }
    void release() {
        watched_->connection = nullptr;
        watched_->timer.cancel();
    }
    [[nodiscard]] bool bitten() const { return watched_->bitten; }

private:
    struct Watched {
        explicit Watched(const asio::any_io_executor& executor) : timer(executor) {}
        asio::steady_timer timer;
        ClientConnection* connection = nullptr;
        bool bitten = false;
    };
    std::shared_ptr<Watched> watched_;
};

/// One request on its way; lives in the frame of the coroutine that carries it out.
struct Exchange {
    ClientRequest request;
    Origin origin;
    std::string key;
    SteadyTime deadline;
    std::string head;  ///< with the body, unless that is large
    bool repeatable = false;
};

bool isOurs(std::string_view name) {
    static constexpr std::array<std::string_view, 4> kOurs = {"Host", "Content-Length",
                                                              "Connection", "Transfer-Encoding"};
    return std::ranges::any_of(kOurs, [&](auto ours) { return equalsIgnoringCase(name, ours); });
}

bool isSendable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

std::string headOf(const ClientRequest& request, const Origin& origin) {
    auto head = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", request.method, origin.target,
                            origin.authority());
    for (const auto& [name, value] : request.fields) {
        if (isOurs(name)) continue;
        check(!name.empty() && isSendable(name) && isSendable(value),
              "a request field has no control character");
        head.append(name).append(": ").append(value).append("\r\n");
    }
    if (!request.fields.find("User-Agent")) head += "User-Agent: Waymark\r\n";
    const bool meansBody = request.method != "GET" && request.method != "HEAD";
    if (meansBody || !request.body.empty()) {
        head += fmt::format("Content-Length: {}\r\n", request.body.size());
    }
    head += "\r\n";
    return head;
}

/// All that a kept connection's trust rests on; requests that differ in it share none.
std::string keyOf(const ClientRequest& request, const Origin& origin) {
    return fmt::format("{}://{}:{} {} {}{}", origin.tls ? "https" : "http", origin.host,
                       origin.port, request.ca.string(), request.allowLoopback ? "L" : "",
                       request.allowPrivate ? "P" : "");
}

bool mayConnect(const Exchange& exchange, const asio::ip::address& address) {
    switch (classify(address)) {
        case AddressClass::Public:
            return exchange.origin.tls;
        case AddressClass::Loopback:
            return exchange.request.allowLoopback;
        case AddressClass::Private:
            return exchange.request.allowPrivate && exchange.origin.tls;
        case AddressClass::Forbidden:
            return false;
    }
    return false;
}

Trouble troubleOf(const error_code& error) {
    return error == asio::error::connection_refused || error == asio::error::host_unreachable ||
                   error == asio::error::network_unreachable
               ? Trouble::Refused
               : Trouble::ConnectionLost;
}

ClientAnswer tlsTrouble(const ClientConnection& connection, const error_code& error) {
    const long verdict = connection.verdict();
    if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
        return failed(Trouble::HostMismatch, X509_verify_cert_error_string(verdict));
    }
    if (verdict != X509_V_OK) {
        return failed(Trouble::TlsFailed, X509_verify_cert_error_string(verdict));
    }
    return failed(Trouble::TlsFailed, error.message());
}

}  // namespace

std::string_view text(Trouble trouble) {
    switch (trouble) {
        case Trouble::None:
            return "none";
        case Trouble::BadUrl:
            return "bad-url";
        case Trouble::AddressForbidden:
            return "address-forbidden";
        case Trouble::NotResolved:
            return "not-resolved";
        case Trouble::Refused:
            return "refused";
        case Trouble::TlsFailed:
            return "tls-failed";
        case Trouble::HostMismatch:
            return "host-mismatch";
        case Trouble::TimedOut:
            return "timed-out";
        case Trouble::ConnectionLost:
            return "connection-lost";
        case Trouble::BadAnswer:
            return "bad-answer";
        case Trouble::AnswerTooLarge:
            return "answer-too-large";
    }
    return "none";
}

struct PooledHttpClient::Parts : std::enable_shared_from_this<Parts> {
    Parts(Runtime& allThreads, Resolver& names, const PoolLimits& limits)
        : runtime(allThreads), resolver(names), pool(std::make_shared<ConnectionPool>(limits)) {}

    awaitable<ClientAnswer> run(std::shared_ptr<Parts> self, ClientRequest request);
    awaitable<ClientAnswer> carryOut(const Exchange* exchange);
    awaitable<Addresses> addressesOf(const Exchange* exchange);
    awaitable<ClientAnswer> open(const Exchange* exchange,
                                 std::unique_ptr<ClientConnection>* opened);
    awaitable<ClientAnswer> shakeHands(const Exchange* exchange, ClientConnection* connection);
    awaitable<ClientAnswer> ask(const Exchange* exchange,
                                std::unique_ptr<ClientConnection>* connection, bool* heard);

    Runtime& runtime;
    Resolver& resolver;
    ClientTls tls;
    std::shared_ptr<ConnectionPool> pool;
};

/// A literal address and "localhost" need no name server.
awaitable<Addresses> PooledHttpClient::Parts::addressesOf(const Exchange* exchange) {
    const auto& host = exchange->origin.host;
    Addresses addresses;
    error_code notLiteral;
    const auto literal = asio::ip::make_address(host, notLiteral);
    if (!notLiteral) {
        addresses.push_back(literal);
    } else if (host == "localhost") {
        addresses.emplace_back(asio::ip::address_v4::loopback());
        addresses.emplace_back(asio::ip::address_v6::loopback());
    } else {
        addresses = co_await resolver.resolve(host, exchange->deadline);
    }
    co_return addresses;
}

/// Connects to the first permitted address that takes us, and shakes hands.
awaitable<ClientAnswer> PooledHttpClient::Parts::open(const Exchange* exchange,
                                                      std::unique_ptr<ClientConnection>* opened) {
    auto addresses = co_await addressesOf(exchange);
    if (addresses.empty()) {
        const bool late = now() >= exchange->deadline;
        co_return failed(late ? Trouble::TimedOut : Trouble::NotResolved);
    }
    std::erase_if(addresses, [&](const auto& address) { return !mayConnect(*exchange, address); });
    if (addresses.empty()) co_return failed(Trouble::AddressForbidden);
    if (addresses.size() > kAddressesMax) addresses.resize(kAddressesMax);
    Watchdog watchdog(co_await asio::this_coro::executor);
    ClientAnswer last;
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        auto connection =
            std::make_unique<ClientConnection>(runtime.context(), &tls, exchange->key);
        // One address that does not answer leaves time for the others.
        const auto share = (exchange->deadline - now()) / static_cast<int>(addresses.size() - i);
        watchdog.watch(*connection, now() + share);
        const tcp::endpoint endpoint(addresses[i], exchange->origin.port);
        const auto error = co_await connection->connect(endpoint);
        watchdog.release();
        if (!error) {
            last = co_await shakeHands(exchange, connection.get());
            if (last.trouble == Trouble::None) *opened = std::move(connection);
            co_return last;
        }
        last = watchdog.bitten() ? failed(Trouble::TimedOut)
                                 : failed(troubleOf(error), error.message());
    }
    co_return last;
}

awaitable<ClientAnswer> PooledHttpClient::Parts::shakeHands(const Exchange* exchange,
                                                            ClientConnection* connection) {
    if (!exchange->origin.tls) co_return ClientAnswer();
    auto context = tls.context(exchange->request.ca);
    if (!context) co_return failed(Trouble::TlsFailed, "the file of trusted roots is unreadable");
    Watchdog watchdog(co_await asio::this_coro::executor);
    watchdog.watch(*connection, exchange->deadline);
    const auto error = co_await connection->startTls(std::move(context), exchange->origin.host);
    watchdog.release();
    if (!error) co_return ClientAnswer();
    if (watchdog.bitten()) co_return failed(Trouble::TimedOut);
    co_return tlsTrouble(*connection, error);
}

/// Sends the request and reads the answer; the connection is kept when it is good for more. `heard`
/// becomes true with the answer's first byte.
awaitable<ClientAnswer> PooledHttpClient::Parts::ask(const Exchange* exchange,
                                                     std::unique_ptr<ClientConnection>* connection,
                                                     bool* heard) {
    AnswerReader reader(exchange->request.answerBytes, exchange->request.method == "HEAD");
    Watchdog watchdog(co_await asio::this_coro::executor);
    auto& wire = **connection;
    watchdog.watch(wire, exchange->deadline);
    // A receiver may refuse and close before it has read all, so its answer is looked for even
    // when writing fails.
    auto error = co_await wire.write(exchange->head);
    if (!error) error = co_await wire.write(exchange->request.body);
    auto progress = Progress::NeedMore;
    while (progress == Progress::NeedMore) {
        const auto room = reader.room();
        const auto read = co_await wire.read(room);
        *heard = *heard || read.bytes > 0;
        if (read.bytes > 0) {
            progress = reader.received(read.bytes);
        } else if (watchdog.bitten()) {
            co_return failed(Trouble::TimedOut);
        } else if (read.ended() && reader.gotSome()) {
            progress = reader.ended();
        } else {
            co_return failed(Trouble::ConnectionLost,
                             error ? error.message() : read.error.message());
        }
    }
    watchdog.release();
    if (progress == Progress::TooLarge) co_return failed(Trouble::AnswerTooLarge);
    if (progress == Progress::Bad) co_return failed(Trouble::BadAnswer);
    if (!error && reader.keepAlive()) pool->put(std::move(*connection));
    co_return std::move(reader.answer());
}

/// Its first parameter keeps the parts while it runs.
awaitable<ClientAnswer> PooledHttpClient::Parts::run(std::shared_ptr<Parts>,
                                                     ClientRequest request) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    const auto deadline = now() + request.timeout;
    auto origin = parseOrigin(request.url);
    if (!origin || (!origin->tls && !request.allowLoopback)) co_return failed(Trouble::BadUrl);
    auto head = headOf(request, *origin);
    if (request.body.size() <= kTogetherBytes) head += std::exchange(request.body, {});
    auto key = keyOf(request, *origin);
    const bool safe = request.method == "GET" || request.method == "HEAD" ||
                      request.method == "PUT" || request.method == "DELETE";
    const bool repeatable = safe || request.repeatable;
    const Exchange exchange(std::move(request), std::move(*origin), std::move(key), deadline,
                            std::move(head), repeatable);
    auto answer = co_await carryOut(&exchange);
    // A cancelled caller gets no verdict on the receiver out of it.
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return answer;
}

/// By a kept connection when there is one, else, or when that turns out to be dead, by a new one.
awaitable<ClientAnswer> PooledHttpClient::Parts::carryOut(const Exchange* exchange) {
    bool heard = false;
    if (auto kept = pool->take(exchange->key)) {
        auto answer = co_await ask(exchange, &kept, &heard);
        const bool swallowed = answer.trouble == Trouble::ConnectionLost && !heard;
        if (!swallowed || !exchange->repeatable) co_return answer;
    }
    std::unique_ptr<ClientConnection> connection;
    auto opening = co_await open(exchange, &connection);
    if (!connection) co_return opening;
    co_return co_await ask(exchange, &connection, &heard);
}

PooledHttpClient::PooledHttpClient(Runtime& runtime, Resolver& resolver, PoolLimits limits)
    : parts_(std::make_shared<Parts>(runtime, resolver, limits)) {}

PooledHttpClient::~PooledHttpClient() {
    parts_->pool->close();
}

awaitable<ClientAnswer> PooledHttpClient::send(ClientRequest request) {
    // A strand of its own: the exchange's timer and its operations must not run at the same time,
    // and the caller's executor may have several threads.
    const auto strand = parts_->runtime.strand();
    auto exchange = parts_->run(parts_, std::move(request));
    auto running = asio::co_spawn(strand, std::move(exchange), asio::use_awaitable);
    co_return co_await std::move(running);
}

std::size_t PooledHttpClient::kept() const {
    return parts_->pool->size();
}

}  // namespace waymark::net
