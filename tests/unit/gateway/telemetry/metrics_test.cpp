#include "gateway/telemetry/metrics.h"

#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "fhir/core/check.h"

namespace waymark::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(Registry, PrintsCountersAndGauges) {
    Registry registry;
    registry
        .counter("waymark_requests_total", "Requests answered.",
                 {{"route", Name("/FHIR/R4/{type}/{id}")}, {"status", Word("2xx")}})
        .add(3);
    registry.gauge("waymark_connections", "Connections that are open.").set(-2);
    registry.probe("waymark_queue", "Commits that wait.", [] { return 1.5; });
    EXPECT_EQ(registry.text(),
              "# HELP waymark_connections Connections that are open.\n"
              "# TYPE waymark_connections gauge\n"
              "waymark_connections -2\n"
              "# HELP waymark_queue Commits that wait.\n"
              "# TYPE waymark_queue gauge\n"
              "waymark_queue 1.5\n"
              "# HELP waymark_requests_total Requests answered.\n"
              "# TYPE waymark_requests_total counter\n"
              "waymark_requests_total{route=\"/FHIR/R4/{type}/{id}\",status=\"2xx\"} 3\n");
}

TEST(Registry, PrintsHistogramsCumulatively) {
    Registry registry;
    const double bounds[] = {0.001, 0.1};
    auto& histogram = registry.histogram("took_seconds", "Time.", {{"a", Word("b")}}, bounds);
    histogram.observe(1ms);
    histogram.observe(2ms);
    histogram.observe(100ms);
    histogram.observe(3s);
    EXPECT_EQ(registry.text(),
              "# HELP took_seconds Time.\n"
              "# TYPE took_seconds histogram\n"
              "took_seconds_bucket{a=\"b\",le=\"0.001\"} 1\n"
              "took_seconds_bucket{a=\"b\",le=\"0.1\"} 3\n"
              "took_seconds_bucket{a=\"b\",le=\"+Inf\"} 4\n"
              "took_seconds_sum{a=\"b\"} 3.103\n"
              "took_seconds_count{a=\"b\"} 4\n");
}

TEST(Registry, GivesTheSameSeriesForTheSameLabels) {
    Registry registry;
    auto& one = registry.counter("x_total", "X.", {{"a", Word("1")}});
    auto& two = registry.counter("x_total", "X.", {{"a", Word("2")}});
    EXPECT_EQ(&one, &registry.counter("x_total", "X.", {{"a", Word("1")}}));
    EXPECT_NE(&one, &two);
}

TEST(Registry, RefusesOneNameWithTwoTypes) {
    Registry registry;
    registry.counter("x_total", "X.");
    EXPECT_THROW(registry.gauge("x_total", "X."), InvariantBroken);
}

TEST(Registry, PutsSeriesBeyondItsLimitUnderOther) {
    Registry registry;
    for (std::size_t i = 0; i < Registry::kSeriesMax + 5; ++i) {
        registry.counter("x_total", "X.", {{"a", Name(std::to_string(i))}}).add();
    }
    EXPECT_NE(registry.text().find("x_total{a=\"other\"} 5\n"), std::string::npos);
}

TEST(Registry, CountsFromManyThreads) {
    Registry registry;
    auto& counter = registry.counter("x_total", "X.");
    auto& histogram = registry.histogram("y_seconds", "Y.");
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 1000; ++i) {
                    counter.add();
                    histogram.observe(1ms);
                    if (i % 100 == 0) static_cast<void>(registry.text());
                }
            });
        }
    }
    EXPECT_EQ(counter.value(), 4000U);
    EXPECT_NEAR(histogram.sumSeconds(), 4.0, 1e-9);
}

TEST(Label, WithholdsWhatDoesNotLookLikeAName) {
    Registry registry;
    registry.counter("x_total", "X.", {{"a", Name("quote\"}")}}).add();
    EXPECT_NE(registry.text().find("a=\"(withheld)\""), std::string::npos);
}

}  // namespace
}  // namespace waymark::telemetry
