// The reader of waymark.toml.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/draft.h"
#include "config/secret.h"
#include "config/url.h"

namespace waymark::config {
namespace {

using std::chrono::milliseconds;

void readAudiences(Table& table, Listener& listener) {
    const auto written = table.texts("audiences");
    if (!written) return table.missingUnlessWritten("audiences");
    if (written->empty()) table.fault(table.place(), "\"audiences\" is empty: it serves nobody.");
    for (const auto& name : *written) {
        const auto audience = table.chosen<Audience>(name, {{"practices", Audience::Practices},
                                                            {"providers", Audience::Providers},
                                                            {"operations", Audience::Operations}});
        if (audience) listener.audiences.push_back(*audience);
    }
}

void readTls(Table& table, Listener& listener) {
    const auto certificate = table.existingFile("certificate");
    const auto key = table.existingFile("key");
    if (certificate) listener.certificate = certificate->value;
    if (key) {
        listener.key = key->value;
        if (readableByEveryone(key->value)) {
            table.fault(key->place, fmt::format("The key file {} can be read by every user of this "
                                                "machine; run chmod 600 (or 640) on it.",
                                                key->value.string()));
        }
    }
    if (table.has("certificate") != table.has("key")) {
        table.fault(table.place(), "\"certificate\" and \"key\" go together.");
    } else if (!table.has("key") && !isLoopback(listener.address)) {
        table.fault(table.place(), fmt::format("The listener \"{}\" is open to the network and so "
                                               "needs \"certificate\" and \"key\"; without them it "
                                               "may listen on 127.0.0.1 only.",
                                               listener.name));
    }
}

void readListener(Table table, Draft& draft) {
    Listener listener;
    listener.place = table.place();
    listener.name = readId(table, "name", "listener", draft);
    if (const auto address = table.text("address")) {
        listener.address = address->value;
        if (!isAddress(address->value)) {
            table.fault(address->place, "\"address\" must be an IPv4 or IPv6 address.");
        }
    }
    table.missingUnlessWritten("port");
    listener.port = static_cast<std::uint16_t>(table.integer("port", 0, 65'535).value_or(0));
    readAudiences(table, listener);
    readTls(table, listener);
    table.finish();
    draft.config->listeners.push_back(std::move(listener));
}

void readRetry(Table table, RetryPolicy& retry) {
    if (auto schedule = table.durations("schedule", milliseconds(10))) {
        if (schedule->empty()) table.fault(table.place(), "\"retry.schedule\" is empty.");
        retry.schedule = std::move(*schedule);
    }
    retry.jitter = table.number("jitter", 0.0, 1.0).value_or(retry.jitter);
    table.finish();
}

/// Offsets into a body are kept in 32 bits, and XML is read with less.
constexpr std::size_t kBodyBytesMax = std::size_t{512} * 1024 * 1024;

void readLimits(Table table, Limits& limits) {
    const auto size = [&table](std::string_view key, std::size_t& into) {
        into = table.size(key, 1024).value_or(into);
    };
    const auto time = [&table](std::string_view key, milliseconds& into) {
        into = table.duration(key, milliseconds(10), std::chrono::hours(1)).value_or(into);
    };
    const auto count = [&table](std::string_view key, std::uint32_t& into, std::int64_t most) {
        into = static_cast<std::uint32_t>(table.integer(key, 1, most).value_or(into));
    };
    size("body", limits.bodyBytes);
    if (limits.bodyBytes > kBodyBytesMax) {
        table.fault(table.place(),
                    "\"limits.body\" is more than 512 MiB, which no reader can hold.");
    }
    size("bodies_in_flight", limits.bodiesInFlightBytes);
    size("headers", limits.headerBytes);
    count("depth", limits.depth, 256);
    count("elements", limits.elements, 10'000'000);
    count("connections", limits.connections, 1'000'000);
    time("handshake", limits.handshake);
    time("header", limits.header);
    time("request", limits.request);
    time("idle", limits.idle);
    count("queue", limits.queue, 1'000'000);
    limits.rate = table.number("rate", 0, 1e6).value_or(limits.rate);
    limits.burst = table.number("burst", 1, 1e6).value_or(limits.burst);
    if (limits.bodiesInFlightBytes < limits.bodyBytes) {
        table.fault(table.place(),
                    "\"limits.bodies_in_flight\" is smaller than \"limits.body\": the "
                    "largest message could never be read.");
    }
    table.finish();
}

void readBars(Table table, Bars& bars) {
    if (const auto targets = table.texts("targets")) {
        for (const auto& target : *targets) {
            const std::size_t bar = target.value.find('|');
            if (bar == 0 || bar == std::string::npos || bar + 1 == target.value.size()) {
                table.fault(target.place,
                            "A target is written \"system|value\", such as "
                            "\"https://fhir.nhs.uk/Id/dos-service-id|111111111\".");
            }
            bars.targets.push_back(target.value);
        }
    }
    bars.requireUseCase = table.boolean("require_use_case").value_or(false);
    bars.requireOrganisation = table.boolean("require_organisation").value_or(false);
    table.finish();
}

/// "2026-12-25".
std::optional<std::chrono::year_month_day> dateOf(std::string_view text) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    const char* const end = text.data() + text.size();
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto number = [end](const char* from, const char* to, auto& into) {
        return from <= end && std::from_chars(from, to, into).ptr == to;
    };
    const char* const at = text.data();
    if (!number(at, at + 4, year) || !number(at + 5, at + 7, month) || !number(at + 8, end, day)) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    return date.ok() ? std::optional(date) : std::nullopt;
}

void readWorkingTime(Table table, WorkingTime& into) {
    using std::chrono::hours;
    if (const auto holidays = table.texts("holidays")) {
        into.holidays.clear();
        for (const auto& written : *holidays) {
            const auto date = dateOf(written.value);
            if (!date) table.fault(written.place, "A holiday is written \"2026-12-25\".");
            if (date) into.holidays.push_back(*date);
        }
        std::ranges::sort(into.holidays);
    }
    const auto hour = [&table](std::string_view key, std::chrono::minutes usual) {
        const auto written = table.integer(key, 0, 24);
        return written ? std::chrono::minutes(*written * 60) : usual;
    };
    into.opens = hour("opens", into.opens);
    into.closes = hour("closes", into.closes);
    if (into.opens >= into.closes) {
        table.fault(table.place(), "\"working_time.opens\" is an hour before \"closes\".");
    }
    table.finish();
}

void readPublicBase(Table& table, Config& config) {
    const auto base = table.requiredText("public_base");
    config.publicBase = base.value;
    if (base.value.empty()) return;
    std::string fault = faultOfUrl(base.value, {.allowLoopback = true});
    if (fault.empty() && base.value.ends_with('/')) {
        fault = "\"public_base\" has no slash at the end.";
    }
    if (!fault.empty()) table.fault(base.place, std::move(fault));
}

std::filesystem::path requiredPath(Table& table, std::string_view key) {
    const auto written = table.path(key);
    if (!written) table.missingUnlessWritten(key);
    return written ? written->value : std::filesystem::path();
}

}  // namespace

void readMain(Table table, Draft& draft) {
    Config& config = *draft.config;
    readPublicBase(table, config);
    if (const auto mappings = table.path("mappings")) {
        config.mappings = mappings->value;
        std::error_code ignored;
        if (!std::filesystem::is_directory(mappings->value, ignored)) {
            table.fault(mappings->place,
                        fmt::format("The folder {} does not exist.", mappings->value.string()));
        }
    }
    config.store = requiredPath(table, "store");
    config.keyRing = requiredPath(table, "key_ring");
    if (const auto pidFile = table.path("pid_file")) config.pidFile = pidFile->value;
    readToken(table, "operator_token", true, config.operatorToken, draft);
    config.strictNhsNumber = table.boolean("strict_nhs_number").value_or(false);
    config.threads = static_cast<std::uint32_t>(table.integer("threads", 0, 1024).value_or(0));
    for (Table& listener : table.tables("listener")) readListener(std::move(listener), draft);
    if (auto retry = table.table("retry")) readRetry(std::move(*retry), config.retry);
    if (auto limits = table.table("limits")) readLimits(std::move(*limits), config.limits);
    if (auto bars = table.table("bars")) readBars(std::move(*bars), config.bars);
    if (auto validation = table.table("validation")) {
        readGeneralValidation(std::move(*validation), config);
    }
    if (auto time = table.table("working_time")) {
        readWorkingTime(std::move(*time), config.workingTime);
    }
    table.finish();
}

}  // namespace waymark::config
