#include "gateway/net/http_session.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fhir/core/uuid.h"
#include "gateway/net/exchange_record.h"
#include "gateway/net/request_reader.h"
#include "gateway/net/response_head.h"

namespace waymark::net {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::awaitable;
using boost::system::error_code;
using Progress = RequestReader::Progress;

constexpr auto tok = asio::as_tuple(asio::use_awaitable);

/// Bodies up to this size leave in one piece with their head.
constexpr std::size_t kTogetherBytes = 65536;
/// What a connection keeps of its output buffer while it is idle.
constexpr std::size_t kOutputKept = 32768;
/// How long a refused client may go on sending before the connection is closed under it.
constexpr std::chrono::seconds kLingering{2};
constexpr std::chrono::milliseconds kGoodbye{250};

SteadyTime now() {
    return std::chrono::steady_clock::now();
}

/// One sentence of plain text, for a listener without an error page.
Response plainPage(const Failure& failure, const Request&) {
    Response page;
    page.fields.set("Content-Type", "text/plain; charset=utf-8");
    page.body = fmt::format("{}\n", failure.text());
    return page;
}

/// What an error page may look at when the request itself has gone to the handler.
Request outline(const Request& request) {
    Request brief;
    brief.method = request.method;
    brief.path = request.path;
    brief.requestId = request.requestId;
    brief.scheme = request.scheme;
    brief.received = request.received;
    if (const auto accept = request.fields.find("Accept")) brief.fields.add("Accept", *accept);
    return brief;
}

Refusal refusal(unsigned status, Kind kind, IssueType type, std::string sentence) {
    auto failed = fail(kind, type, std::move(sentence));
    return {status, std::move(failed.error())};
}

Refusal busy(std::string sentence) {
    auto refused = refusal(503, Kind::Unavailable, IssueType::Transient, std::move(sentence));
    refused.failure.retryAfter = std::chrono::seconds(1);
    return refused;
}

template <class Stream>
constexpr bool kIsTls = !std::is_same_v<Stream, Socket>;

template <class Stream>
class HttpSession final : public Session, public std::enable_shared_from_this<HttpSession<Stream>> {
public:
    HttpSession(std::shared_ptr<Listening> listening, Stream stream, Admission admission)
        requires(!kIsTls<Stream>)
        : listening_(std::move(listening)), stream_(std::move(stream)), admission_(admission) {}
    HttpSession(std::shared_ptr<Listening> listening,
                std::shared_ptr<const ServerCertificates> certificates, Socket socket,
                Admission admission)
        requires(kIsTls<Stream>)
        : listening_(std::move(listening)),
          certificates_(std::move(certificates)),
          stream_(std::move(socket), certificates_->context()),
          admission_(admission) {}
    ~HttpSession() override = default;
    HttpSession(const HttpSession&) = delete;
    HttpSession& operator=(const HttpSession&) = delete;

    void start();
    void expire() override;
    void finish() override;
    void abort() override;

private:
    enum class Phase : std::uint8_t { Handshake, Idle, Header, Body, Handling, Writing, Closing };

    awaitable<void> run();
    awaitable<bool> handshake();
    awaitable<bool> serve();
    awaitable<Progress> receive();
    awaitable<Response> answer();
    awaitable<bool> send(const Response* response);
    awaitable<bool> write(std::string_view bytes);
    awaitable<void> close();
    awaitable<void> linger();

    void enter(Phase phase, SteadyTime limit);
    void beginRequest();
    void identify(Request& request);
    Response print(const Refusal& refusal, const Request& request);
    Response failed(const Request& request, const std::exception* bug);
    void cancelSocket();
    void ended(const std::exception_ptr& failure);
    Socket& socket() {
        if constexpr (kIsTls<Stream>) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }
    Strand strand() { return socket().get_executor(); }

    std::shared_ptr<Listening> listening_;
    std::shared_ptr<const ServerCertificates> certificates_;
    Stream stream_;
    const Admission admission_;
    asio::cancellation_signal cancelHandler_;
    std::string peer_;
    RequestReader reader_{listening_->settings.limits, listening_->ports.bodies};
    ExchangeRecord record_{listening_->ports, listening_->settings.name};
    HttpDate date_;
    std::string output_;

    Phase phase_ = Phase::Handshake;
    SteadyTime limit_{};
    bool expired_ = false;  ///< the current phase's limit has passed
    bool leaving_ = false;  ///< no further request is taken
    bool unread_ = false;   ///< the client may still be sending what nobody reads
    bool refused_ = false;  ///< the reader, not the handler, answered
    bool first_ = true;

    // Of the current request.
    SteadyTime began_{};
    Instant received_{};
    Request outline_;
    std::string correlationId_;
    bool keep_ = false;
};

// ---- control: any thread, carried out on the strand
// ------------------------------------------------

template <class Stream>
void HttpSession<Stream>::expire() {
    asio::post(strand(), [self = this->shared_from_this()] {
        if (self->expired_ || now() < self->limit_) return;
        self->expired_ = true;
        if (self->phase_ == Phase::Handling) {
            self->cancelHandler_.emit(asio::cancellation_type::total);
        } else {
            self->cancelSocket();
        }
    });
}

template <class Stream>
void HttpSession<Stream>::finish() {
    asio::post(strand(), [self = this->shared_from_this()] {
        self->leaving_ = true;
        const auto phase = self->phase_;
        if (phase == Phase::Idle || phase == Phase::Handshake) self->cancelSocket();
    });
}

template <class Stream>
void HttpSession<Stream>::abort() {
    asio::post(strand(), [self = this->shared_from_this()] {
        self->leaving_ = true;
        self->cancelHandler_.emit(asio::cancellation_type::total);
        error_code ignored;
        self->socket().close(ignored);
    });
}

template <class Stream>
void HttpSession<Stream>::cancelSocket() {
    error_code ignored;
    socket().cancel(ignored);
}

template <class Stream>
void HttpSession<Stream>::enter(Phase phase, SteadyTime limit) {
    phase_ = phase;
    limit_ = limit;
    expired_ = false;
    setLimit(limit);
}

// ---- life
// ------------------------------------------------------------------------------------------

template <class Stream>
void HttpSession<Stream>::start() {
    listening_->connections.add(1);
    auto self = this->shared_from_this();
    auto whenEnded = [self](const std::exception_ptr& failure) { self->ended(failure); };
    asio::co_spawn(strand(), run(),
                   asio::bind_cancellation_slot(cancelHandler_.slot(), std::move(whenEnded)));
}

template <class Stream>
void HttpSession<Stream>::ended(const std::exception_ptr& failure) {
    if (failure) {
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& bug) {
            listening_->ports.log.exception("connection.failed", bug);
        }
    }
    listening_->connections.add(-1);
    listening_->sessions.remove(this->shared_from_this());
}

template <class Stream>
awaitable<void> HttpSession<Stream>::run() {
    error_code failure;
    const auto remote = socket().remote_endpoint(failure);
    if (!failure) peer_ = remote.address().to_string();
    // The handler hears of a total cancellation; this loop looks at its own flags.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    bool keep = co_await handshake();
    while (keep) keep = co_await serve();
    co_await close();
}

template <class Stream>
awaitable<bool> HttpSession<Stream>::handshake() {
    if constexpr (kIsTls<Stream>) {
        enter(Phase::Handshake, now() + listening_->settings.limits.handshake);
        const auto [error] = co_await stream_.async_handshake(ssl::stream_base::server, tok);
        if (error) {
            listening_->handshakesFailed.add();
            co_return false;
        }
    }
    co_return true;
}

template <class Stream>
awaitable<bool> HttpSession<Stream>::serve() {
    const auto progress = co_await receive();
    if (progress != Progress::Complete && progress != Progress::Refused) co_return false;
    identify(reader_.request());
    Response response;
    refused_ = progress == Progress::Refused;
    if (refused_) {
        response = print(reader_.refusal(), reader_.request());
    } else if (admission_ == Admission::TurnAway) {
        response =
            print(busy("Too many connections are open; try again shortly."), reader_.request());
    } else {
        response = co_await answer();
    }
    reader_.releaseBody();
    const auto connection = response.fields.find("Connection");
    keep_ = !refused_ && !leaving_ && admission_ == Admission::Serve && reader_.keepAlive() &&
            !(connection && equalsIgnoringCase(*connection, "close"));
    const bool sent = co_await send(&response);
    const ExchangeFacts facts{outline_.requestId, outline_.method, correlationId_,
                              reader_.bodyBytes(), now() - began_};
    record_.write(facts, response);
    unread_ = sent && refused_;
    first_ = false;
    co_return sent&& keep_;
}

// ---- the request
// -----------------------------------------------------------------------------------

template <class Stream>
void HttpSession<Stream>::beginRequest() {
    began_ = now();
    received_ = listening_->ports.clock.now();
    setBusy();
    enter(Phase::Header, began_ + listening_->settings.limits.header);
}

/// Reads until the request is complete or refused. NeedMore means that the client is gone, or that
/// an idle connection ends.
template <class Stream>
awaitable<Progress> HttpSession<Stream>::receive() {
    const auto& limits = listening_->settings.limits;
    auto progress = reader_.begin();
    if (reader_.started()) {
        beginRequest();
    } else {
        const auto since = now();
        setIdle(since);
        enter(Phase::Idle, since + (first_ ? limits.header : limits.idle));
    }
    while (progress == Progress::NeedMore || progress == Progress::SendContinue) {
        if (leaving_ && phase_ == Phase::Idle) co_return Progress::NeedMore;
        if (progress == Progress::SendContinue) {
            const bool sent = co_await write("HTTP/1.1 100 Continue\r\n\r\n");
            if (!sent) co_return Progress::NeedMore;
        }
        const auto room = reader_.room();
        const auto [error, bytes] =
            co_await stream_.async_read_some(asio::buffer(room.data(), room.size()), tok);
        if (error) {
            const bool slow = expired_ && reader_.started();
            co_return slow ? reader_.timedOut() : Progress::NeedMore;
        }
        if (phase_ == Phase::Idle) beginRequest();
        progress = reader_.received(bytes);
        if (phase_ == Phase::Header && reader_.headerComplete()) {
            enter(Phase::Body, began_ + limits.request);
        }
    }
    co_return progress;
}

template <class Stream>
void HttpSession<Stream>::identify(Request& request) {
    auto& ports = listening_->ports;
    request.requestId = Uuid::version7(received_, ports.random).text();
    request.scheme = kIsTls<Stream> ? "https" : "http";
    request.peer = peer_;
    request.received = received_;
    request.deadline = began_ + listening_->settings.limits.request;
    outline_ = outline(request);
    correlationId_ = request.fields.find("X-Correlation-Id").value_or("");
}

// ---- the answer
// ------------------------------------------------------------------------------------

/// The request's edge: whatever the handler throws ends here.
template <class Stream>
awaitable<Response> HttpSession<Stream>::answer() {
    enter(Phase::Handling, began_ + listening_->settings.limits.request);
    Response response;
    co_await asio::this_coro::throw_if_cancelled(true);
    try {
        response = co_await listening_->settings.handler(std::move(reader_.request()));
        checkSendable(response);
    } catch (const std::exception& bug) {
        response = failed(outline_, &bug);
    } catch (...) {
        response = failed(outline_, nullptr);
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    // A cancellation stays with this coroutine, so it takes no further request.
    if (expired_) leaving_ = true;
    co_return response;
}

template <class Stream>
Response HttpSession<Stream>::failed(const Request& request, const std::exception* bug) {
    if (expired_ || leaving_) {
        leaving_ = true;
        return print(busy("The request could not be finished in time; send it again."), request);
    }
    if (bug != nullptr) {
        const telemetry::Id id(request.requestId);
        listening_->ports.log.exception("request.failed", *bug, {{"request", id}});
    }
    return print(refusal(500, Kind::Fault, IssueType::Exception,
                         fmt::format("The gateway failed to answer this request. Its operators "
                                     "find the reason under {}.",
                                     request.requestId)),
                 request);
}

/// A page that throws is replaced by the plain one, so that every refusal is told.
template <class Stream>
Response HttpSession<Stream>::print(const Refusal& refusal, const Request& request) {
    const auto& page = listening_->settings.errorPage;
    Response response;
    try {
        response = page ? page(refusal.failure, request) : plainPage(refusal.failure, request);
        response.status = refusal.status;
        checkSendable(response);
    } catch (const std::exception& bug) {
        listening_->ports.log.exception("errorPage.failed", bug);
        response = plainPage(refusal.failure, request);
        response.status = refusal.status;
    }
    const auto retryAfter = refusal.failure.retryAfter;
    if (retryAfter && !response.fields.find("Retry-After")) {
        response.fields.add("Retry-After", std::to_string(retryAfter->count()));
    }
    return response;
}

template <class Stream>
awaitable<bool> HttpSession<Stream>::send(const Response* response) {
    enter(Phase::Writing, now() + listening_->settings.limits.request);
    const Framing framing{.close = !keep_, .sayKeepAlive = keep_ && reader_.isHttp10()};
    output_.clear();
    appendHead(output_, *response, date_.text(listening_->ports.clock.now()), framing);
    const bool withBody =
        outline_.method != "HEAD" && response->status != 204 && response->status != 304;
    const std::string_view body = withBody ? std::string_view(response->body) : std::string_view();
    const bool together = body.size() <= kTogetherBytes;
    if (together) output_.append(body);
    bool sent = co_await write(output_);
    if (sent && !together) sent = co_await write(body);
    if (output_.capacity() > kOutputKept) output_ = {};
    co_return sent;
}

template <class Stream>
awaitable<bool> HttpSession<Stream>::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto [error, written] =
            co_await stream_.async_write_some(asio::buffer(bytes.data(), bytes.size()), tok);
        if (error) co_return false;
        bytes.remove_prefix(written);
    }
    co_return true;
}

// ---- the end
// ---------------------------------------------------------------------------------------

template <class Stream>
awaitable<void> HttpSession<Stream>::close() {
    setBusy();
    if constexpr (kIsTls<Stream>) {
        if (phase_ != Phase::Handshake && socket().is_open()) {
            // The peer's answer to our close_notify is welcome, and not waited for long.
            enter(Phase::Closing, now() + kGoodbye);
            static_cast<void>(co_await stream_.async_shutdown(tok));
        }
    }
    error_code ignored;
    socket().shutdown(asio::socket_base::shutdown_send, ignored);
    if (unread_ && !ignored) co_await linger();
    socket().close(ignored);
}

/// A refused client may be in the middle of sending. Closing at once would reset the connection and
/// could take the refusal away from it before it is read.
template <class Stream>
awaitable<void> HttpSession<Stream>::linger() {
    enter(Phase::Closing, now() + kLingering);
    auto& raw = socket();
    output_.resize(kOutputKept);
    for (auto left = listening_->settings.limits.bodyBytes; left > 0;) {
        const auto [error, bytes] =
            co_await raw.async_read_some(asio::buffer(output_.data(), output_.size()), tok);
        if (error) break;
        left -= std::min(left, bytes);
    }
}

}  // namespace

Listening::Listening(const ServerPorts& allPorts, ServerSettings allSettings)
    : ports(allPorts),
      settings(std::move(allSettings)),
      connections(ports.metrics.gauge("waymark_http_connections", "Connections that are open.",
                                      {{"listener", telemetry::Name(settings.name)}})),
      handshakesFailed(ports.metrics.counter("waymark_http_handshakes_failed_total",
                                             "TLS handshakes that did not succeed.",
                                             {{"listener", telemetry::Name(settings.name)}})),
      connectionsRefused(ports.metrics.counter("waymark_http_connections_refused_total",
                                               "Connections beyond the limit.",
                                               {{"listener", telemetry::Name(settings.name)}})),
      certificates_(settings.certificates) {}

std::shared_ptr<const ServerCertificates> Listening::certificates() {
    const std::lock_guard guard(lock_);
    return certificates_;
}

void Listening::useCertificates(std::shared_ptr<const ServerCertificates> next) {
    const std::lock_guard guard(lock_);
    certificates_ = std::move(next);
}

void startSession(const std::shared_ptr<Listening>& listening, Socket socket, Admission admission) {
    if (auto certificates = listening->certificates()) {
        auto session = std::make_shared<HttpSession<ssl::stream<Socket>>>(
            listening, std::move(certificates), std::move(socket), admission);
        if (listening->sessions.add(session)) session->start();
    } else {
        auto session =
            std::make_shared<HttpSession<Socket>>(listening, std::move(socket), admission);
        if (listening->sessions.add(session)) session->start();
    }
}

}  // namespace waymark::net
