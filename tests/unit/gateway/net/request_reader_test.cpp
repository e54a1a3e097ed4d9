#include "gateway/net/request_reader.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gateway/net/target.h"

namespace waymark::net {
namespace {

using Progress = RequestReader::Progress;

class RequestReaderTest : public testing::Test {
protected:
    /// Feeds the bytes in pieces of this size until the reader has enough.
    static Progress feed(RequestReader& reader, std::string_view bytes, std::size_t piece) {
        auto progress = reader.begin();
        while (!bytes.empty() &&
               (progress == Progress::NeedMore || progress == Progress::SendContinue)) {
            const auto room = reader.room();
            const auto size = std::min({piece, bytes.size(), room.size()});
            std::memcpy(room.data(), bytes.data(), size);
            bytes.remove_prefix(size);
            progress = reader.received(size);
        }
        return progress;
    }
    unsigned statusOf(std::string_view bytes) {
        RequestReader reader(limits_, budget_);
        return feed(reader, bytes, bytes.size()) == Progress::Refused ? reader.refusal().status : 0;
    }

    config::Limits limits_;
    BodyBudget budget_{64 * 1024 * 1024};
};

TEST_F(RequestReaderTest, ReadsTheSameInPiecesOfAnySize) {
    const std::string chunked =
        "POST /FHIR/R4/$process-message?a=1 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n"
        "Transfer-Encoding: chunked\r\nX-Two: 2\r\n\r\n"
        "5;x=y\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nTrailer: t\r\n\r\n";
    const std::string sized =
        "POST /FHIR/R4/$process-message?a=1 HTTP/1.1\r\nHost: h\r\nX-One: 1\r\n"
        "Content-Length: 11\r\nX-Two: 2\r\n\r\nhello world";
    for (const auto& text : {chunked, sized}) {
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            RequestReader reader(limits_, budget_);
            ASSERT_EQ(feed(reader, text, piece), Progress::Complete) << piece;
            EXPECT_EQ(reader.request().method, "POST");
            EXPECT_EQ(reader.request().path, "/FHIR/R4/$process-message");
            EXPECT_EQ(reader.request().query, (Parameters{{"a", "1"}}));
            EXPECT_EQ(reader.request().fields.find("x-two"), "2");
            EXPECT_EQ(reader.request().fields.find("trailer"), std::nullopt);
            EXPECT_EQ(reader.request().body, "hello world") << piece;
            EXPECT_TRUE(reader.keepAlive());
        }
    }
}

TEST_F(RequestReaderTest, KeepsWhatBelongsToTheNextRequest) {
    RequestReader reader(limits_, budget_);
    ASSERT_EQ(feed(reader,
                   "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                   "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n\r\nGET /3 HT",
                   1000),
              Progress::Complete);
    EXPECT_EQ(reader.request().body, "abc");
    ASSERT_EQ(reader.begin(), Progress::Complete);
    EXPECT_EQ(reader.request().path, "/2");
    EXPECT_TRUE(reader.request().body.empty());
    ASSERT_EQ(reader.begin(), Progress::NeedMore);
    EXPECT_TRUE(reader.started());
    EXPECT_FALSE(reader.headerComplete());
}

TEST_F(RequestReaderTest, AsksForTheBodyWhenTheClientWaits) {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    RequestReader reader(limits_, budget_);
    EXPECT_EQ(feed(reader, head, head.size()), Progress::SendContinue);
    std::memcpy(reader.room().data(), "ab", 2);
    EXPECT_EQ(reader.received(1), Progress::NeedMore);
    std::memcpy(reader.room().data(), "b", 1);
    EXPECT_EQ(reader.received(1), Progress::Complete);
    RequestReader eager(limits_, budget_);
    EXPECT_EQ(feed(eager, head + "ab", head.size() + 2), Progress::Complete);
    RequestReader part(limits_, budget_);
    EXPECT_EQ(feed(part, head + "a", head.size() + 1), Progress::NeedMore);
}

struct RefusalCase {
    const char* name;
    std::string bytes;
    unsigned status;
};

std::string post(const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
}

class RefusalTest : public RequestReaderTest, public testing::WithParamInterface<RefusalCase> {};

TEST_P(RefusalTest, HasItsStatus) {
    limits_.bodyBytes = 100;
    limits_.headerBytes = 1000;
    EXPECT_EQ(statusOf(GetParam().bytes), GetParam().status);
}

INSTANTIATE_TEST_SUITE_P(
    Requests, RefusalTest,
    testing::Values(
        RefusalCase{"Garbage", "\x16\x03\x01\x02 hello\r\n\r\n", 400},
        RefusalCase{"NoVersion", "GET /\r\n\r\n", 400},
        RefusalCase{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        RefusalCase{"BareLineFeed", "GET / HTTP/1.1\nHost: h\n\n", 400},
        RefusalCase{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        RefusalCase{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        RefusalCase{"BadTarget", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        RefusalCase{"SpaceBeforeColon", post("X : 1\r\n"), 400},
        RefusalCase{"NegativeLength", post("Content-Length: -1\r\n"), 400},
        RefusalCase{"TwoLengths", post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), 400},
        RefusalCase{"LengthAndChunked",
                    post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        RefusalCase{"ChunkedAndLength",
                    post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), 400},
        RefusalCase{"OtherCoding", post("Transfer-Encoding: gzip\r\n"), 501},
        RefusalCase{"TwoCodings", post("Transfer-Encoding: gzip, chunked\r\n"), 501},
        RefusalCase{"ChunkedTwice",
                    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        RefusalCase{"OldVersionChunked",
                    "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        RefusalCase{"BadChunk", post("Transfer-Encoding: chunked\r\n", "zz\r\nab\r\n"), 400},
        RefusalCase{"BadExpectation", post("Expect: miracles\r\n"), 417},
        RefusalCase{"LongBody", post("Content-Length: 101\r\n"), 413},
        RefusalCase{"HugeLength", post("Content-Length: 18446744073709551615\r\n"), 413},
        RefusalCase{"LongChunk", post("Transfer-Encoding: chunked\r\n", "65\r\n"), 413},
        RefusalCase{
            "ManyChunks",
            post("Transfer-Encoding: chunked\r\n", "32\r\n" + std::string(50, 'a') + "\r\n33\r\n"),
            413},
        RefusalCase{"LongHeader", post("X: " + std::string(1000, 'x') + "\r\n"), 431},
        RefusalCase{"LongHeaderWithoutEnd", "GET / HTTP/1.1\r\nX: " + std::string(40000, 'x'), 431},
        RefusalCase{"ManyFields",
                    [] {
                        std::string fields;
                        for (int i = 0; i < 300; ++i) fields += "X: 1\r\n";
                        return post(fields);
                    }(),
                    431},
        RefusalCase{"LongTarget", "GET /" + std::string(2000, 'x') + " HTTP/1.1\r\n", 431}),
    [](const auto& test) { return test.param.name; });

TEST_F(RequestReaderTest, CountsAHeaderThatComesInPieces) {
    limits_.headerBytes = 1000;
    std::string head = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 300; ++i) head += "X: 1\r\n";
    RequestReader reader(limits_, budget_);
    ASSERT_EQ(feed(reader, head, 7), Progress::Refused);
    EXPECT_EQ(reader.refusal().status, 431U);
}

TEST_F(RequestReaderTest, CountsBodiesInFlight) {
    BodyBudget small(150 * 1000);
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
    const auto whole = head + std::string(100'000, 'x');
    RequestReader first(limits_, small);
    ASSERT_EQ(feed(first, whole, 4096), Progress::Complete);
    EXPECT_EQ(small.used(), 100'000U);
    RequestReader second(limits_, small);
    ASSERT_EQ(feed(second, whole, 4096), Progress::Refused);
    EXPECT_EQ(second.refusal().status, 503U);
    EXPECT_EQ(second.refusal().failure.retryAfter, std::chrono::seconds(1));
    first.releaseBody();
    RequestReader third(limits_, small);
    EXPECT_EQ(feed(third, whole, 4096), Progress::Complete);
}

TEST_F(RequestReaderTest, GivesItsShareBackWhenItEnds) {
    BodyBudget small(150 * 1000);
    {
        RequestReader reader(limits_, small);
        EXPECT_EQ(feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50\r\n\r\nhalf", 10),
                  Progress::NeedMore);
        EXPECT_EQ(small.used(), 50U);
    }
    EXPECT_EQ(small.used(), 0U);
}

TEST_F(RequestReaderTest, APromiseOfManyBytesCostsLittle) {
    RequestReader reader(limits_, budget_);
    ASSERT_EQ(
        feed(reader, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8000000\r\n\r\nfew", 1000),
        Progress::NeedMore);
    EXPECT_LT(budget_.used(), 100U);
}

TEST_F(RequestReaderTest, KnowsWhetherTheConnectionStays) {
    struct KeepCase {
        std::string head;
        bool keep;
    };
    const std::vector<KeepCase> cases = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.1\r\nHost: h\r\nConnection: x, Close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
    };
    for (const auto& [head, keep] : cases) {
        RequestReader reader(limits_, budget_);
        ASSERT_EQ(feed(reader, head, head.size()), Progress::Complete) << head;
        EXPECT_EQ(reader.keepAlive(), keep) << head;
    }
}

TEST_F(RequestReaderTest, TakesOrRefusesAnyBytes) {
    std::mt19937 random(11);
    const std::string model =
        "POST /a?b=c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
        "\r\n5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd";
    for (int i = 0; i < 3000; ++i) {
        auto bytes = model;
        for (auto changes = random() % 5; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        RequestReader reader(limits_, budget_);
        const auto progress = feed(reader, bytes, 1 + random() % 40);
        if (progress != Progress::Refused) continue;
        EXPECT_GE(reader.refusal().status, 400U);
    }
}

}  // namespace
}  // namespace waymark::net
