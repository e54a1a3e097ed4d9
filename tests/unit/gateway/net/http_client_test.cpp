#include "gateway/net/http_client.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <unistd.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "fixture.h"
#include "gateway/net/development_ca.h"
#include "scripted_server.h"

namespace waymark::net::tests {
namespace {

namespace asio = boost::asio;
using asio::awaitable;
using namespace std::chrono_literals;

/// Names from a table.
class TableResolver final : public Resolver {
public:
    awaitable<Addresses> resolve(std::string host, std::chrono::steady_clock::time_point) override {
        const auto found = table.find(host);
        co_return found == table.end() ? Addresses() : found->second;
    }
    std::map<std::string, Addresses> table;
};

asio::ip::address address(const char* text) {
    return asio::ip::make_address(text);
}

/// A file that is gone after the test.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& content) {
        std::string name = (std::filesystem::temp_directory_path() / "waymark-XXXXXX").string();
        const int file = ::mkstemp(name.data());
        EXPECT_GE(file, 0);
        ::close(file);
        path_ = name;
        std::ofstream(path_) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

class HttpClientTest : public ServerTest {
protected:
    ~HttpClientTest() override { client_.reset(); }

    ClientAnswer send(ClientRequest request) {
        return asio::co_spawn(runtime_.strand(), client_->send(std::move(request)),
                              asio::use_future)
            .get();
    }
    ClientRequest to(const std::string& url) const {
        ClientRequest request;
        request.url = url;
        request.body = "hello";
        request.ca = caFile_.path();
        request.allowLoopback = true;
        request.timeout = 5s;
        return request;
    }
    Trouble troubleOf(const std::string& url) { return send(to(url)).trouble; }

    /// A server with a certificate for these names.
    void serveTls(const std::vector<std::string>& names) {
        settings_.certificates = ServerCertificates::make({ca_.issue(names)}).value();
        serve(repeat);
    }
    std::string local(const std::string& host, const std::string& path = "/") {
        return "https://" + host + ":" + std::to_string(server_->port()) + path;
    }

    DevelopmentCa ca_ = DevelopmentCa::create(systemTime());
    TemporaryFile caFile_{ca_.certificate()};
    TableResolver resolver_;
    std::unique_ptr<PooledHttpClient> client_ =
        std::make_unique<PooledHttpClient>(runtime_, resolver_, PoolLimits{.perOrigin = 2});
};

/// A script that answers each request on the connection with these bytes.
ScriptedServer::Script answering(std::string bytes) {
    return [bytes = std::move(bytes)](int socket) {
        while (!readUntil(socket, "hello").empty()) writeAll(socket, bytes);
    };
}

// ---- it works
// --------------------------------------------------------------------------------------

TEST_F(HttpClientTest, SendsOverTlsAndKeepsTheConnection) {
    serveTls({"provider.example", "127.0.0.1", "localhost"});
    resolver_.table["provider.example"] = {address("127.0.0.1")};
    for (const std::string host : {"provider.example", "127.0.0.1", "localhost"}) {
        for (int i = 0; i < 3; ++i) {
            auto request = to(local(host, "/hook?x=1"));
            request.fields.set("Content-Type", "application/json");
            const auto answer = send(std::move(request));
            ASSERT_EQ(answer.trouble, Trouble::None) << host << " " << answer.detail;
            EXPECT_EQ(answer.status, 200U);
            EXPECT_EQ(answer.body, "POST /hook 5 hello");
            EXPECT_EQ(answer.fields.find("content-type"), "text/plain");
        }
    }
    EXPECT_EQ(server_->connections(), 3U);  // one for each name
    EXPECT_EQ(client_->kept(), 3U);
}

TEST_F(HttpClientTest, SaysWhatAnHttpClientSays) {
    std::string seen;
    ScriptedServer server([&seen](int socket) {
        seen = readUntil(socket, "hello");
        writeAll(socket, "HTTP/1.1 204 No Content\r\n\r\n");
    });
    auto request = to(server.url("/a?b"));
    request.method = "PUT";
    request.fields.set("X-Key", "1");
    request.fields.set("Host", "lies");
    request.fields.set("Content-Length", "99");
    EXPECT_EQ(send(std::move(request)).status, 204U);
    EXPECT_EQ(seen, "PUT /a?b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                        "\r\nX-Key: 1\r\nUser-Agent: Waymark\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_F(HttpClientTest, SendsALargeBodyAndReadsALargeAnswer) {
    serve([](Request request) -> awaitable<Response> {
        Response response;
        response.body = std::move(request.body);
        co_return response;
    });
    auto request = to("http://127.0.0.1:" + std::to_string(server_->port()) + "/");
    request.body = std::string(2'000'000, 'x');
    request.answerBytes = 2'000'000;
    const auto answer = send(std::move(request));
    EXPECT_EQ(answer.trouble, Trouble::None);
    EXPECT_EQ(answer.body.size(), 2'000'000U);
}

struct AnswerCase {
    const char* name;
    std::string bytes;
    Trouble trouble;
    unsigned status;
    std::string body;
};

class AnswerTest : public HttpClientTest, public testing::WithParamInterface<AnswerCase> {};

TEST_P(AnswerTest, IsReadOrRefused) {
    ScriptedServer server([](int socket) {
        readUntil(socket, "hello");
        writeAll(socket, GetParam().bytes);
    });
    auto request = to(server.url());
    request.answerBytes = 100;
    const auto answer = send(std::move(request));
    EXPECT_EQ(answer.trouble, GetParam().trouble) << answer.detail;
    if (GetParam().trouble != Trouble::None) return;
    EXPECT_EQ(answer.status, GetParam().status);
    EXPECT_EQ(answer.body, GetParam().body);
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";

INSTANTIATE_TEST_SUITE_P(
    Answers, AnswerTest,
    testing::Values(
        AnswerCase{"Sized", kOk + "Content-Length: 2\r\n\r\nab", Trouble::None, 200, "ab"},
        AnswerCase{"Chunked",
                   kOk + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                   Trouble::None, 200, "abc"},
        AnswerCase{"ToTheEnd", kOk + "\r\nabc", Trouble::None, 200, "abc"},
        AnswerCase{"Empty", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", Trouble::None, 201,
                   ""},
        AnswerCase{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", Trouble::None, 204, ""},
        AnswerCase{"RedirectIsNotFollowed",
                   "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
                   Trouble::None, 302, ""},
        AnswerCase{"Interim",
                   "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                       kOk + "Content-Length: 1\r\n\r\na",
                   Trouble::None, 200, "a"},
        AnswerCase{"OldVersion", "HTTP/1.0 200 OK\r\n\r\nold", Trouble::None, 200, "old"},
        AnswerCase{"AtTheLimit", kOk + "Content-Length: 100\r\n\r\n" + std::string(100, 'x'),
                   Trouble::None, 200, std::string(100, 'x')},
        AnswerCase{"TooLong", kOk + "Content-Length: 101\r\n\r\n" + std::string(101, 'x'),
                   Trouble::AnswerTooLarge, 0, ""},
        AnswerCase{"TooManyChunks",
                   kOk + "Transfer-Encoding: chunked\r\n\r\n64\r\n" + std::string(100, 'x') +
                       "\r\n1\r\nx\r\n0\r\n\r\n",
                   Trouble::AnswerTooLarge, 0, ""},
        AnswerCase{"TooLongToTheEnd", kOk + "\r\n" + std::string(101, 'x'), Trouble::AnswerTooLarge,
                   0, ""},
        AnswerCase{"Garbage", "220 mail.example ESMTP\r\n\r\n", Trouble::BadAnswer, 0, ""},
        AnswerCase{"LongHeader", kOk + "X: " + std::string(20'000, 'x') + "\r\n\r\n",
                   Trouble::BadAnswer, 0, ""},
        AnswerCase{"ManyFields",
                   [] {
                       std::string fields = kOk;
                       for (int i = 0; i < 5000; ++i) fields += "X: 1\r\n";
                       return fields + "\r\n";
                   }(),
                   Trouble::BadAnswer, 0, ""},
        AnswerCase{"OtherCoding", kOk + "Transfer-Encoding: gzip\r\n\r\nx", Trouble::BadAnswer, 0,
                   ""},
        AnswerCase{"SwitchingProtocols", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                   Trouble::BadAnswer, 0, ""},
        AnswerCase{"EndlessInterim",
                   [] {
                       std::string all;
                       for (int i = 0; i < 50; ++i) all += "HTTP/1.1 100 Continue\r\n\r\n";
                       return all;
                   }(),
                   Trouble::BadAnswer, 0, ""},
        AnswerCase{"Nothing", "", Trouble::ConnectionLost, 0, ""},
        AnswerCase{"HalfAHeader", "HTTP/1.1 200 OK\r\nContent-", Trouble::BadAnswer, 0, ""},
        AnswerCase{"HalfABody", kOk + "Content-Length: 10\r\n\r\nabc", Trouble::BadAnswer, 0, ""},
        AnswerCase{"HalfAChunk", kOk + "Transfer-Encoding: chunked\r\n\r\na\r\nabc",
                   Trouble::BadAnswer, 0, ""}),
    [](const auto& test) { return test.param.name; });

TEST_F(HttpClientTest, ReadsNoBodyOfAnAnswerToHead) {
    ScriptedServer server([](int socket) {
        while (!readUntil(socket, "\r\n\r\n").empty()) {
            writeAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 500000000\r\n\r\n");
        }
    });
    auto request = to(server.url());
    request.method = "HEAD";
    request.body.clear();
    const auto answer = send(request);
    EXPECT_EQ(answer.trouble, Trouble::None);
    EXPECT_EQ(answer.fields.find("Content-Length"), "500000000");
    EXPECT_EQ(send(request).trouble, Trouble::None);
}

// ---- where it does not go
// --------------------------------------------------------------------------

TEST_F(HttpClientTest, RefusesUrlsThatItCannotUse) {
    for (const char* url : {"", "nonsense", "ftp://a.example/", "https://user@a.example/"}) {
        EXPECT_EQ(troubleOf(url), Trouble::BadUrl) << url;
    }
    auto plain = to("http://127.0.0.1/");
    plain.allowLoopback = false;
    EXPECT_EQ(send(plain).trouble, Trouble::BadUrl);
}

TEST_F(HttpClientTest, RefusesForbiddenAddresses) {
    resolver_.table["metadata.example"] = {address("169.254.169.254")};
    resolver_.table["private.example"] = {address("10.0.0.1"), address("fd00::1")};
    resolver_.table["mapped.example"] = {address("::ffff:127.0.0.1")};
    resolver_.table["public.example"] = {address("1.1.1.1")};
    auto strict = [this](const std::string& url) {
        auto request = to(url);
        request.allowLoopback = false;
        return send(std::move(request)).trouble;
    };
    for (const char* host :
         {"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "10.1.2.3", "169.254.169.254", "[fe80::1]",
          "[::ffff:10.0.0.1]", "metadata.example", "private.example", "mapped.example"}) {
        EXPECT_EQ(strict("https://" + std::string(host) + "/"), Trouble::AddressForbidden) << host;
    }
    // Plain HTTP goes to loopback only, even where loopback is allowed.
    EXPECT_EQ(troubleOf("http://public.example/"), Trouble::AddressForbidden);
    EXPECT_EQ(troubleOf("http://10.0.0.1/"), Trouble::AddressForbidden);
    auto privateToo = to("http://10.0.0.1/");
    privateToo.allowPrivate = true;
    EXPECT_EQ(send(privateToo).trouble, Trouble::AddressForbidden);
    privateToo.url = "https://169.254.169.254/";
    EXPECT_EQ(send(privateToo).trouble, Trouble::AddressForbidden);
}

TEST_F(HttpClientTest, ConnectsToThePermittedAddressOnly) {
    serveTls({"mixed.example"});
    resolver_.table["mixed.example"] = {address("10.0.0.1"), address("169.254.169.254"),
                                        address("127.0.0.1")};
    EXPECT_EQ(troubleOf(local("mixed.example")), Trouble::None);
}

TEST_F(HttpClientTest, TriesTheNextAddressWhenOneRefuses) {
    serveTls({"two.example"});
    resolver_.table["two.example"] = {address("::1"), address("127.0.0.1")};
    EXPECT_EQ(troubleOf(local("two.example")), Trouble::None);
}

TEST_F(HttpClientTest, SaysThatAHostIsNotResolved) {
    EXPECT_EQ(troubleOf("https://nowhere.example/"), Trouble::NotResolved);
}

TEST_F(HttpClientTest, SaysThatNobodyListens) {
    std::uint16_t port = 0;
    {
        port = ScriptedServer([](int) {}).port();
    }
    EXPECT_EQ(troubleOf("http://127.0.0.1:" + std::to_string(port) + "/"), Trouble::Refused);
}

// ---- TLS
// -------------------------------------------------------------------------------------------

TEST_F(HttpClientTest, InsistsOnTheHostsName) {
    serveTls({"right.example"});
    resolver_.table["wrong.example"] = {address("127.0.0.1")};
    EXPECT_EQ(troubleOf(local("wrong.example")), Trouble::HostMismatch);
    EXPECT_EQ(troubleOf(local("127.0.0.1")), Trouble::HostMismatch);
    EXPECT_EQ(client_->kept(), 0U);
}

TEST_F(HttpClientTest, TrustsTheGivenRootsOnly) {
    serveTls({"localhost"});
    const auto other = DevelopmentCa::create(systemTime());
    const TemporaryFile otherFile(other.certificate());
    auto request = to(local("localhost"));
    request.ca = otherFile.path();
    const auto answer = send(request);
    EXPECT_EQ(answer.trouble, Trouble::TlsFailed);
    EXPECT_FALSE(answer.detail.empty());
    request.ca.clear();  // the system's roots do not know a development CA
    EXPECT_EQ(send(request).trouble, Trouble::TlsFailed);
    request.ca = "/nowhere/ca.pem";
    EXPECT_EQ(send(request).trouble, Trouble::TlsFailed);
}

TEST_F(HttpClientTest, DoesNotShareAConnectionAcrossTrust) {
    serveTls({"localhost"});
    EXPECT_EQ(troubleOf(local("localhost")), Trouble::None);
    EXPECT_EQ(client_->kept(), 1U);
    auto request = to(local("localhost"));
    request.ca.clear();
    EXPECT_EQ(send(request).trouble, Trouble::TlsFailed);
    request = to(local("localhost"));
    request.allowLoopback = false;
    EXPECT_EQ(send(request).trouble, Trouble::AddressForbidden);
}

TEST_F(HttpClientTest, RefusesACertificateThatHasRunOut) {
    const auto now = systemTime();
    settings_.certificates =
        ServerCertificates::make(
            {ca_.issue({"localhost"}, now - std::chrono::days(20), now - std::chrono::days(10))})
            .value();
    serve(repeat);
    const auto answer = send(to(local("localhost")));
    EXPECT_EQ(answer.trouble, Trouble::TlsFailed);
    EXPECT_NE(answer.detail.find("expired"), std::string::npos) << answer.detail;
}

TEST_F(HttpClientTest, SaysThatAPlainServerDoesNotSpeakTls) {
    ScriptedServer server([](int socket) {
        readUntil(socket, "\x16\x03");
        writeAll(socket, "HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    EXPECT_EQ(troubleOf("https://127.0.0.1:" + std::to_string(server.port()) + "/"),
              Trouble::TlsFailed);
}

TEST_F(HttpClientTest, ResumesTheTlsSession) {
    const auto issued = ca_.issue({"127.0.0.1"});
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(
        SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    const TemporaryFile certificate(issued.certificate);
    const TemporaryFile key(issued.key);
    ASSERT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), certificate.path().c_str()), 1);
    ASSERT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), key.path().c_str(), SSL_FILETYPE_PEM), 1);
    std::atomic<int> resumed{0};
    std::atomic<int> connections{0};
    ScriptedServer server([&](int socket) {
        const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
        SSL_set_fd(tls.get(), socket);
        if (SSL_accept(tls.get()) != 1) return;
        ++connections;
        if (SSL_session_reused(tls.get()) == 1) ++resumed;
        std::array<char, 1000> buffer{};
        SSL_read(tls.get(), buffer.data(), static_cast<int>(buffer.size()));
        const std::string bye = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        SSL_write(tls.get(), bye.data(), static_cast<int>(bye.size()));
        SSL_shutdown(tls.get());
    });
    const auto url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    for (int i = 0; i < 3; ++i) EXPECT_EQ(troubleOf(url), Trouble::None);
    EXPECT_EQ(connections, 3);
    EXPECT_EQ(resumed, 2);
}

// ---- time
// ------------------------------------------------------------------------------------------

enum class Slowness : std::uint8_t { NoAnswer, HalfAnAnswer, DrippingAnswer };

void answerSlowly(int socket, Slowness how) {
    if (how == Slowness::HalfAnAnswer) {
        writeAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    }
    if (how == Slowness::DrippingAnswer) {
        bool taken = writeAll(socket, "HTTP/1.1 200 OK\r\nX: ");
        while (taken) {
            ::usleep(5000);
            taken = writeAll(socket, "x");
        }
    }
    readUntil(socket, "never");
}

class DeadlineTest : public HttpClientTest, public testing::WithParamInterface<Slowness> {};

TEST_P(DeadlineTest, EndsTheWholeExchange) {
    ScriptedServer server([](int socket) { answerSlowly(socket, GetParam()); });
    auto request = to(server.url());
    request.timeout = 150ms;
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(send(std::move(request)).trouble, Trouble::TimedOut);
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, 150ms);
    EXPECT_LT(took, 4s);
}

INSTANTIATE_TEST_SUITE_P(Servers, DeadlineTest,
                         testing::Values(Slowness::NoAnswer, Slowness::HalfAnAnswer,
                                         Slowness::DrippingAnswer));

TEST_F(HttpClientTest, EndsASlowHandshakeAtTheDeadline) {
    ScriptedServer server([](int socket) { readUntil(socket, "never"); });
    auto request = to("https://127.0.0.1:" + std::to_string(server.port()) + "/");
    request.timeout = 150ms;
    EXPECT_EQ(send(std::move(request)).trouble, Trouble::TimedOut);
}

TEST_F(HttpClientTest, ThrowsWhenItsCallerIsCancelled) {
    std::promise<void> asked;
    ScriptedServer server([&](int socket) {
        readUntil(socket, "hello");
        asked.set_value();
        readUntil(socket, "never");
    });
    asio::cancellation_signal stop;
    const auto strand = runtime_.strand();
    const auto flow = [](PooledHttpClient* client, ClientRequest request) -> awaitable<void> {
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        static_cast<void>(co_await client->send(std::move(request)));
    };
    auto ended = asio::co_spawn(strand, flow(client_.get(), to(server.url())),
                                asio::bind_cancellation_slot(stop.slot(), asio::use_future));
    asked.get_future().wait();
    asio::post(strand, [&] { stop.emit(asio::cancellation_type::total); });
    EXPECT_THROW(ended.get(), boost::system::system_error);
}

// ---- kept connections
// ------------------------------------------------------------------------------

TEST_F(HttpClientTest, KeepsNoMoreConnectionsThanItsLimit) {
    serve(repeat);
    const auto url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/";
    std::vector<std::future<ClientAnswer>> answers;
    answers.reserve(20);
    for (int i = 0; i < 20; ++i) {
        answers.push_back(
            asio::co_spawn(runtime_.strand(), client_->send(to(url)), asio::use_future));
    }
    for (auto& answer : answers) EXPECT_EQ(answer.get().trouble, Trouble::None);
    EXPECT_LE(client_->kept(), 2U);
    EXPECT_GE(client_->kept(), 1U);
}

TEST_F(HttpClientTest, DropsAKeptConnectionThatThePeerCloses) {
    std::promise<void> closing;
    std::shared_future<void> mayClose = closing.get_future();
    ScriptedServer server([mayClose](int socket) {
        readUntil(socket, "hello");
        writeAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        mayClose.wait();
    });
    EXPECT_EQ(troubleOf(server.url()), Trouble::None);
    EXPECT_EQ(client_->kept(), 1U);
    closing.set_value();
    while (client_->kept() > 0) std::this_thread::yield();
    EXPECT_EQ(troubleOf(server.url()), Trouble::None);
}

TEST_F(HttpClientTest, RepeatsOnlyWhatMayBeRepeatedWhenAKeptConnectionDies) {
    std::atomic<int> connections{0};
    // The first request of a connection is answered, the second swallowed.
    ScriptedServer server([&](int socket) {
        ++connections;
        readUntil(socket, "hello");
        writeAll(socket, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        readUntil(socket, "hello");
    });
    auto request = to(server.url());
    EXPECT_EQ(send(request).trouble, Trouble::None);
    EXPECT_EQ(send(request).trouble, Trouble::ConnectionLost);
    EXPECT_EQ(connections, 1);
    EXPECT_EQ(send(request).trouble, Trouble::None);
    request.repeatable = true;
    EXPECT_EQ(send(request).trouble, Trouble::None);
    request.repeatable = false;
    request.method = "PUT";
    EXPECT_EQ(send(request).trouble, Trouble::None);
    EXPECT_EQ(connections, 4);
}

TEST_F(HttpClientTest, KeepsNoConnectionThatSpeaksUnasked) {
    ScriptedServer server(
        answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 500 X\r\n"));
    EXPECT_EQ(troubleOf(server.url()), Trouble::None);
    while (client_->kept() > 0) std::this_thread::yield();
    EXPECT_EQ(troubleOf(server.url()), Trouble::None);
}

TEST(Trouble, HasAText) {
    EXPECT_EQ(text(Trouble::HostMismatch), "host-mismatch");
    EXPECT_EQ(text(Trouble::AnswerTooLarge), "answer-too-large");
}

}  // namespace
}  // namespace waymark::net::tests
