// Log lines: one JSON object a line, with time, level, event and typed fields. Nothing here is
// global: whoever logs is given a Log&. Any thread.
#pragma once

#include <cstdint>
#include <exception>
#include <initializer_list>
#include <span>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/telemetry/value.h"

namespace waymark::telemetry {

enum class Level : std::uint8_t { Debug, Info, Warning, Error };

/// Where lines go. Any thread.
class Sink {
public:
    virtual ~Sink() = default;
    /// `line` is whole and ends with a line feed.
    virtual void write(std::string_view line, Level level) = 0;
};

struct Field {
    Word key;
    Value value;
};

using FieldList = std::initializer_list<Field>;

/// `log.info("delivery.sent", {{"referral", id}, {"provider", Name(provider.id)}, {"attempt",
/// 3}})`. The usual keys: request, correlation, referral, assignment, delivery, provider, client,
/// route, status, duration, bytes.
class Log {
public:
    /// The clock and the sink outlive the log.
    Log(const Clock& clock, Sink& sink, Level threshold = Level::Info)
        : clock_(clock), sink_(sink), threshold_(threshold) {}

    [[nodiscard]] bool on(Level level) const { return level >= threshold_; }

    void debug(Word event, FieldList fields = {}) { write(Level::Debug, event, fields); }
    void info(Word event, FieldList fields = {}) { write(Level::Info, event, fields); }
    void warning(Word event, FieldList fields = {}) { write(Level::Warning, event, fields); }
    void error(Word event, FieldList fields = {}) { write(Level::Error, event, fields); }

    void write(Level level, Word event, FieldList fields = {}) {
        write(level, event, std::span(fields.begin(), fields.size()));
    }
    /// For lines whose fields vary.
    void write(Level level, Word event, std::span<const Field> fields);

    /// A refusal's kind and the place in our source where it was made; none of its texts.
    void failure(Level level, Word event, const Failure& failure, FieldList fields = {});
    /// A bug: the exception's type, and for a broken invariant its sentence and place. What other
    /// exceptions say is left out, since it may repeat what was being read.
    void exception(Word event, const std::exception& exception, FieldList fields = {});

private:
    class Line;

    const Clock& clock_;
    Sink& sink_;
    Level threshold_;
};

}  // namespace waymark::telemetry
