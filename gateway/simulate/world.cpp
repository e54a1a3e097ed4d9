#include "gateway/simulate/world.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "fhir/json/value.h"
#include "fhir/json/writer.h"
#include "gateway/crypto/digest.h"
#include "gateway/crypto/webhook.h"
#include "gateway/net/development_ca.h"
#include "gateway/simulate/files.h"
#include "gateway/simulate/free_port.h"
#include "gateway/simulate/template.h"

namespace waymark::simulate {
namespace {

constexpr std::size_t kTokenBytes = 32;

/// A webhook secret by its name, else a bearer token.
std::string makeSecret(std::string_view file, Random& random) {
    if (file.ends_with(".webhook")) return crypto::WebhookSecret::random(random).text();
    std::string bytes(kTokenBytes, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return crypto::hex(bytes);
}

bool isPlainElsewhere(std::string_view url) {
    return url.starts_with("http://") && !url.starts_with("http://127.0.0.1") &&
           !url.starts_with("http://localhost") && !url.starts_with("http://[::1]");
}

/// Fills the values that the templates ask for, one step after the other.
class Maker {
public:
    Maker(const WorldOptions& options, const Clock& clock, Random& random)
        : clock_(clock), random_(random) {
        world_.options = options;
    }

    Result<World> make() {
        if (auto ok = choosePorts(); !ok) return std::unexpected(std::move(ok).error());
        if (auto ok = makeCertificates(); !ok) return std::unexpected(std::move(ok).error());
        if (auto ok = placeProviders(); !ok) return std::unexpected(std::move(ok).error());
        if (auto ok = writeConfiguration(); !ok) return std::unexpected(std::move(ok).error());
        auto config = config::load(world_.configFolder());
        if (!config) return std::unexpected(std::move(config).error());
        world_.config = std::move(*config);
        return std::move(world_);
    }

private:
    [[nodiscard]] const WorldOptions& options() const { return world_.options; }
    [[nodiscard]] std::string scheme() const { return options().plain ? "http" : "https"; }

    Result<void> choosePorts() {
        world_.port = options().port;
        world_.operationsPort = options().operationsPort;
        for (auto* port : {&world_.port, &world_.operationsPort}) {
            if (*port != 0) continue;
            auto chosen = ports_.next();
            if (!chosen) return std::unexpected(std::move(chosen).error());
            *port = *chosen;
        }
        const auto origin = fmt::format("{}://127.0.0.1:{}", scheme(), world_.port);
        world_.fhir = origin + "/FHIR/R4";
        world_.providerApi = origin + "/provider/v1";
        world_.operations = fmt::format("http://127.0.0.1:{}", world_.operationsPort);
        values_["public_base"] = world_.fhir;
        values_["port"] = std::to_string(world_.port);
        values_["operations_port"] = std::to_string(world_.operationsPort);
        return {};
    }

    /// One certificate for 127.0.0.1 serves the gateway and the simulators.
    Result<void> makeCertificates() {
        values_["front_tls"] = "";
        values_["provider_ca"] = "";
        if (options().plain) return {};
        const auto folder = world_.configFolder() / "tls";
        world_.ca = folder / "ca.pem";
        world_.certificate = folder / "server.pem";
        world_.key = folder / "server.key";
        const auto ca = net::DevelopmentCa::create(clock_.now());
        const auto issued = ca.issue({"127.0.0.1", "localhost"});
        for (const auto& [path, text] : {std::pair{world_.ca, ca.certificate()},
                                         {world_.certificate, issued.certificate},
                                         {world_.key, issued.key}}) {
            if (auto ok = writeFile(path, text); !ok) return ok;
        }
        values_["front_tls"] = "certificate = \"tls/server.pem\"\nkey = \"tls/server.key\"";
        values_["provider_ca"] = "ca = \"tls/ca.pem\"";
        return {};
    }

    /// A URL for each provider of the world: a replacement's, a simulator's, or nobody's.
    Result<void> placeProviders() {
        auto text = readFile(options().templates / "world.json");
        if (!text) return std::unexpected(std::move(text).error());
        const auto world = json::Value::parse(*text);
        if (!world) return std::unexpected(world.error());
        for (const auto& [id, url] : options().urls) {
            if ((*world)["providers"].find(id) == nullptr) {
                return fail(Kind::NotFound, IssueType::NotFound,
                            fmt::format("The demo world has no provider {}.", id));
            }
            if (isPlainElsewhere(url)) {
                return fail(Kind::Incorrect, IssueType::Security,
                            fmt::format("{}: plain http is for loopback only.", id));
            }
        }
        for (const auto& provider : (*world)["providers"].members()) {
            const auto replaced = options().urls.find(provider.name);
            if (replaced != options().urls.end()) {
                values_[provider.name + ".url"] = replaced->second;
                continue;
            }
            auto port = ports_.next();
            if (!port) return std::unexpected(std::move(port).error());
            values_[provider.name + ".url"] =
                fmt::format("{}://127.0.0.1:{}/inbound", scheme(), *port);
            const auto behaviour = provider.value.asString().value_or("");
            if (behaviour != "absent") {
                world_.simulated.push_back({provider.name, *port, std::string(behaviour)});
            }
        }
        return {};
    }

    Result<void> writeConfiguration() {
        std::error_code error;
        std::filesystem::recursive_directory_iterator files(options().templates, error);
        for (const auto& file : files) {
            if (file.path().extension() != ".toml") continue;
            auto text = readFile(file.path());
            if (!text) return std::unexpected(std::move(text).error());
            auto filled = fill(*text, values_);
            if (!filled) return std::unexpected(std::move(filled).error());
            const auto relative = file.path().lexically_relative(options().templates);
            if (auto ok = writeFile(world_.configFolder() / relative, *filled); !ok) return ok;
            for (const auto& secret : secretFiles(*filled)) {
                const auto path = world_.configFolder() / secret;
                if (std::filesystem::exists(path)) continue;
                if (auto ok = writeFile(path, makeSecret(secret, random_)); !ok) return ok;
            }
        }
        return {};
    }

    const Clock& clock_;
    Random& random_;
    FreePorts ports_;
    World world_;
    std::map<std::string, std::string> values_;
};

}  // namespace

Result<World> makeWorld(const WorldOptions& options, const Clock& clock, Random& random) {
    return Maker(options, clock, random).make();
}

Result<void> announce(const World& world, long gatewayPid) {
    std::string out;
    json::Writer writer(out, json::Layout::Indented);
    writer.beginObject().member("fhir", world.fhir).key("ca");
    if (world.ca.empty()) {
        writer.null();
    } else {
        writer.string(world.ca.string());
    }
    writer.member("operations", world.operations)
        .member("provider_api", world.providerApi)
        .member("operator_token", world.config->operatorToken.reveal())
        .member("pid", gatewayPid)
        .member("config", world.configFolder().string());
    writer.key("practices").beginArray();
    for (const auto& client : world.config->clients) {
        const auto& ods = client.actsForAny ? client.defaultPractice : client.actsFor.front();
        writer.beginObject().member("ods", ods).member("token", client.token.reveal()).endObject();
    }
    writer.endArray().key("providers").beginArray();
    for (const auto& provider : world.config->providers) {
        writer.beginObject()
            .member("id", provider.id)
            .member("token", provider.token.reveal())
            .member("webhook_secret", provider.webhookSecret.reveal())
            .endObject();
    }
    writer.endArray().endObject();
    out += '\n';
    return writeFile(world.options.state / "demo.json", out);
}

}  // namespace waymark::simulate
