// How long 20 typical expressions about a referral take on one message, together, and how long it
// takes to compile one. Usage: bench_fhirpath FILE [rounds], a BaRS message as JSON. The thread's
// CPU time counts; medians over rounds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fhir/path/expression.h"
#include "fhir/tree/json_reader.h"
#include "tests/support/referral_expressions.h"

namespace {

namespace path = waymark::path;
namespace tree = waymark::tree;

constexpr std::size_t kCount = std::size(waymark::tests::kReferralExpressions);

double microseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

struct Bench {
    tree::Element root;
    const waymark::model::Model& model;
    std::vector<path::Expression> expressions;
    tree::Arena arena;
    path::Environment environment;

    /// Microseconds of one round of all, or of one.
    double evaluate(std::size_t first, std::size_t last, int times) {
        const double begin = microseconds();
        for (int i = 0; i < times; ++i) {
            arena.reset();
            path::MessageIndex index(root, model, arena);
            environment.index = &index;
            for (std::size_t at = first; at < last; ++at) {
                if (!expressions[at].evaluate(root, environment, arena)) std::abort();
            }
        }
        return (microseconds() - begin) / times;
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: bench_fhirpath FILE [rounds]\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    const std::string body{std::istreambuf_iterator<char>(file), {}};
    const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 50;
    const auto& model = waymark::model::Model::r4();
    tree::Arena messageArena;
    const auto document = tree::readJson(body, model, messageArena);
    if (!document) {
        fmt::print(stderr, "{}: {}\n", argv[1], document.error().text());
        return 3;
    }
    Bench bench{.root = document->root,
                .model = model,
                .expressions = {},
                .arena = tree::Arena(),
                .environment = {}};
    bench.environment.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20);
    path::Scope scope;
    scope.model = &model;
    scope.focus = model.typeNamed("Bundle");
    std::vector<double> compiling;
    for (int round = 0; round < rounds; ++round) {
        bench.expressions.clear();
        const double begin = microseconds();
        for (const auto* text : waymark::tests::kReferralExpressions) {
            auto expression = path::Expression::compile(text, scope);
            if (!expression) {
                fmt::print(stderr, "{}: {}\n", text, expression.error().text());
                return 3;
            }
            bench.expressions.push_back(*std::move(expression));
        }
        compiling.push_back((microseconds() - begin) / kCount);
    }
    bench.evaluate(0, kCount, 200);
    std::vector<double> together;
    for (int round = 0; round < rounds; ++round) {
        together.push_back(bench.evaluate(0, kCount, 200));
    }
    fmt::print("compile one         {:8.2f} us\n", median(compiling));
    fmt::print("evaluate all {:2}     {:8.2f} us\n", kCount, median(together));
    for (std::size_t at = 0; at < kCount; ++at) {
        fmt::print("{:8.3f} us  {}\n", bench.evaluate(at, at + 1, 5000),
                   waymark::tests::kReferralExpressions[at]);
    }
    return 0;
}
