#include "gateway/telemetry/metrics.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "fhir/core/check.h"

namespace waymark::telemetry {

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

std::string labelText(LabelList labels) {
    std::string text;
    // Words are ours and Names hold no quote or backslash, so nothing needs escaping.
    for (const auto& label : labels) {
        fmt::format_to(std::back_inserter(text), "{}{}=\"{}\"", text.empty() ? "" : ",",
                       label.key.text(), label.text());
    }
    return text;
}

std::string otherText(LabelList labels) {
    std::string text;
    for (const auto& label : labels) {
        fmt::format_to(std::back_inserter(text), "{}{}=\"other\"", text.empty() ? "" : ",",
                       label.key.text());
    }
    return text;
}

std::string braced(std::string_view labels) {
    return labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
}

void print(std::string& out, std::string_view name, std::string_view labels,
           const Histogram& histogram) {
    const std::string_view comma = labels.empty() ? "" : ",";
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.bounds().size(); ++i) {
        below += histogram.count(i);
        fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels,
                       comma, histogram.bounds()[i], below);
    }
    below += histogram.count(histogram.bounds().size());
    fmt::format_to(std::back_inserter(out), "{}_bucket{{{}{}le=\"+Inf\"}} {}\n", name, labels,
                   comma, below);
    fmt::format_to(std::back_inserter(out), "{}_sum{} {}\n{}_count{} {}\n", name, braced(labels),
                   histogram.sumSeconds(), name, braced(labels), below);
}

template <class Metric>
constexpr std::string_view kTypeName = "gauge";
template <>
constexpr std::string_view kTypeName<Counter> = "counter";
template <>
constexpr std::string_view kTypeName<Histogram> = "histogram";

void printHead(std::string& out, std::string_view name, std::string_view help,
               std::string_view type) {
    fmt::format_to(std::back_inserter(out), "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

}  // namespace

Histogram::Histogram(std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()), counts_(bounds.size() + 1) {
    check(std::ranges::is_sorted(bounds_), "a histogram's bounds ascend");
    boundsNanos_.reserve(bounds_.size());
    for (const double bound : bounds_) {
        boundsNanos_.push_back(static_cast<std::int64_t>(bound * 1e9));
    }
}

void Histogram::observe(std::chrono::nanoseconds duration) {
    const auto bucket = std::ranges::lower_bound(boundsNanos_, duration.count());
    const auto index = static_cast<std::size_t>(bucket - boundsNanos_.begin());
    counts_[index].fetch_add(1, std::memory_order_relaxed);
    const auto nanos = std::max<std::int64_t>(duration.count(), 0);
    sumNanos_.fetch_add(static_cast<std::uint64_t>(nanos), std::memory_order_relaxed);
}

std::uint64_t Histogram::count(std::size_t bucket) const {
    check(bucket < counts_.size(), "the bucket exists");
    return counts_[bucket].load(std::memory_order_relaxed);
}

double Histogram::sumSeconds() const {
    return static_cast<double>(sumNanos_.load(std::memory_order_relaxed)) / 1e9;
}

std::string_view Label::text() const {
    return std::visit([](const auto& text) { return text.text(); }, value);
}

template <class Metric, class... Arguments>
Metric& Registry::series(Word name, Word help, LabelList labels, Arguments... arguments) {
    auto key = labelText(labels);
    const std::lock_guard guard(lock_);
    auto& family =
        families_.try_emplace(std::string(name.text()), Family{help.text(), Series<Metric>()})
            .first->second;
    auto* all = std::get_if<Series<Metric>>(&family.series);
    check(all != nullptr, "a metric's name has one type");
    if (!all->contains(key) && all->size() >= kSeriesMax) key = otherText(labels);
    return all->try_emplace(std::move(key), arguments...).first->second;
}

Counter& Registry::counter(Word name, Word help, LabelList labels) {
    return series<Counter>(name, help, labels);
}

Gauge& Registry::gauge(Word name, Word help, LabelList labels) {
    return series<Gauge>(name, help, labels);
}

Histogram& Registry::histogram(Word name, Word help, LabelList labels,
                               std::span<const double> bounds) {
    return series<Histogram>(name, help, labels, bounds);
}

void Registry::probe(Word name, Word help, std::function<double()> read) {
    const std::lock_guard guard(lock_);
    const bool isNew =
        families_.try_emplace(std::string(name.text()), Family{help.text(), std::move(read)})
            .second;
    check(isNew, "a probe is registered once");
}

std::string Registry::text() const {
    std::string out;
    const std::lock_guard guard(lock_);
    for (const auto& [name, family] : families_) {
        const auto each = [&]<class Metric>(const Series<Metric>& all) {
            printHead(out, name, family.help, kTypeName<Metric>);
            for (const auto& [labels, metric] : all) {
                if constexpr (std::is_same_v<Metric, Histogram>) {
                    print(out, name, labels, metric);
                } else {
                    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, braced(labels),
                                   metric.value());
                }
            }
        };
        const auto probe = [&](const Probe& read) {
            printHead(out, name, family.help, "gauge");
            fmt::format_to(std::back_inserter(out), "{} {}\n", name, read());
        };
        std::visit(Overloaded{each, probe}, family.series);
    }
    return out;
}

}  // namespace waymark::telemetry
