#include "gateway/net/cares_resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fhir/core/check.h"

namespace waymark::net {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;
using SteadyTime = std::chrono::steady_clock::time_point;
using Strand = asio::strand<asio::io_context::executor_type>;
using Descriptor = asio::posix::stream_descriptor;

/// /etc/resolv.conf is read again when a query starts this long after the last reading.
constexpr std::chrono::seconds kConfigurationKept{60};

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

/// Someone who waits for a name, on a strand of his own; the timer is how he is woken.
struct Waiter {
    Waiter(const asio::any_io_executor& executor, SteadyTime deadline)
        : timer(executor, deadline) {}

    asio::steady_timer timer;
    Addresses addresses;
    bool answered = false;
};

void answer(const std::shared_ptr<Waiter>& waiter, const Addresses& addresses) {
    asio::post(waiter->timer.get_executor(), [waiter, addresses] {
        waiter->addresses = addresses;
        waiter->answered = true;
        waiter->timer.cancel();
    });
}

std::optional<asio::ip::address> addressOf(const sockaddr* address) {
    if (address->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
        return asio::ip::address_v4(ntohl(v4->sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
        asio::ip::address_v6::bytes_type bytes;
        std::copy_n(v6->sin6_addr.s6_addr, bytes.size(), bytes.begin());
        return asio::ip::address_v6(bytes, v6->sin6_scope_id);
    }
    return std::nullopt;
}

struct ChannelDestroyer {
    void operator()(ares_channeldata* channel) const { ares_destroy(channel); }
};

using Channel = std::unique_ptr<ares_channeldata, ChannelDestroyer>;

}  // namespace

/// Everything below runs on one strand, c-ares included: it is not thread-safe.
class CaresResolver::Parts : public std::enable_shared_from_this<Parts> {
public:
    Parts(asio::io_context& io, ResolverSettings settings)
        : io_(io), strand_(asio::make_strand(io)), settings_(std::move(settings)), timer_(strand_) {
        check(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS, "c-ares can be initialised");
    }
    ~Parts() {
        channel_.reset();
        ares_library_cleanup();  // the library counts
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    [[nodiscard]] const Strand& strand() const { return strand_; }
    void ask(const std::string& host, const std::shared_ptr<Waiter>& waiter);
    void close();

private:
    struct Entry {
        Addresses addresses;
        SteadyTime until;
    };
    struct Query {
        Parts* parts;  // ends its queries before it ends itself
        std::string host;
    };
    /// A socket of c-ares that it wants watched.
    struct Watched {
        Watched(asio::io_context& io, int socket) : descriptor(io, socket) {}
        Descriptor descriptor;
        bool read = false;
        bool write = false;
        bool reading = false;
        bool writing = false;
    };

    static void onSocket(void* self, ares_socket_t socket, int readable, int writable);
    static void onAnswer(void* query, int status, int timeouts, ares_addrinfo* found);

    void openChannel();
    void start(const std::string& host);
    void finish(const std::string& host, int status, const ares_addrinfo* found);
    void keep(const std::string& host, Entry entry);
    void watch(ares_socket_t socket, bool read, bool write);
    void arm(ares_socket_t socket, const std::shared_ptr<Watched>& watched);
    void waitFor(ares_socket_t socket, const std::shared_ptr<Watched>& watched, bool toRead);
    void schedule();

    asio::io_context& io_;
    Strand strand_;
    const ResolverSettings settings_;
    asio::steady_timer timer_;
    Channel channel_;
    SteadyTime channelSince_{};
    bool closed_ = false;
    std::map<ares_socket_t, std::shared_ptr<Watched>> sockets_;
    std::map<std::string, std::vector<std::shared_ptr<Waiter>>> waiting_;
    std::map<std::string, Entry> kept_;
};

void CaresResolver::Parts::openChannel() {
    const bool fresh = channel_ && now() - channelSince_ < kConfigurationKept;
    if (fresh || (channel_ && !waiting_.empty())) return;
    channel_.reset();
    ares_options options{};
    options.timeout = static_cast<int>(settings_.queryTimeout.count());
    options.tries = settings_.tries;
    options.sock_state_cb = onSocket;
    options.sock_state_cb_data = this;
    ares_channel raw = nullptr;
    const int status = ares_init_options(
        &raw, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (status != ARES_SUCCESS) return;
    channel_.reset(raw);
    channelSince_ = now();
    if (!settings_.servers.empty()) ares_set_servers_ports_csv(raw, settings_.servers.c_str());
}

void CaresResolver::Parts::ask(const std::string& host, const std::shared_ptr<Waiter>& waiter) {
    const auto known = kept_.find(host);
    if (known != kept_.end() && now() < known->second.until) {
        return answer(waiter, known->second.addresses);
    }
    const auto same = waiting_.find(host);
    if (same != waiting_.end()) {
        // Those who have given up are not kept for ever by a name that is asked again and again.
        std::erase_if(same->second,
                      [](const auto& other) { return other->timer.expiry() <= now(); });
        same->second.push_back(waiter);
        return;
    }
    if (closed_ || waiting_.size() >= settings_.namesMax) return answer(waiter, {});
    openChannel();
    if (!channel_) return answer(waiter, {});
    waiting_[host].push_back(waiter);
    start(host);
}

void CaresResolver::Parts::start(const std::string& host) {
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    auto query = std::make_unique<Query>(Query{this, host});
    ares_getaddrinfo(channel_.get(), host.c_str(), nullptr, &hints, onAnswer, query.release());
    schedule();
}

void CaresResolver::Parts::onAnswer(void* query, int status, int, ares_addrinfo* found) {
    const std::unique_ptr<Query> asked(static_cast<Query*>(query));
    asked->parts->finish(asked->host, status, found);
    if (found != nullptr) ares_freeaddrinfo(found);
}

void CaresResolver::Parts::finish(const std::string& host, int status, const ares_addrinfo* found) {
    Addresses addresses;
    auto kept = settings_.keptMax;
    for (const auto* node = found != nullptr ? found->nodes : nullptr; node != nullptr;
         node = node->ai_next) {
        if (const auto address = addressOf(node->ai_addr)) addresses.push_back(*address);
        kept = std::min<std::chrono::milliseconds>(kept, std::chrono::seconds(node->ai_ttl));
    }
    if (status != ARES_SUCCESS) addresses.clear();
    kept = addresses.empty() ? settings_.negative : std::max(kept, settings_.keptMin);
    auto waiters = waiting_.extract(host);
    if (!waiters.empty()) {
        for (const auto& waiter : waiters.mapped()) answer(waiter, addresses);
    }
    if (status != ARES_EDESTRUCTION && status != ARES_ECANCELLED) {
        keep(host, {std::move(addresses), now() + kept});
    }
}

void CaresResolver::Parts::keep(const std::string& host, Entry entry) {
    if (kept_.size() >= settings_.namesMax) {
        const auto oldest = std::ranges::min_element(
            kept_, {}, [](const auto& named) { return named.second.until; });
        kept_.erase(oldest);
    }
    kept_.insert_or_assign(host, std::move(entry));
}

// ---- c-ares' sockets and its timer
// -----------------------------------------------------------------

void CaresResolver::Parts::onSocket(void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<Parts*>(self)->watch(socket, readable != 0, writable != 0);
}

void CaresResolver::Parts::watch(ares_socket_t socket, bool read, bool write) {
    auto& watched = sockets_[socket];
    if (!read && !write) {
        // c-ares closes the socket itself, right after this.
        if (watched) watched->descriptor.release();
        sockets_.erase(socket);
        return;
    }
    if (!watched) watched = std::make_shared<Watched>(io_, socket);
    watched->read = read;
    watched->write = write;
    arm(socket, watched);
}

void CaresResolver::Parts::arm(ares_socket_t socket, const std::shared_ptr<Watched>& watched) {
    if (watched->read && !watched->reading) waitFor(socket, watched, true);
    if (watched->write && !watched->writing) waitFor(socket, watched, false);
}

void CaresResolver::Parts::waitFor(ares_socket_t socket, const std::shared_ptr<Watched>& watched,
                                   bool toRead) {
    (toRead ? watched->reading : watched->writing) = true;
    auto ready = [weak = weak_from_this(), socket, watched, toRead](const error_code& error) {
        (toRead ? watched->reading : watched->writing) = false;
        const auto self = weak.lock();
        const bool wanted = toRead ? watched->read : watched->write;
        if (!self || error || !wanted || !watched->descriptor.is_open()) return;
        ares_process_fd(self->channel_.get(), toRead ? socket : ARES_SOCKET_BAD,
                        toRead ? ARES_SOCKET_BAD : socket);
        if (watched->descriptor.is_open()) self->arm(socket, watched);
        self->schedule();
    };
    watched->descriptor.async_wait(toRead ? Descriptor::wait_read : Descriptor::wait_write,
                                   asio::bind_executor(strand_, std::move(ready)));
}

void CaresResolver::Parts::schedule() {
    timeval storage{};
    const auto* next = channel_ ? ares_timeout(channel_.get(), nullptr, &storage) : nullptr;
    if (next == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::seconds(next->tv_sec) +
                         std::chrono::microseconds(next->tv_usec));
    timer_.async_wait([weak = weak_from_this()](const error_code& error) {
        const auto self = weak.lock();
        if (!self || error || !self->channel_) return;
        ares_process_fd(self->channel_.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD);
        self->schedule();
    });
}

void CaresResolver::Parts::close() {
    closed_ = true;
    channel_.reset();
    timer_.cancel();
}

// ---- the port
// --------------------------------------------------------------------------------------

CaresResolver::CaresResolver(Runtime& runtime, ResolverSettings settings)
    : parts_(std::make_shared<Parts>(runtime.context(), std::move(settings))) {}

CaresResolver::~CaresResolver() {
    asio::post(parts_->strand(), [parts = parts_] { parts->close(); });
}

awaitable<Addresses> CaresResolver::resolve(std::string host, SteadyTime deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto waiter = std::make_shared<Waiter>(executor, deadline);
    asio::post(parts_->strand(),
               [parts = parts_, host = std::move(host), waiter] { parts->ask(host, waiter); });
    static_cast<void>(co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable)));
    co_return std::move(waiter->addresses);
}

}  // namespace waymark::net
