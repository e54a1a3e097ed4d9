// Where the time of accepting one BaRS message goes, step by step on one thread, without network
// and disk: read, check, map and route, the answer, its writing, packing. Usage: accept_steps FILE
// --config DIR [--mappings DIR]. Each step is shown warm, and with the caches swept before each
// message, which is nearer to what a message meets in a gateway that does other things in between.
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "fhir/core/check.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "gateway/crypto/random.h"
#include "gateway/doors/bars/message.h"
#include "gateway/referral/intake.h"
#include "gateway/referral/presenter.h"
#include "gateway/store/packing.h"

namespace waymark {
namespace {

constexpr std::size_t kSteps = 6;
constexpr std::array<const char*, kSteps> kNames{"read, all structural checks",
                                                 "check the header and its definition",
                                                 "check, map to the record, route",
                                                 "the message with our ids",
                                                 "write it",
                                                 "pack"};
constexpr std::size_t kRounds = 400;

double threadMicroseconds() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

void sweepCaches() {
    static std::vector<char> buffer(std::size_t{16} * 1024 * 1024);
    for (std::size_t i = 0; i < buffer.size(); i += 64) ++buffer[i];
}

struct World {
    std::shared_ptr<const mappings::Set> set;
    std::shared_ptr<const config::Config> config;
    std::shared_ptr<const referral::Intake> intake;
};

Result<World> load(const std::string& mappingsFolder, const std::string& configFolder) {
    World world;
    auto set = mappings::Set::load(mappingsFolder);
    if (!set) return std::unexpected(set.error());
    world.set = *set;
    auto config = config::load(configFolder);
    if (!config) return std::unexpected(config.error());
    world.config = *config;
    auto intake = referral::Intake::make(world.set, world.config);
    if (!intake) return std::unexpected(intake.error());
    world.intake = *intake;
    return world;
}

/// The microseconds of each step for one message; a failure says which step refused it.
Result<std::array<double, kSteps>> once(const World& world, const referral::Presenter& presenter,
                                        const std::string& body, tree::Arena& arena,
                                        Random& random) {
    std::array<double, kSteps> took{};
    std::size_t step = 0;
    double before = threadMicroseconds();
    const auto lap = [&] {
        const double now = threadMicroseconds();
        took.at(step++) = now - before;
        before = now;
    };
    arena.reset();
    const auto document = tree::readJson(body, world.set->model(), arena);
    if (!document) return std::unexpected(document.error());
    lap();
    const auto checked = doors::bars::checkMessage(*document, world.config->bars, *world.set);
    if (!checked) return std::unexpected(checked.error());
    lap();
    referral::Submission submission;
    submission.origin = referral::Origin::BarsMessage;
    submission.document = &*document;
    submission.anyOrganisation = true;
    submission.organisation = world.config->practices.front().ods;
    submission.now = Instant(std::chrono::milliseconds(1'790'000'000'000));
    submission.id = referral::ReferralId(Uuid::version7(submission.now, random));
    const auto accepted = world.intake->accept(submission, arena, random);
    if (!accepted) return std::unexpected(accepted.error());
    lap();
    const auto* bundle = presenter.message(*document, submission.id, arena);
    lap();
    std::string answer;
    tree::writeJson(tree::view(bundle), world.set->model(), answer);
    lap();
    const std::array<std::string_view, 2> texts{body, accepted->record};
    const auto packed = store::pack(texts);
    lap();
    check(!packed.empty(), "something is packed");
    return took;
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values,
                             values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

int run(const std::string& file, const std::string& mappingsFolder,
        const std::string& configFolder) {
    std::ifstream stream(file);
    const std::string body{std::istreambuf_iterator<char>(stream), {}};
    const auto world = load(mappingsFolder, configFolder);
    if (!world) {
        fmt::print(stderr, "{}\n", world.error().text());
        return 3;
    }
    const referral::Presenter presenter(world->set, world->config);
    crypto::SystemRandom random;
    tree::Arena arena;
    std::array<std::array<std::vector<double>, kSteps>, 2> all;
    for (const bool swept : {false, true}) {
        for (std::size_t round = 0; round < kRounds; ++round) {
            if (swept) sweepCaches();
            const auto took = once(*world, presenter, body, arena, random);
            if (!took) {
                fmt::print(stderr, "{}\n", took.error().text());
                return 1;
            }
            for (std::size_t i = 0; i < kSteps; ++i) all.at(swept).at(i).push_back(took->at(i));
        }
    }
    fmt::print("{} bytes, {} rounds{:>25}{:>12}\n", body.size(), kRounds, "warm us", "swept us");
    for (std::size_t i = 0; i < kSteps; ++i) {
        fmt::print("  {:40}{:8.1f}{:12.1f}\n", kNames.at(i), median(all[0].at(i)),
                   median(all[1].at(i)));
    }
    return 0;
}

}  // namespace
}  // namespace waymark

int main(int argc, char** argv) {
    CLI::App program("Where the time of accepting a message goes");
    std::string file;
    std::string mappingsFolder = "mappings";
    std::string configFolder;
    program.add_option("file", file)->required();
    program.add_option("--mappings", mappingsFolder);
    program.add_option("--config", configFolder)->required();
    CLI11_PARSE(program, argc, argv);
    return waymark::run(file, mappingsFolder, configFolder);
}
