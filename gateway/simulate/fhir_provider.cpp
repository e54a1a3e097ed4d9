#include <map>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "gateway/crypto/secret_file.h"
#include "gateway/simulate/inbound.h"

namespace waymark::simulate {
namespace {

using boost::asio::awaitable;
namespace type = model::type;
namespace name = model::name;

constexpr std::string_view kBase = "/inbound";
/// What its Task says, one step each time it is read.
constexpr std::string_view kSteps[] = {"requested", "accepted", "in-progress", "completed"};

net::Response answer(unsigned status, std::string body) {
    net::Response response;
    response.status = status;
    response.fields.set("Content-Type", "application/fhir+json");
    response.body = std::move(body);
    return response;
}

class FhirProvider {
public:
    explicit FhirProvider(std::string token) : authorization_("Bearer " + std::move(token)) {}

    awaitable<net::Response> receive(net::Request request) {
        if (request.fields.find("authorization") != authorization_) co_return answer(401, "");
        if (request.method == "POST" && request.path == kBase) co_return takeTransaction(request);
        const auto task = std::string(kBase) + "/Task/";
        if (request.method == "GET" && request.path.starts_with(task)) {
            co_return showTask(request.path.substr(task.size()));
        }
        co_return answer(404, "");
    }

private:
    struct Kept {
        std::string task;  ///< as it came
        std::size_t step = 0;
    };

    /// Keeps the Task and answers with a location for each entry. The same bytes again get the same
    /// answer: the gateway may send them twice.
    net::Response takeTransaction(const net::Request& request) {
        const std::lock_guard lock(mutex_);
        const auto before = answered_.find(request.body);
        if (before != answered_.end()) return answer(200, before->second);
        tree::Arena arena;
        const auto document = tree::readJson(request.body, model::Model::r4(), arena);
        if (!document || document->root.type() != type::Bundle) return answer(400, "");
        tree::Builder builder(arena, model::Model::r4());
        auto* bundle = builder.root(type::Bundle);
        builder.value(bundle, "type", "transaction-response");
        for (auto entry = document->root.child(name::entry); entry; entry = entry.nextSame()) {
            const auto resource = entry.child(name::resource);
            if (!resource) return answer(400, "");
            auto* response = builder.add(builder.add(bundle, "entry"), "response");
            builder.value(response, "status", "201 Created");
            builder.value(response, "location", keep(resource));
        }
        std::string body;
        tree::writeJson(tree::Element(bundle), model::Model::r4(), body);
        answered_.emplace(request.body, body);
        return answer(200, std::move(body));
    }

    /// Gives "Task/3/_history/1".
    std::string keep(tree::Element resource) {
        const auto id = std::to_string(++last_);
        if (resource.type() == type::Task) {
            std::string text;
            tree::writeJson(resource, model::Model::r4(), text);
            tasks_[id] = Kept{.task = std::move(text), .step = 0};
        }
        return fmt::format("{}/{}/_history/1", model::Model::r4().type(resource.type()).name, id);
    }

    net::Response showTask(const std::string& id) {
        const std::lock_guard lock(mutex_);
        const auto found = tasks_.find(id);
        if (found == tasks_.end()) return answer(404, "");
        auto& kept = found->second;
        if (kept.step + 1 < std::size(kSteps)) ++kept.step;
        tree::Arena arena;
        const auto document = tree::readJson(kept.task, model::Model::r4(), arena);
        if (!document) return answer(500, "");
        tree::Builder builder(arena, model::Model::r4());
        auto* task = builder.root(type::Task);
        builder.value(task, "id", id);
        auto* meta = builder.add(task, "meta");
        builder.value(meta, "versionId", std::to_string(kept.step));
        for (const auto child : document->root.children()) {
            if (child.name() == name::id || child.name() == name::meta) continue;
            if (child.name() == name::status) {
                builder.value(task, "status", kSteps[kept.step]);
            } else {
                builder.copy(child, task, jsonName(child));
            }
        }
        std::string body;
        tree::writeJson(tree::Element(task), model::Model::r4(), body);
        return answer(200, std::move(body));
    }

    /// A Task's own elements but its choices have one JSON name, which is their name.
    static std::string_view jsonName(tree::Element child) {
        return model::Model::r4().name(child.name());
    }

    const std::string authorization_;
    std::mutex mutex_;
    std::map<std::string, std::string> answered_;
    std::map<std::string, Kept> tasks_;
    std::uint64_t last_ = 0;
};

}  // namespace

Result<net::Handler> fhirProvider(const ProviderOptions& options, SimulatorPorts /*ports*/) {
    auto token = crypto::readSecretFile(options.secret);
    if (!token) return std::unexpected(std::move(token).error());
    auto provider = std::make_shared<FhirProvider>(std::move(*token));
    return [provider](net::Request request) { return provider->receive(std::move(request)); };
}

}  // namespace waymark::simulate
