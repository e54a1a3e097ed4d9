#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "fixture.h"
#include "gateway/net/development_ca.h"
#include "gateway/net/server.h"

namespace waymark::net::tests {
namespace {

using namespace std::chrono_literals;

class ServerTlsTest : public ServerTest {
protected:
    void serveTls(const std::vector<CertificateAndKey>& pairs) {
        auto certificates = ServerCertificates::make(pairs);
        ASSERT_TRUE(certificates.has_value()) << certificates.error().text();
        settings_.certificates = *certificates;
        serve(repeat);
    }
    DevelopmentCa ca_ = DevelopmentCa::create(systemTime());
};

TEST_F(ServerTlsTest, SpeaksTls12And13AndNothingOlder) {
    serveTls({ca_.issue({"localhost"})});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        auto client = connect();
        ASSERT_TRUE(client.startTls(ca_.certificate(), "localhost", version));
        for (int i = 0; i < 3; ++i) {
            client.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab");
            const auto answer = client.answer();
            ASSERT_TRUE(answer.has_value());
            EXPECT_EQ(answer->body, "POST /x 2 ab");
        }
    }
    auto old = connect();
    EXPECT_FALSE(old.startTls(ca_.certificate(), "localhost", TLS1_1_VERSION));
}

TEST_F(ServerTlsTest, IsTrustedOnlyByThoseWhoKnowTheCaAndUnderItsName) {
    serveTls({ca_.issue({"localhost"})});
    const auto other = DevelopmentCa::create(systemTime());
    auto distrustful = connect();
    EXPECT_FALSE(distrustful.startTls(other.certificate(), "localhost"));
    auto elsewhere = connect();
    EXPECT_FALSE(elsewhere.startTls(ca_.certificate(), "else.example"));
}

TEST_F(ServerTlsTest, ChoosesTheCertificateByName) {
    serveTls({ca_.issue({"one.example"}), ca_.issue({"two.example", "*.three.example"})});
    for (const std::string host : {"one.example", "two.example", "a.three.example"}) {
        auto client = connect();
        EXPECT_TRUE(client.startTls(ca_.certificate(), host)) << host;
    }
    auto unknown = connect();
    EXPECT_FALSE(unknown.startTls(ca_.certificate(), "four.example"));
}

TEST_F(ServerTlsTest, TakesNewCertificatesForNewConnections) {
    serveTls({ca_.issue({"old.example"})});
    auto before = connect();
    ASSERT_TRUE(before.startTls(ca_.certificate(), "old.example"));
    server_->useCertificates(ServerCertificates::make({ca_.issue({"new.example"})}).value());
    auto after = connect();
    EXPECT_TRUE(after.startTls(ca_.certificate(), "new.example"));
    before.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(before.answer().has_value());
}

TEST_F(ServerTlsTest, CutsOffASlowHandshake) {
    settings_.limits.handshake = 150ms;
    serveTls({ca_.issue({"localhost"})});
    auto silent = connect();
    EXPECT_TRUE(silent.closed());
    EXPECT_NE(metrics_.text().find("waymark_http_handshakes_failed_total{listener=\"test\"} 1\n"),
              std::string::npos);
}

TEST_F(ServerTlsTest, ClosesOnPlainHttp) {
    serveTls({ca_.issue({"localhost"})});
    auto plain = connect();
    plain.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_FALSE(plain.answer().has_value());
}

TEST_F(ServerTlsTest, TakesLargeBodiesAndRefusesTooLargeOnes) {
    settings_.limits.bodyBytes = 1'000'000;
    serveTls({ca_.issue({"localhost"})});
    auto client = connect();
    ASSERT_TRUE(client.startTls(ca_.certificate(), "localhost"));
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" +
                std::string(1'000'000, 'x'));
    const auto taken = client.answer();
    ASSERT_TRUE(taken.has_value());
    EXPECT_TRUE(taken->body.starts_with("POST / 1000000 xxx"));
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000001\r\n\r\n" +
                std::string(50'000, 'x'));
    const auto refused = client.answer();
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(refused->status, 413U);
}

TEST_F(ServerTlsTest, StopsWhileConnectionsAreOpen) {
    serveTls({ca_.issue({"localhost"})});
    auto client = connect();
    ASSERT_TRUE(client.startTls(ca_.certificate(), "localhost"));
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_TRUE(client.answer().has_value());
    auto halfway = connect();
    EXPECT_TRUE(server_->stop(20s));
    EXPECT_TRUE(client.closed());
}

TEST(ServerCertificates, RefusesWhatDoesNotFitTogether) {
    const auto ca = DevelopmentCa::create(systemTime());
    const auto one = ca.issue({"one.example"});
    const auto two = ca.issue({"two.example"});
    EXPECT_TRUE(ServerCertificates::make({one}).has_value());
    EXPECT_FALSE(ServerCertificates::make({}).has_value());
    EXPECT_FALSE(ServerCertificates::make({{"nonsense", one.key}}).has_value());
    EXPECT_FALSE(ServerCertificates::make({{one.certificate, "nonsense"}}).has_value());
    EXPECT_FALSE(ServerCertificates::make({{one.certificate, two.key}}).has_value());
    EXPECT_FALSE(ServerCertificates::load("/nowhere/a.pem", "/nowhere/b.pem").has_value());
}

}  // namespace
}  // namespace waymark::net::tests
