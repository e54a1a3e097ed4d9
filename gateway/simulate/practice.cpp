#include "gateway/simulate/practice.h"

#include <cstdio>
#include <thread>

#include <fmt/format.h>

#include "fhir/core/uuid.h"
#include "fhir/json/value.h"
#include "gateway/crypto/secret_file.h"
#include "gateway/simulate/fetch.h"
#include "gateway/simulate/files.h"

namespace waymark::simulate {
namespace {

constexpr int kTriesMax = 240;
constexpr std::chrono::milliseconds kTryWait(500);

net::ClientRequest requestFor(const PracticeOptions& options, const std::string& token,
                              const std::string& key, const std::string& body) {
    net::ClientRequest request;
    request.url = options.fhir + "/ServiceRequest";
    request.fields.set("Authorization", "Bearer " + token);
    request.fields.set("Content-Type", "application/fhir+json");
    request.fields.set("Idempotency-Key", key);
    request.fields.set("X-Correlation-Id", key);
    request.body = body;
    request.ca = options.ca;
    request.allowLoopback = true;
    return request;
}

/// The sentence of an OperationOutcome, for whoever reads the demo's output.
std::string sentenceOf(const std::string& body) {
    const auto outcome = json::Value::parse(body);
    if (!outcome || (*outcome)["issue"].items().empty()) return "no reason given";
    return std::string(
        (*outcome)["issue"].items().front()["details"]["text"].asString().value_or(""));
}

Result<std::string> sendOne(const PracticeOptions& options, Fetcher& fetcher,
                            const std::string& token, const std::string& key,
                            const std::string& body) {
    for (int tries = 0; tries < kTriesMax; ++tries) {
        const auto answer = fetcher.fetch(requestFor(options, token, key, body));
        if (answer.trouble == net::Trouble::None && answer.status < 300) {
            const auto resource = json::Value::parse(answer.body);
            const auto id = resource ? (*resource)["id"].asString() : std::nullopt;
            if (id) return std::string(*id);
        }
        const bool final = answer.trouble == net::Trouble::None && answer.status >= 400 &&
                           answer.status < 500 && answer.status != 425 && answer.status != 429;
        if (final) {
            return fail(Kind::Unprocessable, IssueType::Processing,
                        fmt::format("The gateway refused the referral ({}): {}", answer.status,
                                    sentenceOf(answer.body)));
        }
        std::this_thread::sleep_for(kTryWait);
    }
    return fail(Kind::TimedOut, IssueType::Timeout, "The gateway did not answer in two minutes.");
}

}  // namespace

Result<void> runPractice(const PracticeOptions& options, const Clock& clock, Random& random) {
    auto token = crypto::readSecretFile(options.token);
    if (!token) return std::unexpected(std::move(token).error());
    Fetcher fetcher;
    std::string ids;
    for (const auto& file : options.referrals) {
        auto body = readFile(file);
        if (!body) return std::unexpected(std::move(body).error());
        const auto key = Uuid::version7(clock.now(), random).text();
        auto id = sendOne(options, fetcher, *token, key, *body);
        if (!id) return std::unexpected(std::move(id).error());
        ids += *id + "\n";
    }
    if (!options.ids.empty()) return writeFile(options.ids, ids);
    std::fputs(ids.c_str(), stdout);
    return {};
}

}  // namespace waymark::simulate
