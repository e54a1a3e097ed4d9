#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "fixture.h"
#include "gateway/net/server.h"

namespace waymark::net::tests {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

/// Limits short enough for a test, and long enough for a busy machine.
class ServerLimitsTest : public ServerTest {
protected:
    ServerLimitsTest() {
        settings_.limits.header = 150ms;
        settings_.limits.request = 300ms;
        settings_.limits.idle = 200ms;
        settings_.limits.bodyBytes = 100'000;
        settings_.limits.headerBytes = 2000;
    }
    static std::chrono::milliseconds since(std::chrono::steady_clock::time_point begin) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - begin);
    }
};

TEST_F(ServerLimitsTest, ClosesAConnectionThatSaysNothing) {
    serve(repeat);
    auto client = connect();
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(client.closed());
    EXPECT_GE(since(begin), 150ms);
    EXPECT_LT(since(begin), 5s);
}

TEST_F(ServerLimitsTest, ClosesAConnectionThatStaysIdle) {
    serve(repeat);
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.answer().has_value());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(client.closed());
    EXPECT_GE(since(begin), 190ms);
    EXPECT_LT(since(begin), 5s);
}

TEST_F(ServerLimitsTest, CutsOffASlowHeader) {
    serve(repeat);
    auto client = connect();
    const auto begin = std::chrono::steady_clock::now();
    client.send("GET / HTTP/1.1\r\nHos");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 408U);
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_GE(since(begin), 150ms);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerLimitsTest, CutsOffASlowBody) {
    serve(repeat);
    auto client = connect();
    const auto begin = std::chrono::steady_clock::now();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 408U);
    EXPECT_GE(since(begin), 300ms);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerLimitsTest, CutsOffAClientThatDripsBytes) {
    serve(repeat);
    auto client = connect();
    auto answered = std::async(std::launch::async, [&] { return client.answer(); });
    RawClient& dripping = client;
    const auto begin = std::chrono::steady_clock::now();
    dripping.sendQuietly("GET / HTTP/1.1\r\n");
    while (answered.wait_for(10ms) == std::future_status::timeout && since(begin) < 5s) {
        dripping.sendQuietly("a");
    }
    const auto answer = answered.get();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 408U);
    EXPECT_LT(since(begin), 5s);
}

TEST_F(ServerLimitsTest, RefusesALargeBodyAsSoonAsItIsAnnounced) {
    serve(repeat);
    auto client = connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100001\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413U);
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_NE(answer->body.find("100000 bytes"), std::string::npos) << answer->body;
}

TEST_F(ServerLimitsTest, RefusesALargeChunkedBodyAsSoonAsItIsTooLarge) {
    serve(repeat);
    auto client = connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10; ++i) client.send("2710\r\n" + std::string(10'000, 'x') + "\r\n");
    client.send("1\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413U);
}

TEST_F(ServerLimitsTest, ItsRefusalReachesAClientThatGoesOnSending) {
    serve(repeat);
    for (int i = 0; i < 20; ++i) {
        auto client = connect();
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n");
        client.sendQuietly(std::string(90'000, 'x'));
        const auto answer = client.answer();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->status, 413U);
    }
}

TEST_F(ServerLimitsTest, DoesNotAskForABodyThatItRefuses) {
    serve(repeat);
    auto client = connect();
    client.send(
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 200000\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 413U);
}

TEST_F(ServerLimitsTest, RefusesALargeHeader) {
    serve(repeat);
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(3000, 'x'));
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 431U);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerLimitsTest, AnswersHalfARequestByClosing) {
    serve(repeat);
    for (const std::string half : {"GET / HT", "POST / HTTP/1.1\r\nHost: h\r\n",
                                   "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab"}) {
        auto client = connect();
        client.send(half);
        client.shutdownSend();
        EXPECT_TRUE(client.closed());
    }
}

TEST_F(ServerLimitsTest, CancelsAHandlerAtTheRequestsDeadline) {
    std::promise<void> begun;
    serve([&begun](const Request&) { return waitForEver(&begun); });
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->field("retry-after"), "1");
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerLimitsTest, HoldsNoMoreBodiesThanItsBudget) {
    bodies_ = std::make_unique<BodyBudget>(150'000);
    settings_.limits.request = 10s;
    std::promise<Release> release;
    serve([&release](const Request& request) {
        return request.path == "/hold" ? holdUntil(&release) : succeed();
    });
    const std::string body(90'000, 'x');
    auto holder = connect();
    holder.send("POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + body);
    const auto done = release.get_future().get();
    auto second = connect();
    second.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n");
    second.sendQuietly(body);
    const auto refused = second.answer();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 503U);
    EXPECT_EQ(refused->field("retry-after"), "1");
    done(true);
    ASSERT_TRUE(holder.answer().has_value());
    auto third = connect();
    third.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + body);
    const auto taken = third.answer();
    ASSERT_TRUE(taken.has_value());
    EXPECT_EQ(taken->status, 200U);
}

TEST_F(ServerLimitsTest, AnIdleConnectionMakesWayForANewOne) {
    settings_.limits.connections = 2;
    settings_.limits.idle = 60s;
    settings_.limits.header = 60s;
    serve(repeat);
    auto first = connect();
    first.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(first.answer().has_value());
    auto second = connect();
    second.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(second.answer().has_value());
    auto third = connect();
    third.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto answer = third.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200U);
    EXPECT_TRUE(first.closed());
}

TEST_F(ServerLimitsTest, TurnsAwayWhoComesWhenAllAreBusy) {
    settings_.limits.connections = 1;
    settings_.limits.request = 10s;
    std::promise<Release> release;
    serve([&release](const Request&) { return holdUntil(&release); });
    auto busy = connect();
    busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto done = release.get_future().get();
    auto late = connect();
    late.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto answer = late.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 503U);
    EXPECT_EQ(answer->field("retry-after"), "1");
    EXPECT_TRUE(late.closed());
    done(true);
    EXPECT_TRUE(busy.answer().has_value());
}

TEST_F(ServerLimitsTest, ClosesOnAClientThatDoesNotReadItsAnswer) {
    serve([](Request) -> awaitable<Response> {
        Response response;
        response.body = std::string(50'000'000, 'x');
        co_return response;
    });
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto begin = std::chrono::steady_clock::now();
    while (server_->connections() == 0 && since(begin) < 9s) std::this_thread::yield();
    // Reading starts only after the server has given up, which shows as an answer that ends early.
    while (server_->connections() > 0 && since(begin) < 9s) std::this_thread::yield();
    EXPECT_EQ(server_->connections(), 0U);
    EXPECT_FALSE(client.answer().has_value());
}

}  // namespace
}  // namespace waymark::net::tests
