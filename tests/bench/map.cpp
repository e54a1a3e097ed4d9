// How long a referral takes through a map, as a ratio to a floor measured in the same rounds:
// RapidJSON parsing in place, the same fields picked by hand, RapidJSON writing. Usage: map FILE
// [rounds], in the checkout's root. 300 copies of the message with other ids are taken in turn.
#if defined(__SSE2__)
#define RAPIDJSON_SSE2  // the floor is as fast as it can be
#endif
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/json/value.h"
#include "fhir/map/case_runner.h"
#include "fhir/map/trace.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "mappings/set.h"
#include "tests/support/fixed_world.h"

namespace {

namespace map = waymark::map;
namespace tree = waymark::tree;
using rapidjson::Value;

constexpr std::string_view kBench = "https://waymark.health/fhir/StructureMap/bench-referral";
constexpr std::string_view kShipped = "https://waymark.health/fhir/StructureMap/bars-to-referral";
constexpr std::size_t kMessages = 300;

/// The thread's CPU time: other programs on the machine do not count.
std::chrono::nanoseconds cpuTime() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string readFile(const char* name) {
    std::ifstream in(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The message with the second group of each UUID replaced by the copy's number.
std::vector<std::string> variants(const std::string& message) {
    std::vector<std::string> all;
    for (std::size_t copy = 0; copy < kMessages; ++copy) {
        std::string text = message;
        constexpr std::string_view kUrn = "urn:uuid:";
        for (std::size_t at = text.find(kUrn); at != std::string::npos;
             at = text.find(kUrn, at + 1))
            text.replace(at + kUrn.size() + 9, 4, fmt::format("{:04x}", copy));
        all.push_back(std::move(text));
    }
    return all;
}

/// What a programmer would write for these fields and no others.
class ByHand {
public:
    std::string_view operator()(const std::string& body) {
        std::memcpy(text_.data(), body.data(), body.size() + 1);
        allocator_.Clear();
        Document document(&allocator_, 1024, &stack_);
        document.ParseInsitu(text_.data());
        if (document.HasParseError()) std::abort();
        out_.Clear();
        write(document);
        return {out_.GetString(), out_.GetSize()};
    }

private:
    using Pool = rapidjson::MemoryPoolAllocator<>;
    using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool>;
    using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

    static const Value* find(const Value* of, const char* name) {
        if (!of || !of->IsObject()) return nullptr;
        const auto at = of->FindMember(name);
        return at == of->MemberEnd() ? nullptr : &at->value;
    }
    static const Value* first(const Value* of, const char* name) {
        const Value* list = find(of, name);
        return list && list->IsArray() && !list->Empty() ? &(*list)[0] : nullptr;
    }
    static std::string_view text(const Value* of, const char* name) {
        const Value* found = find(of, name);
        return found && found->IsString()
                   ? std::string_view(found->GetString(), found->GetStringLength())
                   : std::string_view();
    }
    void member(Writer& writer, const char* name, const Value* of, const char* from) {
        const std::string_view found = text(of, from);
        if (found.empty()) return;
        writer.Key(name);
        writer.String(found.data(), static_cast<rapidjson::SizeType>(found.size()));
    }
    const Value* resolve(const Value* reference) const {
        const auto found = byUrl_.find(text(reference, "reference"));
        return found == byUrl_.end() ? nullptr : found->second;
    }

    void write(const Document& document) {
        byUrl_.clear();
        request_ = nullptr;
        const Value* entries = find(&document, "entry");
        for (const Value& entry : entries->GetArray()) {
            const Value* resource = find(&entry, "resource");
            byUrl_.emplace(text(&entry, "fullUrl"), resource);
            if (text(resource, "resourceType") == "ServiceRequest") request_ = resource;
        }
        Writer writer(out_);
        writer.StartObject();
        request(writer);
        list(writer, *entries, "actions", "Task", nullptr, "description");
        list(writer, *entries, "reasons", "Condition", "code", "text");
        writer.EndObject();
    }

    void list(Writer& writer, const Value& entries, const char* name, std::string_view type,
              const char* within, const char* from) {
        bool any = false;
        for (const Value& entry : entries.GetArray()) {
            const Value* resource = find(&entry, "resource");
            if (text(resource, "resourceType") != type) continue;
            const std::string_view found = text(within ? find(resource, within) : resource, from);
            if (found.empty()) continue;
            if (!any) {
                writer.Key(name);
                writer.StartArray();
                any = true;
            }
            writer.String(found.data(), static_cast<rapidjson::SizeType>(found.size()));
        }
        if (any) writer.EndArray();
    }

    void request(Writer& writer) {
        member(writer, "reference", first(request_, "identifier"), "value");
        member(writer, "referredOn", request_, "authoredOn");
        member(writer, "wantedBy", find(request_, "occurrencePeriod"), "end");
        member(writer, "priority", request_, "priority");
        if (const Value* patient = resolve(find(request_, "subject"))) person(writer, patient);
        const Value* role = resolve(find(request_, "requester"));
        member(writer, "referrerOrganisation", resolve(find(role, "organization")), "name");
    }

    void person(Writer& writer, const Value* patient) {
        const Value* name = first(patient, "name");
        member(writer, "fullName", name, "text");
        member(writer, "lastName", name, "family");
        if (const Value* given = first(name, "given")) {
            writer.Key("firstName");
            writer.String(given->GetString(), given->GetStringLength());
        }
        member(writer, "dateOfBirth", patient, "birthDate");
        member(writer, "gender", patient, "gender");
        if (const Value* numbers = find(patient, "identifier"))
            for (const Value& each : numbers->GetArray())
                if (text(&each, "system") == "https://fhir.nhs.uk/Id/nhs-number")
                    member(writer, "nhsNumber", &each, "value");
        member(writer, "postcode", first(patient, "address"), "postalCode");
        contacts(writer, patient, "phone");
        contacts(writer, patient, "email");
    }

    void contacts(Writer& writer, const Value* patient, const char* system) {
        const Value* all = find(patient, "telecom");
        if (!all) return;
        bool any = false;
        for (const Value& each : all->GetArray()) {
            if (text(&each, "system") != system) continue;
            if (!any) {
                writer.Key(system);
                writer.StartArray();
                any = true;
            }
            const std::string_view value = text(&each, "value");
            writer.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
        }
        if (any) writer.EndArray();
    }

    std::vector<char> pool_ = std::vector<char>(std::size_t{1} << 20U);
    std::vector<char> stackPool_ = std::vector<char>(std::size_t{1} << 16U);
    std::vector<char> text_ = std::vector<char>(std::size_t{1} << 20U);
    Pool allocator_{pool_.data(), pool_.size()};
    Pool stack_{stackPool_.data(), stackPool_.size()};
    rapidjson::StringBuffer out_;
    std::unordered_map<std::string_view, const Value*> byUrl_;
    const Value* request_ = nullptr;
};

/// Is told everything and keeps nothing: what a trace costs at least.
class Deaf final : public map::Trace {
public:
    void enterGroup(const map::TracePlace&) override {}
    void exitGroup() override {}
    void enterRule(const map::TracePlace&) override {}
    void exitRule() override {}
    void apply(const waymark::path::Value*) override {}
    void applied() override {}
    void condition(std::string_view, bool) override {}
    void bind(std::string_view, const waymark::path::Value&, bool) override {}
    void made(tree::Element) override {}
};

/// One engine with one map.
class Engine {
public:
    Engine(const map::MapSet& maps, const waymark::model::Model& model, std::string_view url)
        : maps_(&maps), model_(&model), url_(url) {}

    tree::Element read(const std::string& body) {
        in_.reset();
        const auto document = tree::readJson(body, *model_, in_);
        if (!document) std::abort();
        return document->root;
    }
    tree::Element mapped(tree::Element root, map::Trace* trace = nullptr) {
        out_.reset();
        map::Run run;
        run.arena = &out_;
        run.random = &random_;
        run.now = clock_.now();
        run.trace = trace;
        const std::array inputs{root};
        const auto made = maps_->transform(url_, inputs, run);
        if (!made) std::abort();
        return *made;
    }
    const std::string& whole(const std::string& body) {
        text_.clear();
        tree::writeJson(mapped(read(body)), *model_, text_);
        return text_;
    }

private:
    const map::MapSet* maps_;
    const waymark::model::Model* model_;
    std::string_view url_;
    tree::Arena in_;
    tree::Arena out_;
    std::string text_;
    waymark::tests::SeededRandom random_;
    waymark::tests::FixedClock clock_;
};

struct Step {
    std::string name;
    std::function<std::chrono::nanoseconds(const std::string&)> run;
    std::vector<double> rounds;
};

template <class Work>
std::chrono::nanoseconds timed(const Work& work) {
    const auto begin = cpuTime();
    work();
    return cpuTime() - begin;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void runRounds(std::vector<Step>& steps, const std::vector<std::string>& messages, int rounds) {
    for (int round = 0; round < rounds + 1; ++round) {
        for (Step& step : steps) {
            std::chrono::nanoseconds spent{};
            for (const std::string& message : messages) spent += step.run(message);
            const double micros = std::chrono::duration<double, std::micro>(spent).count();
            if (round > 0) step.rounds.push_back(micros / static_cast<double>(messages.size()));
        }
    }
}

void report(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < step.rounds.size(); ++i)
            ratios.push_back(step.rounds[i] / steps.front().rounds[i]);
        fmt::print("  {:<46} {:8.2f} us  {:5.2f} of the floor\n", step.name, median(step.rounds),
                   median(ratios));
    }
}

void compileTime(const waymark::mappings::Set& set, const std::string& text, int rounds) {
    std::vector<double> all;
    const std::array sources{map::Source{.file = "referral.map", .text = text}};
    for (int i = 0; i < rounds; ++i) {
        const auto spent = timed([&] {
            if (!map::MapSet::compile(sources, set.model(), set.terminology())) std::abort();
        });
        all.push_back(std::chrono::duration<double, std::milli>(spent).count());
    }
    fmt::print("  {:<46} {:8.3f} ms\n", "compile the map of 40 lines", median(all));
}

/// The two ways must make the same before their times mean anything.
bool agree(std::string_view byHand, const std::string& mapped) {
    const auto a = waymark::json::Value::parse(byHand);
    const auto b = waymark::json::Value::parse(mapped);
    std::string difference;
    if (a && b && map::sameJson(*a, *b, difference)) return true;
    fmt::print(stderr, "the map and the hand differ: {}\n", difference);
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: map FILE [rounds]\n", stderr);
        return 2;
    }
    const int rounds = argc > 2 ? std::max(5, std::atoi(argv[2])) : 25;
    const std::string text = readFile("tests/bench/referral.map");
    const auto set = waymark::mappings::Set::load("mappings");
    const auto parsed = waymark::json::Value::parse(readFile(argv[1]), {.bytes = 1U << 26U});
    if (!set || !parsed) {
        std::fputs("run it in the checkout's root, with a message as JSON\n", stderr);
        return 3;
    }
    const std::array sources{map::Source{.file = "referral.map", .text = text}};
    const auto maps = map::MapSet::compile(sources, (*set)->model(), (*set)->terminology());
    if (!maps) {
        for (const auto& issue : maps.error().issues)
            fmt::print(stderr, "{}:{}: {}\n", issue.at.line, issue.at.column, issue.text);
        return 3;
    }
    const auto messages = variants(parsed->json());
    ByHand byHand;
    Engine bench(*maps, (*set)->model(), kBench);
    Engine shipped((*set)->maps(), (*set)->model(), kShipped);
    if (!agree(byHand(messages.front()), bench.whole(messages.front()))) return 1;

    Deaf deaf;
    std::vector<Step> steps;
    const auto step = [&](const char* name, auto run) { steps.push_back({name, run, {}}); };
    step("RapidJSON in place, fields by hand, write",
         [&](const std::string& body) { return timed([&] { byHand(body); }); });
    step("parse, map, write",
         [&](const std::string& body) { return timed([&] { bench.whole(body); }); });
    step("the map alone", [&](const std::string& body) {
        const tree::Element root = bench.read(body);
        return timed([&] { bench.mapped(root); });
    });
    step("the map alone, told to a watcher", [&](const std::string& body) {
        const tree::Element root = bench.read(body);
        return timed([&] { bench.mapped(root, &deaf); });
    });
    step("bars-to-referral: parse, map, write",
         [&](const std::string& body) { return timed([&] { shipped.whole(body); }); });
    step("bars-to-referral alone", [&](const std::string& body) {
        const tree::Element root = shipped.read(body);
        return timed([&] { shipped.mapped(root); });
    });
    runRounds(steps, messages, rounds);
    fmt::print("{} bytes, {} messages in turn\n", messages.front().size(), messages.size());
    report(steps);
    compileTime(**set, text, rounds);
    return 0;
}
