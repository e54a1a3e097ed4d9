// Counters, gauges and histograms with fixed buckets, printed in the Prometheus text format 0.0.4.
// Updates are single atomic operations from any thread; the registry's lock is taken only to find a
// series, so whoever counts often keeps the reference. By hand, because Debian's prometheus-cpp
// locks a mutex in every histogram observation and its package brings civetweb and curl.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/telemetry/value.h"

namespace waymark::telemetry {

/// Only grows.
class Counter {
public:
    void add(std::uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
public:
    void add(std::int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
    void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// Durations, in buckets by upper bound.
class Histogram {
public:
    /// Upper bounds in seconds, ascending; the one without bound is added.
    explicit Histogram(std::span<const double> bounds);

    void observe(std::chrono::nanoseconds duration);

    [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
    /// Observations of the bucket alone, not of those below it; index bounds().size() is the last.
    [[nodiscard]] std::uint64_t count(std::size_t bucket) const;
    [[nodiscard]] double sumSeconds() const;

private:
    std::vector<double> bounds_;
    std::vector<std::int64_t> boundsNanos_;
    std::vector<std::atomic<std::uint64_t>> counts_;
    std::atomic<std::uint64_t> sumNanos_{0};
};

/// From half a millisecond to half a minute: what a request or a delivery may take.
inline constexpr double kDurationBounds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                             0.25,   0.5,   1,      2.5,   5,    10,    30};

/// A label's value follows the same rule as a log line's: a Word, or a Name that looks like one.
struct Label {
    Word key;
    std::variant<Word, Name> value;
    [[nodiscard]] std::string_view text() const;
};

using LabelList = std::initializer_list<Label>;

/// All metrics of the program. References given out live as long as the registry.
class Registry {
public:
    /// The most series of one metric; what comes after is counted under the label values "other".
    static constexpr std::size_t kSeriesMax = 500;

    /// The series of this name and these labels, made at the first call. `help` is one line. The
    /// same name with another type is a bug and throws.
    Counter& counter(Word name, Word help, LabelList labels = {});
    Gauge& gauge(Word name, Word help, LabelList labels = {});
    Histogram& histogram(Word name, Word help, LabelList labels = {},
                         std::span<const double> bounds = kDurationBounds);
    /// A gauge that is read when the metrics are: `read` is called from any thread, must not block
    /// long, and outlives the registry's last text().
    void probe(Word name, Word help, std::function<double()> read);

    /// Prometheus text format, version 0.0.4; content type kContentType.
    [[nodiscard]] std::string text() const;
    static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

private:
    /// By label text: `a="b",c="d"`.
    template <class Metric>
    using Series = std::map<std::string, Metric, std::less<>>;
    using Probe = std::function<double()>;

    struct Family {
        std::string_view help;
        std::variant<Series<Counter>, Series<Gauge>, Series<Histogram>, Probe> series;
    };

    template <class Metric, class... Arguments>
    Metric& series(Word name, Word help, LabelList labels, Arguments... arguments);

    mutable std::mutex lock_;
    // Map nodes stay where they are, so references can be given out.
    std::map<std::string, Family, std::less<>> families_;
};

}  // namespace waymark::telemetry
