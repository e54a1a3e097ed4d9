#include "gateway/net/server.h"

#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fixture.h"

namespace waymark::net::tests {
namespace {

using boost::asio::awaitable;
using namespace std::chrono_literals;

TEST_F(ServerTest, AnswersManyRequestsOverOneConnection) {
    serve(repeat);
    auto client = connect();
    for (int i = 0; i < 5; ++i) {
        client.send("POST /a%20b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
        const auto answer = client.answer();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->status, 200U);
        EXPECT_EQ(answer->body, "POST /a b 5 hello");
        EXPECT_EQ(answer->field("content-type"), "text/plain");
        EXPECT_EQ(answer->field("date"), "mon, 21 sep 2026 14:13:20 gmt");
        EXPECT_FALSE(answer->has("server:"));
        EXPECT_FALSE(answer->has("connection:"));
    }
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
    serve(repeat);
    auto client = connect();
    std::string many;
    for (int i = 0; i < 200; ++i) {
        many += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    }
    client.send(many);
    for (int i = 0; i < 200; ++i) {
        const auto answer = client.answer();
        ASSERT_TRUE(answer.has_value()) << i;
        EXPECT_EQ(answer->body, "GET /" + std::to_string(i) + " 0 ");
    }
}

TEST_F(ServerTest, TakesALargeChunkedBodyAndGivesALargeAnswer) {
    serve([](Request request) -> awaitable<Response> {
        Response response;
        response.body = std::move(request.body);
        co_return response;
    });
    auto client = connect();
    std::string body(3'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); i += 7) body[i] = static_cast<char>('a' + i % 26);
    std::thread sender([&] {
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (std::size_t at = 0; at < body.size(); at += 100'000) {
            client.send("186a0\r\n" + body.substr(at, 100'000) + "\r\n");
        }
        client.send("0\r\n\r\n");
    });
    sender.join();
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->body == body);
}

TEST_F(ServerTest, GivesTheHandlerWhatItNeedsToKnow) {
    Request seen;
    serve([&seen](Request request) {
        seen = std::move(request);
        return succeed();
    });
    auto client = connect();
    const auto before = std::chrono::steady_clock::now();
    client.send("GET /Task?_id=1 HTTP/1.1\r\nHost: h\r\nX-Correlation-Id: x\r\n\r\n");
    ASSERT_TRUE(client.answer().has_value());
    EXPECT_EQ(seen.target, "/Task?_id=1");
    EXPECT_EQ(seen.path, "/Task");
    ASSERT_EQ(seen.query.size(), 1U);
    EXPECT_EQ(seen.scheme, "http");
    EXPECT_EQ(seen.peer, "127.0.0.1");
    EXPECT_EQ(seen.received, clock_.now());
    EXPECT_TRUE(Uuid::parse(seen.requestId).has_value()) << seen.requestId;
    EXPECT_GE(seen.deadline, before + settings_.limits.request);
    EXPECT_LE(seen.deadline, std::chrono::steady_clock::now() + settings_.limits.request);
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
    serve(repeat);
    auto client = connect();
    client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
    auto answer = client.answer(false);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->field("content-length"), "10");
    client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "GET /x 0 ");
}

TEST_F(ServerTest, ClosesWhenTheClientOrTheHandlerAsksForIt) {
    serve([](Request request) -> awaitable<Response> {
        Response response;
        if (request.path == "/close") response.fields.set("Connection", "close");
        co_return response;
    });
    for (const std::string request :
         {"GET /close HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"}) {
        auto client = connect();
        client.send(request);
        const auto answer = client.answer();
        ASSERT_TRUE(answer.has_value());
        EXPECT_EQ(answer->field("connection"), "close");
        EXPECT_TRUE(client.closed());
    }
    auto old = connect();
    old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const auto answer = old.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->field("connection"), "keep-alive");
}

TEST_F(ServerTest, AsksForTheBodyOfAClientThatWaits) {
    serve(repeat);
    auto client = connect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    const auto interim = client.answer();
    ASSERT_TRUE(interim.has_value());
    EXPECT_EQ(interim->status, 100U);
    client.send("ab");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "POST / 2 ab");
}

TEST_F(ServerTest, TellsNothingOfAnExceptionButTheRequestsId) {
    settings_.errorPage = [](const Failure& failure, const Request& request) {
        Response page;
        page.status = 200;
        page.body = std::string(failure.text()) + "|" + request.requestId + "|" + request.path +
                    "|" + std::string(request.fields.find("accept").value_or("none"));
        return page;
    };
    serve([](Request) -> awaitable<Response> {
        throw std::runtime_error("MARKED-NAME");
        co_return Response();
    });
    auto client = connect();
    client.send("GET /p HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\nX: MARKED-FIELD\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 500U);
    EXPECT_EQ(answer->body.find("MARKED"), std::string::npos) << answer->body;
    EXPECT_TRUE(answer->body.ends_with("|/p|a/b")) << answer->body;
    client.send("GET /q HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(client.answer().has_value());  // the connection is still good
    server_->stop(1s);
    EXPECT_NE(sink_.text().find("std::runtime_error"), std::string::npos);
    EXPECT_EQ(sink_.text().find("MARKED"), std::string::npos) << sink_.text();
}

TEST_F(ServerTest, RefusesToSendABrokenHeader) {
    serve([](Request) -> awaitable<Response> {
        Response response;
        response.fields.add("Location", "/x\r\nInjected: yes");
        co_return response;
    });
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 500U);
    EXPECT_FALSE(answer->has("injected"));
}

TEST_F(ServerTest, PrintsAPlainSentenceWhenTheErrorPageFails) {
    settings_.errorPage = [](const Failure&, const Request&) -> Response {
        throw std::logic_error("no page");
    };
    serve(repeat);
    auto client = connect();
    client.send("nonsense\r\n\r\n");
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 400U);
    EXPECT_NE(answer->body.find("HTTP/1.1"), std::string::npos);
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, LogsOneLineAndCountsEachRequest) {
    serve(repeat);
    {
        auto client = connect();
        client.send(
            "POST /Patient/9990000018?name=MARKED HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n"
            "X-Correlation-Id: 0190163d-8694-739b-aea5-966c26f8ad91\r\n\r\nabc");
        ASSERT_TRUE(client.answer().has_value());
    }
    server_->stop(1s);
    const auto lines = sink_.lines();
    ASSERT_EQ(lines.size(), 1U);
    const auto& line = lines.front();
    for (const std::string part :
         {R"("event":"request")", R"("listener":"test")", R"("method":"POST")",
          R"("route":"/repeat")", R"("status":200)", R"("bytesIn":3)", R"("duration":)",
          R"("correlation":"0190163d-8694-739b-aea5-966c26f8ad91")"}) {
        EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
    }
    EXPECT_EQ(line.find("MARKED"), std::string::npos) << line;
    EXPECT_EQ(line.find("9990000018"), std::string::npos) << line;
    const auto metrics = metrics_.text();
    EXPECT_NE(metrics.find("waymark_http_requests_total{listener=\"test\",route=\"/repeat\","
                           "method=\"POST\",status=\"2xx\"} 1\n"),
              std::string::npos)
        << metrics;
    EXPECT_NE(metrics.find("waymark_http_connections{listener=\"test\"} 0\n"), std::string::npos)
        << metrics;
}

TEST_F(ServerTest, ServesAThousandConnections) {
    raiseDescriptorLimit();
    serve(repeat);
    std::vector<RawClient> clients;
    clients.reserve(1000);
    for (int i = 0; i < 1000; ++i) clients.push_back(connect());
    for (int round = 0; round < 2; ++round) {
        for (auto& client : clients) client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        for (auto& client : clients) {
            const auto answer = client.answer();
            ASSERT_TRUE(answer.has_value());
            EXPECT_EQ(answer->status, 200U);
        }
    }
    EXPECT_EQ(server_->connections(), 1000U);
}

TEST_F(ServerTest, CannotListenWhereSomeoneElseDoes) {
    serve(repeat);
    auto settings = settings_;
    settings.port = server_->port();
    const auto second = Server::open(ports(), std::move(settings));
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().text().find("Listener test"), std::string_view::npos);
    auto bad = settings_;
    bad.address = "not an address";
    EXPECT_FALSE(Server::open(ports(), std::move(bad)).has_value());
}

// ---- the end
// ---------------------------------------------------------------------------------------

TEST_F(ServerTest, StopClosesIdleConnectionsAtOnce) {
    serve(repeat);
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.answer().has_value());
    auto silent = connect();
    EXPECT_TRUE(server_->stop(20s));
    EXPECT_TRUE(client.closed());
    EXPECT_TRUE(silent.closed());
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ServerTest, StopLetsARequestInFlightFinish) {
    std::promise<Release> release;
    serve([&release](const Request&) { return holdUntil(&release); });
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto finish = release.get_future().get();
    auto stopped = std::async(std::launch::async, [&] { return server_->stop(20s); });
    EXPECT_EQ(stopped.wait_for(50ms), std::future_status::timeout);
    finish(true);
    const auto answer = client.answer();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "finished");
    EXPECT_EQ(answer->field("connection"), "close");
    EXPECT_TRUE(stopped.get());
    EXPECT_TRUE(client.closed());
}

TEST_F(ServerTest, StopCancelsWhatDoesNotFinish) {
    std::promise<void> begun;
    serve([&begun](const Request&) { return waitForEver(&begun); });
    auto client = connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    begun.get_future().wait();
    EXPECT_TRUE(server_->stop(10ms));
    EXPECT_EQ(server_->connections(), 0U);
}

}  // namespace
}  // namespace waymark::net::tests
