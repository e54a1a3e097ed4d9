#include "gateway/net/cares_resolver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace waymark::net {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A name server on loopback. It knows hosts under "known." (192.0.2.7 and 2001:db8::7), says that
/// it knows no other, and does not answer at all for "silent.".
class NameServer {
public:
    explicit NameServer(unsigned secondsToLive) : secondsToLive_(secondsToLive) {
        socket_ = ::socket(AF_INET, SOCK_DGRAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        EXPECT_EQ(::bind(socket_, raw, size), 0);
        EXPECT_EQ(::getsockname(socket_, raw, &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::jthread([this] { run(); });
    }
    ~NameServer() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;

    [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Questions for IPv4 addresses so far.
    [[nodiscard]] int asked() const { return asked_; }

private:
    static constexpr std::size_t kHeader = 12;
    static constexpr char kTypeA = 1;
    static constexpr char kTypeAaaa = 28;
    static constexpr char kNoSuchName = 3;

    void run() {
        std::array<char, 512> buffer{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        auto* raw = reinterpret_cast<sockaddr*>(&from);
        for (ssize_t n = 0;
             (n = ::recvfrom(socket_, buffer.data(), buffer.size(), 0, raw, &size)) > 0;
             size = sizeof from) {
            const auto reply = answer({buffer.data(), static_cast<std::size_t>(n)});
            if (!reply.empty()) ::sendto(socket_, reply.data(), reply.size(), 0, raw, size);
        }
    }

    /// Header, the question again, and one record whose name points back to the question.
    std::string answer(std::string query) {
        const auto end = query.find('\0', kHeader) + 5;
        const char type = query[end - 3];
        if (type == kTypeA) ++asked_;
        if (query.find("\x06silent") != std::string::npos) return {};
        const bool known = query.find("\x05known") != std::string::npos;
        query.resize(end);
        query[2] = '\x81';
        query[3] = static_cast<char>('\x80' | (known ? 0 : kNoSuchName));
        query[6] = 0;
        query[7] = known ? 1 : 0;
        query[10] = query[11] = 0;
        if (!known) return query;
        query += std::string("\xC0\x0C\x00", 3) + type + std::string("\x00\x01", 2);
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            query.push_back(static_cast<char>(secondsToLive_ >> shift & 0xFFU));
        }
        if (type == kTypeAaaa) {
            query += std::string("\x00\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07", 18);
        } else {
            query += std::string("\x00\x04\xC0\x00\x02\x07", 6);
        }
        return query;
    }

    const unsigned secondsToLive_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> asked_{0};
    std::jthread thread_;
};

class CaresResolverTest : public testing::Test {
protected:
    std::future<Addresses> ask(Resolver& resolver, const std::string& host,
                               std::chrono::milliseconds patience = 5s) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        return asio::co_spawn(runtime_.strand(), resolver.resolve(host, deadline),
                              asio::use_future);
    }
    ResolverSettings settings() const {
        ResolverSettings settings;
        settings.servers = server_.address();
        return settings;
    }
    NameServer server_{60};
    Runtime runtime_{Runtime::Threads{.io = 2, .pool = 1}};
};

TEST_F(CaresResolverTest, GivesTheAddressesOfAName) {
    CaresResolver resolver(runtime_, settings());
    const auto addresses = ask(resolver, "host.known.").get();
    ASSERT_EQ(addresses.size(), 2U);
    std::vector<std::string> texts = {addresses[0].to_string(), addresses[1].to_string()};
    std::ranges::sort(texts);
    EXPECT_EQ(texts, (std::vector<std::string>{"192.0.2.7", "2001:db8::7"}));
}

TEST_F(CaresResolverTest, KeepsAnAnswer) {
    CaresResolver resolver(runtime_, settings());
    for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(resolver, "host.known.").get().size(), 2U);
    EXPECT_EQ(server_.asked(), 1);
    EXPECT_EQ(ask(resolver, "other.known.").get().size(), 2U);
    EXPECT_EQ(server_.asked(), 2);
}

TEST_F(CaresResolverTest, KeepsNoAnswerLongerThanItsLimit) {
    auto brief = settings();
    brief.keptMin = brief.keptMax = 0ms;
    CaresResolver resolver(runtime_, brief);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(ask(resolver, "host.known.").get().size(), 2U);
    EXPECT_EQ(server_.asked(), 3);
}

TEST_F(CaresResolverTest, KeepsThatANameIsUnknown) {
    CaresResolver resolver(runtime_, settings());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(resolver, "host.unknown.").get().empty());
    EXPECT_EQ(server_.asked(), 1);
}

TEST_F(CaresResolverTest, AsksOnceForManyWhoAskAtOnce) {
    CaresResolver resolver(runtime_, settings());
    std::vector<std::future<Addresses>> answers;
    for (int i = 0; i < 100; ++i) answers.push_back(ask(resolver, "host.known."));
    for (auto& answer : answers) EXPECT_EQ(answer.get().size(), 2U);
    EXPECT_EQ(server_.asked(), 1);
}

TEST_F(CaresResolverTest, ReturnsAtTheDeadlineWhileOthersGoOn) {
    CaresResolver resolver(runtime_, settings());
    const auto begin = std::chrono::steady_clock::now();
    auto silent = ask(resolver, "host.silent.", 100ms);
    EXPECT_EQ(ask(resolver, "host.known.").get().size(), 2U);
    EXPECT_TRUE(silent.get().empty());
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took, 100ms);
    EXPECT_LT(took, 1900ms);  // before the first try ends
}

TEST_F(CaresResolverTest, GivesUpOnAServerThatDoesNotAnswer) {
    auto hasty = settings();
    hasty.queryTimeout = 50ms;
    hasty.tries = 2;
    CaresResolver resolver(runtime_, hasty);
    EXPECT_TRUE(ask(resolver, "host.silent.").get().empty());
    EXPECT_EQ(server_.asked(), 2);
}

TEST_F(CaresResolverTest, BoundsWhatItKeeps) {
    auto small = settings();
    small.namesMax = 2;
    CaresResolver resolver(runtime_, small);
    for (const std::string name : {"a", "b", "c", "c"}) {
        EXPECT_EQ(ask(resolver, name + ".known.").get().size(), 2U);
    }
    EXPECT_EQ(server_.asked(), 3);
    EXPECT_EQ(ask(resolver, "a.known.").get().size(), 2U);  // it made way for c
    EXPECT_EQ(server_.asked(), 4);
}

TEST_F(CaresResolverTest, EndsWhileSomeoneWaits) {
    std::future<Addresses> waiting;
    {
        CaresResolver resolver(runtime_, settings());
        waiting = ask(resolver, "host.silent.", 5s);
        while (server_.asked() == 0) std::this_thread::yield();
    }
    EXPECT_TRUE(waiting.get().empty());
}

}  // namespace
}  // namespace waymark::net
