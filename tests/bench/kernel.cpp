// How long reading a message takes, as a ratio to a floor measured in the same rounds: RapidJSON
// parsing in place into a reused pool. Usage: kernel FILE [rounds]. The file is a message, taken
// without its layout; 300 copies of it with other ids are read in turn, so that nothing is warm by
// accident.
#if defined(__SSE2__)
#define RAPIDJSON_SSE2  // the floor is as fast as it can be
#endif
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/json/tokenizer.h"
#include "fhir/json/value.h"
#include "fhir/structure/validator.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace {

using waymark::tree::Arena;

/// The thread's CPU time: other programs on the machine do not count.
std::chrono::nanoseconds cpuTime() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

constexpr std::size_t kMessages = 300;

/// The message with each 36-character UUID replaced by one of its own, the same for the same.
std::vector<std::string> variants(const std::string& message) {
    std::vector<std::string> all;
    for (std::size_t copy = 0; copy < kMessages; ++copy) {
        std::string text = message;
        for (std::size_t i = 0; i + 36 <= text.size(); ++i) {
            const bool dashes = text[i + 8] == '-' && text[i + 13] == '-' && text[i + 18] == '-' &&
                                text[i + 23] == '-';
            const bool digits = std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i),
                                            text.begin() + static_cast<std::ptrdiff_t>(i) + 8,
                                            [](char c) { return std::isxdigit(c); });
            if (!dashes || !digits) continue;
            const std::string number = fmt::format("{:04x}", copy);
            text.replace(i + 9, 4, number);
            i += 35;
        }
        all.push_back(std::move(text));
    }
    return all;
}

struct Step {
    const char* name;
    std::function<void(const std::string&)> run;
    std::vector<double> rounds;
};

/// Writes to every line of a buffer larger than the last-level cache's share of a core.
void sweepCaches() {
    static std::vector<char> buffer(std::size_t{64} * 1024 * 1024);
    for (std::size_t i = 0; i < buffer.size(); i += 64) ++buffer[i];
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// The floor: a DOM in a pool that is used again for each message.
class Floor {
public:
    void operator()(const std::string& body) {
        std::memcpy(text_.data(), body.data(), body.size() + 1);
        allocator_.Clear();
        Document document(&allocator_, 1024, &stack_);
        document.ParseInsitu(text_.data());
        if (document.HasParseError()) std::abort();
    }

private:
    using Pool = rapidjson::MemoryPoolAllocator<>;
    using Document = rapidjson::GenericDocument<rapidjson::UTF8<>, Pool, Pool>;
    std::vector<char> pool_ = std::vector<char>(std::size_t{1} << 20U);
    std::vector<char> stackPool_ = std::vector<char>(std::size_t{1} << 16U);
    std::vector<char> text_ = std::vector<char>(std::size_t{1} << 20U);
    Pool allocator_{pool_.data(), pool_.size()};
    Pool stack_{stackPool_.data(), stackPool_.size()};
};

/// Takes every token and keeps nothing.
struct Nothing {
    bool null(const char*) { return true; }
    bool boolean(bool, const char*) { return true; }
    bool number(const char*, std::uint32_t) { return true; }
    bool string(const char*, const char*, std::uint32_t) { return true; }
    bool key(const char*, const char*, std::uint32_t) { return true; }
    char* scratch(std::size_t) { return room; }
    char* room = nullptr;
    bool beginObject(const char*) { return true; }
    bool endObject(const char*) { return true; }
    bool beginArray(const char*) { return true; }
    bool endArray(const char*) { return true; }
};

void runRounds(std::vector<Step>& steps, const std::vector<std::string>& messages, int rounds,
               bool cold) {
    const std::size_t perRound = cold ? 20 : messages.size();
    for (int round = 0; round < rounds + 1; ++round) {
        for (Step& step : steps) {
            std::chrono::nanoseconds spent{};
            const auto roundBegin = cpuTime();
            for (std::size_t i = 0; i < perRound; ++i) {
                if (cold) sweepCaches();
                const auto begin = cold ? cpuTime() : roundBegin;
                step.run(messages[i]);
                if (cold) spent += cpuTime() - begin;
            }
            if (!cold) spent = cpuTime() - roundBegin;
            const double micros = std::chrono::duration<double, std::micro>(spent).count();
            if (round > 0) step.rounds.push_back(micros / static_cast<double>(perRound));
        }
    }
}

void report(const std::vector<Step>& steps, const char* title) {
    fmt::print("{}\n", title);
    for (const Step& step : steps) {
        std::vector<double> ratios;
        for (std::size_t i = 0; i < step.rounds.size(); ++i) {
            ratios.push_back(step.rounds[i] / steps.front().rounds[i]);
        }
        fmt::print("  {:<34} {:8.2f} us  {:5.2f} of the floor\n", step.name, median(step.rounds),
                   median(ratios));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: kernel FILE [rounds]\n", stderr);
        return 2;
    }
    std::ifstream in(argv[1], std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto parsed = waymark::json::Value::parse(text, {.bytes = 1U << 26U, .depth = 64});
    const std::string message = parsed ? parsed->json() : text;
    const int rounds = argc > 2 ? std::max(5, std::atoi(argv[2])) : 25;
    const auto messages = variants(message);
    const auto& r4 = waymark::model::Model::r4();
    if (!waymark::tree::readJson(message, r4, *std::make_unique<Arena>())) {
        std::fputs("the file is not a valid FHIR R4 resource\n", stderr);
        return 1;
    }
    Floor floor;
    Arena arena;
    std::string out;
    std::vector<char> copy(std::size_t{1} << 20U);
    std::vector<Step> steps;
    steps.push_back(
        {"RapidJSON in place, pool", [&](const std::string& body) { floor(body); }, {}});
    steps.push_back({"all tokens taken, nothing kept",
                     [&](const std::string& body) {
                         Nothing nothing;
                         nothing.room = copy.data();
                         static_cast<void>(waymark::json::Tokenizer(body, nothing).run());
                     },
                     {}});
    steps.push_back({"read, all structural checks",
                     [&](const std::string& body) {
                         arena.reset();
                         static_cast<void>(waymark::tree::readJson(body, r4, arena));
                     },
                     {}});
    const auto validator = waymark::structure::Validator::base();
    std::size_t findings = 0;
    steps.push_back({"read and validate, every invariant",
                     [&](const std::string& body) {
                         arena.reset();
                         const auto document = waymark::tree::readJson(body, r4, arena);
                         findings = validator->validate(*document, arena).size();
                     },
                     {}});
    steps.push_back({"read and write",
                     [&](const std::string& body) {
                         arena.reset();
                         out.clear();
                         const auto document = waymark::tree::readJson(body, r4, arena);
                         waymark::tree::writeJson(document->root, r4, out);
                     },
                     {}});
    runRounds(steps, messages, rounds, false);
    report(steps,
           fmt::format("{} bytes, {} messages, {} rounds, warm", message.size(), kMessages, rounds)
               .c_str());
    for (Step& step : steps) step.rounds.clear();
    runRounds(steps, messages, std::max(5, rounds / 5), true);
    report(steps, "the same with caches swept before each message");
    fmt::print("arena: {} bytes used by the last message; {} findings of the validator\n",
               arena.used(), findings);
    return 0;
}
