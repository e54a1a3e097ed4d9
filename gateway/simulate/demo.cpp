#include "gateway/simulate/demo.h"

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "fhir/json/value.h"
#include "gateway/simulate/fetch.h"
#include "gateway/simulate/files.h"
#include "gateway/simulate/process.h"
#include "gateway/simulate/timeline_text.h"

namespace waymark::simulate {
namespace {

constexpr std::chrono::milliseconds kLookWait(100);
constexpr std::chrono::seconds kStartMax(20);
constexpr std::chrono::seconds kCloseMax(90);

struct Referral {
    std::string id;
    std::string client;
    std::string story;
};

class Demo {
public:
    Demo(World world, bool exits) : world_(std::move(world)), exits_(exits) {}

    Result<bool> run() {
        if (auto ok = startProviders(); !ok) return std::unexpected(std::move(ok).error());
        if (auto ok = startGateway(); !ok) return std::unexpected(std::move(ok).error());
        if (auto ok = announce(world_, gateway_->pid()); !ok) {
            return std::unexpected(std::move(ok).error());
        }
        fmt::print("The gateway is up: {} (process {})\n\n", world_.fhir, gateway_->pid());
        std::fflush(stdout);
        if (auto ok = sendReferrals(); !ok) return std::unexpected(std::move(ok).error());
        const bool closed = waitForClosure();
        for (const auto& referral : referrals_) printTimeline(referral);
        fmt::print("{}\n\n", closed ? "Every loop has closed: each practice can read the end."
                                    : "Not every loop has closed in time.");
        if (exits_) return closed;
        printPlaces();
        fetcher_.waitForSignal();
        return closed;
    }

private:
    [[nodiscard]] std::filesystem::path logOf(std::string_view who) const {
        return world_.options.state / fmt::format("{}.log", who);
    }
    [[nodiscard]] std::string secretPath(std::string_view name) const {
        return (world_.configFolder() / "secrets" / name).string();
    }

    Result<void> startProviders() {
        for (const auto& provider : world_.simulated) {
            const bool fhir = provider.behaviour == "fhir";
            std::vector<std::string> arguments{
                "simulate",       "provider",
                "--id",           provider.id,
                "--behaviour",    provider.behaviour,
                "--port",         std::to_string(provider.port),
                "--provider-api", world_.providerApi,
                "--token",        secretPath(provider.id),
                "--secret",       secretPath(provider.id + (fhir ? ".outgoing" : ".webhook"))};
            if (!world_.ca.empty()) {
                for (const auto& [option, path] : {std::pair{"--ca", world_.ca},
                                                   {"--certificate", world_.certificate},
                                                   {"--key", world_.key}}) {
                    arguments.insert(arguments.end(), {option, path.string()});
                }
            }
            auto process = Process::start(arguments, logOf(provider.id));
            if (!process) return std::unexpected(std::move(process).error());
            providers_.push_back(std::move(*process));
        }
        return {};
    }

    Result<void> startGateway() {
        auto process =
            Process::start({"serve", "--config", world_.configFolder().string()}, logOf("gateway"));
        if (!process) return std::unexpected(std::move(process).error());
        gateway_.emplace(std::move(*process));
        const auto give = std::chrono::steady_clock::now() + kStartMax;
        while (std::chrono::steady_clock::now() < give && gateway_->running()) {
            const auto answer = get(world_.operations + "/health/ready", "");
            if (answer.trouble == net::Trouble::None && answer.status == 200) return {};
            std::this_thread::sleep_for(kLookWait);
        }
        return fail(Kind::Fault, IssueType::Exception,
                    fmt::format("The gateway did not become ready; {} says why.",
                                logOf("gateway").string()));
    }

    net::ClientAnswer get(std::string url, std::string_view token) {
        net::ClientRequest request;
        request.method = "GET";
        request.url = std::move(url);
        if (!token.empty()) request.fields.set("Authorization", fmt::format("Bearer {}", token));
        request.ca = world_.ca;
        request.allowLoopback = true;
        request.timeout = std::chrono::seconds(5);
        request.answerBytes = 1024 * 1024;
        return fetcher_.fetch(std::move(request));
    }

    /// Each client's referrals by a process of its own, one client after the other.
    Result<void> sendReferrals() {
        auto text = readFile(world_.options.templates / "world.json");
        if (!text) return std::unexpected(std::move(text).error());
        const auto described = json::Value::parse(*text);
        if (!described) return std::unexpected(described.error());
        for (const auto& client : world_.config->clients) {
            std::vector<std::string> arguments{"simulate",  "practice", "--fhir",
                                               world_.fhir, "--token",  secretPath(client.id)};
            if (!world_.ca.empty()) {
                arguments.insert(arguments.end(), {"--ca", world_.ca.string()});
            }
            const auto ids = world_.options.state / fmt::format("{}.ids", client.id);
            std::filesystem::remove(ids);
            arguments.insert(arguments.end(), {"--ids", ids.string()});
            std::vector<std::string> stories;
            for (const auto& referral : (*described)["referrals"].items()) {
                if (referral["client"].asString() != client.id) continue;
                const auto file = world_.options.templates / referral["file"].text();
                arguments.insert(arguments.end(), {"--referral", file.string()});
                stories.emplace_back(referral["story"].text());
            }
            if (auto ok = sendAs(client.id, arguments, ids, stories); !ok) return ok;
        }
        return {};
    }

    Result<void> sendAs(const std::string& client, const std::vector<std::string>& arguments,
                        const std::filesystem::path& ids, const std::vector<std::string>& stories) {
        auto process = Process::start(arguments, logOf(client));
        if (!process) return std::unexpected(std::move(process).error());
        while (process->running()) std::this_thread::sleep_for(kLookWait);
        auto text = readFile(ids);
        if (!text) {
            return fail(Kind::Fault, IssueType::Exception,
                        fmt::format("{} could not send its referrals; {} says why.", client,
                                    logOf(client).string()));
        }
        std::string_view rest = *text;
        for (const auto& story : stories) {
            const auto end = std::min(rest.find('\n'), rest.size());
            referrals_.push_back({std::string(rest.substr(0, end)), client, story});
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return {};
    }

    /// The status as the practice reads it.
    std::string statusAtPractice(const Referral& referral) {
        const auto& token = world_.config->client(referral.client)->token;
        const auto answer =
            get(fmt::format("{}/Task/{}", world_.fhir, referral.id), token.reveal());
        if (answer.trouble != net::Trouble::None || answer.status != 200) return {};
        const auto task = json::Value::parse(answer.body);
        return task ? std::string((*task)["status"].text()) : std::string();
    }

    bool isClosed(const Referral& referral) {
        const auto status = statusAtPractice(referral);
        return status == "completed" || status == "rejected" || status == "failed" ||
               status == "cancelled";
    }

    bool waitForClosure() {
        const auto give = std::chrono::steady_clock::now() + kCloseMax;
        auto open = referrals_;
        while (!open.empty() && std::chrono::steady_clock::now() < give) {
            std::erase_if(open, [this](const auto& referral) { return isClosed(referral); });
            if (!open.empty()) std::this_thread::sleep_for(kLookWait);
        }
        return open.empty();
    }

    void printTimeline(const Referral& referral) {
        const auto answer =
            get(fmt::format("{}/admin/referrals/{}", world_.operations, referral.id),
                world_.config->operatorToken.reveal());
        const auto timeline = json::Value::parse(answer.body);
        fmt::print("A referral {}\n", referral.story);
        if (timeline) fmt::print("{}", timelineText(*timeline));
        fmt::print("  at the practice: {}/Task/{} is {}\n\n", world_.fhir, referral.id,
                   statusAtPractice(referral));
        std::fflush(stdout);
    }

    void printPlaces() {
        fmt::print("To look at, with the tokens in {}:\n",
                   (world_.options.state / "demo.json").string());
        fmt::print("  practices   {}/metadata\n", world_.fhir);
        fmt::print("  providers   {}/openapi.json\n", world_.providerApi);
        fmt::print("  operations  {}/health/ready   {}/metrics\n", world_.operations,
                   world_.operations);
        if (!world_.ca.empty())
            fmt::print("  certificate of the demo's CA: {}\n", world_.ca.string());
        fmt::print("Stop with Ctrl-C.\n");
        std::fflush(stdout);
    }

    World world_;
    bool exits_;
    Fetcher fetcher_;
    std::vector<Process> providers_;
    std::optional<Process> gateway_;
    std::vector<Referral> referrals_;
};

}  // namespace

Result<bool> runDemo(const DemoOptions& options, const Clock& clock, Random& random) {
    auto world = makeWorld(options.world, clock, random);
    if (!world) return std::unexpected(std::move(world).error());
    Demo demo(std::move(*world), options.exit);
    return demo.run();
}

}  // namespace waymark::simulate
