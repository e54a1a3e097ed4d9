#include "gateway/telemetry/log.h"

#include <cxxabi.h>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <string>
#include <typeinfo>

#include <fmt/format.h>

#include "fhir/core/check.h"
#include "fhir/json/writer.h"

namespace waymark::telemetry {

namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
    using Visitors::operator()...;
};

/// Room for a usual line, so that a line is one allocation.
constexpr std::size_t kLineBytes = 384;

std::string_view levelText(Level level) {
    switch (level) {
        case Level::Debug:
            return "debug";
        case Level::Info:
            return "info";
        case Level::Warning:
            return "warning";
        case Level::Error:
            return "error";
    }
    return "error";
}

std::string_view kindText(Kind kind) {
    switch (kind) {
        case Kind::Incorrect:
            return "incorrect";
        case Kind::Unauthenticated:
            return "unauthenticated";
        case Kind::Forbidden:
            return "forbidden";
        case Kind::NotFound:
            return "not-found";
        case Kind::NotAllowed:
            return "not-allowed";
        case Kind::NotAcceptable:
            return "not-acceptable";
        case Kind::TimedOut:
            return "timed-out";
        case Kind::Conflict:
            return "conflict";
        case Kind::PreconditionFailed:
            return "precondition-failed";
        case Kind::TooLarge:
            return "too-large";
        case Kind::MediaType:
            return "media-type";
        case Kind::Unprocessable:
            return "unprocessable";
        case Kind::TooEarly:
            return "too-early";
        case Kind::Throttled:
            return "throttled";
        case Kind::Fault:
            return "fault";
        case Kind::NotImplemented:
            return "not-implemented";
        case Kind::Unavailable:
            return "unavailable";
    }
    return "fault";
}

/// "2026-11-20T09:05:03.007Z".
void appendTime(std::string& out, Instant instant) {
    const auto day = std::chrono::floor<std::chrono::days>(instant);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(instant - day);
    fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
                   static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                   static_cast<unsigned>(date.day()), time.hours().count(), time.minutes().count(),
                   time.seconds().count(), time.subseconds().count());
}

void append(json::Writer& writer, const Value& value) {
    std::visit(Overloaded{
                   [&](bool truth) { writer.boolean(truth); },
                   [&](std::int64_t number) { writer.number(number); },
                   [&](std::uint64_t number) { writer.number(number); },
                   [&](std::chrono::microseconds duration) {
                       fmt::basic_memory_buffer<char, 32> text;
                       const auto micros = duration.count();
                       fmt::format_to(std::back_inserter(text), "{}{}.{:03}", micros < 0 ? "-" : "",
                                      std::abs(micros) / 1000, std::abs(micros) % 1000);
                       writer.digits({text.data(), text.size()});
                   },
                   [&](const Uuid& id) { writer.string(id.text()); },
                   [&](const auto& text) { writer.string(text.text()); },
               },
               value.variant());
}

/// A place in our source without the folder that it was built in.
std::string_view sourceFile(const char* path) {
    const std::string_view whole(path);
    for (const std::string_view top : {"/gateway/", "/fhir/", "/mappings/", "/config/"}) {
        const auto at = whole.rfind(top);
        if (at != std::string_view::npos) return whole.substr(at + 1);
    }
    return whole.substr(whole.rfind('/') + 1);
}

void appendPlace(json::Writer& writer, const std::source_location& place) {
    writer.member("file", sourceFile(place.file_name()));
    writer.member("line", place.line());
}

std::string typeName(const std::exception& exception) {
    const char* mangled = typeid(exception).name();
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    return name ? name.get() : mangled;
}

}  // namespace

/// A line that is being written.
class Log::Line {
public:
    Line(Log& log, Level level, Word event, std::span<const Field> fields)
        : log_(log), level_(level), writer_(text_) {
        text_.reserve(kLineBytes);
        writer_.beginObject();
        std::string time;
        appendTime(time, log.clock_.now());
        writer_.member("time", time);
        writer_.member("level", levelText(level));
        writer_.member("event", event.text());
        for (const auto& field : fields) {
            writer_.key(field.key.text());
            append(writer_, field.value);
        }
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    json::Writer& writer() { return writer_; }
    void send() {
        writer_.endObject();
        text_.push_back('\n');
        log_.sink_.write(text_, level_);
    }

private:
    Log& log_;
    Level level_;
    std::string text_;
    json::Writer writer_;
};

void Log::write(Level level, Word event, std::span<const Field> fields) {
    if (!on(level)) return;
    Line(*this, level, event, fields).send();
}

void Log::failure(Level level, Word event, const Failure& failure, FieldList fields) {
    if (!on(level)) return;
    Line line(*this, level, event, std::span(fields.begin(), fields.size()));
    line.writer().member("kind", kindText(failure.kind));
    appendPlace(line.writer(), failure.where);
    line.send();
}

void Log::exception(Word event, const std::exception& exception, FieldList fields) {
    if (!on(Level::Error)) return;
    Line line(*this, Level::Error, event, std::span(fields.begin(), fields.size()));
    line.writer().member("exception", typeName(exception));
    if (const auto* broken = dynamic_cast<const InvariantBroken*>(&exception)) {
        line.writer().member("invariant", broken->what());
        appendPlace(line.writer(), broken->where());
    }
    line.send();
}

}  // namespace waymark::telemetry
