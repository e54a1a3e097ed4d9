#include <atomic>
#include <charconv>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "fhir/json/value.h"
#include "gateway/crypto/secret_file.h"
#include "gateway/crypto/webhook.h"
#include "gateway/simulate/behaviour.h"
#include "gateway/simulate/inbound.h"

namespace waymark::simulate {
namespace {

using boost::asio::awaitable;

constexpr int kReportTriesMax = 20;
constexpr std::chrono::milliseconds kReportTryWait(500);

/// Lives as long as its handler and the reports under way.
class WebhookProvider : public std::enable_shared_from_this<WebhookProvider> {
public:
    WebhookProvider(ProviderOptions options, SimulatorPorts ports, Behaviour behaviour,
                    crypto::WebhookSecret secret, std::string token)
        : options_(std::move(options)),
          ports_(ports),
          behaviour_(std::move(behaviour)),
          secret_(std::move(secret)),
          token_(std::move(token)),
          refusalsLeft_(behaviour_.refusedFirst) {}

    awaitable<net::Response> receive(net::Request request) {
        net::Response response;
        if (refuse()) {
            response.status = 503;
        } else if (!isSigned(request)) {
            response.status = 401;
        } else {
            response.status = take(request) ? 202 : 200;
        }
        co_return response;
    }

private:
    bool refuse() {
        auto left = refusalsLeft_.load();
        while (left > 0) {
            if (refusalsLeft_.compare_exchange_weak(left, left - 1)) return true;
        }
        return false;
    }

    [[nodiscard]] bool isSigned(const net::Request& request) const {
        const auto id = request.fields.find("webhook-id");
        const auto time = request.fields.find("webhook-timestamp");
        const auto signature = request.fields.find("webhook-signature");
        if (!id || !time || !signature) return false;
        std::int64_t seconds = 0;
        std::from_chars(time->data(), time->data() + time->size(), seconds);
        const Instant at(std::chrono::seconds{seconds});
        return crypto::verifyWebhook(secret_, *id, at, request.body, *signature);
    }

    /// False when this id was taken before.
    bool take(const net::Request& request) {
        const std::string id(*request.fields.find("webhook-id"));
        {
            const std::lock_guard lock(mutex_);
            if (!taken_.insert(id).second) return false;
        }
        const auto body = json::Value::parse(request.body);
        if (!body || (*body)["type"].asString() != "referral.created") return true;
        std::string assignment((*body)["data"]["assignment"].asString().value_or(""));
        auto flow = reportAll(shared_from_this(), std::move(assignment));
        boost::asio::co_spawn(ports_.runtime.strand(), std::move(flow), [](std::exception_ptr bug) {
            if (bug) std::rethrow_exception(bug);
        });
        return true;
    }

    static awaitable<void> wait(std::chrono::milliseconds time) {
        auto executor = co_await boost::asio::this_coro::executor;
        boost::asio::steady_timer timer(executor, time);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }

    static awaitable<void> reportAll(std::shared_ptr<WebhookProvider> self,
                                     std::string assignment) {
        int step = 0;
        for (const auto& report : self->behaviour_.reports) {
            co_await wait(report.after);
            const auto key = fmt::format("{}-{}", assignment, ++step);
            for (int tries = 0; tries < kReportTriesMax; ++tries) {
                auto request = self->reportRequest(assignment, key, report.body);
                const auto answer = co_await self->ports_.client.send(std::move(request));
                const bool heard = answer.trouble == net::Trouble::None && answer.status < 500;
                if (heard) break;
                co_await wait(kReportTryWait);
            }
        }
    }

    [[nodiscard]] net::ClientRequest reportRequest(std::string_view assignment,
                                                   std::string_view key,
                                                   const std::string& body) const {
        net::ClientRequest request;
        request.url = fmt::format("{}/referrals/{}/status", options_.providerApi, assignment);
        request.fields.set("Authorization", "Bearer " + token_);
        request.fields.set("Content-Type", "application/json");
        request.fields.set("Idempotency-Key", key);
        request.body = body;
        request.ca = options_.ca;
        request.allowLoopback = true;
        return request;
    }

    const ProviderOptions options_;
    const SimulatorPorts ports_;
    const Behaviour behaviour_;
    const crypto::WebhookSecret secret_;
    const std::string token_;
    std::atomic<unsigned> refusalsLeft_;
    std::mutex mutex_;
    std::set<std::string> taken_;
};

}  // namespace

Result<net::Handler> webhookProvider(const ProviderOptions& options, SimulatorPorts ports) {
    auto behaviour = behaviourNamed(options.behaviour);
    if (!behaviour) return std::unexpected(std::move(behaviour).error());
    auto token = crypto::readSecretFile(options.token);
    if (!token) return std::unexpected(std::move(token).error());
    auto text = crypto::readSecretFile(options.secret);
    if (!text) return std::unexpected(std::move(text).error());
    auto secret = crypto::WebhookSecret::parse(*text);
    if (!secret) return std::unexpected(std::move(secret).error());
    auto provider = std::make_shared<WebhookProvider>(options, ports, std::move(*behaviour),
                                                      std::move(*secret), std::move(*token));
    return [provider](net::Request request) { return provider->receive(std::move(request)); };
}

}  // namespace waymark::simulate
