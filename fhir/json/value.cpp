#include "fhir/json/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fhir/core/check.h"
#include "fhir/json/sax.h"
#include "fhir/json/scan.h"

namespace waymark::json {
namespace {

constexpr std::uint32_t kDeepest = 512;  // the tokenizer recurses by depth

/// Line and column of offsets that only grow.
class Places {
public:
    explicit Places(std::string_view text) : text_(text) {}
    Position at(std::size_t offset) {
        for (; next_ < offset && next_ < text_.size(); ++next_) {
            if (text_[next_] != '\n') continue;
            ++line_;
            lineBegin_ = next_ + 1;
        }
        return {line_, static_cast<std::uint32_t>(offset - lineBegin_ + 1)};
    }

private:
    std::string_view text_;
    std::size_t next_ = 0;
    std::size_t lineBegin_ = 0;
    std::uint32_t line_ = 1;
};

Failure refusal(Kind kind, IssueType type, std::string text, Position at) {
    std::vector<Issue> issues;
    issues.push_back(Issue{.severity = Severity::Fatal,
                           .type = type,
                           .text = std::move(text),
                           .expression = {},
                           .at = at,
                           .code = {},
                           .file = {}});
    return Failure(kind, std::move(issues));
}

}  // namespace

/// Builds values from tokens. Containers that are open stand on a stack.
class DocumentReader {
public:
    DocumentReader(std::string_view text, const char* buffer, const DocumentLimits& limits)
        : places_(text), buffer_(buffer), limits_(limits) {}

    bool null(const char* at) { return scalar(Value::Type::Null, {}, at); }
    bool boolean(bool value, const char* at) {
        return scalar(Value::Type::Boolean, value ? "true" : "false", at);
    }
    bool number(const char* digits, std::uint32_t length) {
        return scalar(Value::Type::Number, {digits, length}, digits);
    }
    bool string(const char* text, std::uint32_t length) {
        return scalar(Value::Type::String, {text, length}, text - 1);
    }
    bool key(const char* text, std::uint32_t length) {
        open_.back().key.assign(text, length);
        return true;
    }
    bool beginObject(const char* at) { return begin(Value::Type::Object, at); }
    bool beginArray(const char* at) { return begin(Value::Type::Array, at); }
    bool endObject(const char*) {
        if (const std::string* twice = duplicate(open_.back().value.members_)) {
            return stop(open_.back().value.at_, IssueType::Structure,
                        fmt::format("The key {} stands twice in the object that begins here.",
                                    std::string_view(*twice).substr(0, 64)));
        }
        return end();
    }
    bool endArray(const char*) { return end(); }

    [[nodiscard]] Value&& takeRoot() { return std::move(root_); }
    [[nodiscard]] std::optional<Failure>& failure() { return failure_; }
    [[nodiscard]] Position position(std::size_t offset) { return places_.at(offset); }

private:
    struct Open {
        Value value;
        std::string key;
    };

    bool scalar(Value::Type type, std::string_view text, const char* at) {
        Value value;
        if (!place(value, type, at)) return false;
        value.text_ = text;
        add(std::move(value));
        return true;
    }

    bool begin(Value::Type type, const char* at) {
        Value value;
        if (!place(value, type, at)) return false;
        if (open_.size() >= limits_.depth) {
            return stop(value.at_, IssueType::TooCostly,
                        fmt::format("The JSON is nested deeper than {} levels.", limits_.depth));
        }
        open_.push_back({std::move(value), {}});
        return true;
    }

    bool end() {
        Value value = std::move(open_.back().value);
        open_.pop_back();
        add(std::move(value));
        return true;
    }

    bool place(Value& value, Value::Type type, const char* at) {
        value.type_ = type;
        value.at_ = places_.at(static_cast<std::size_t>(at - buffer_));
        if (++values_ <= limits_.values) return true;
        return stop(value.at_, IssueType::TooCostly,
                    fmt::format("The JSON has more than {} values.", limits_.values));
    }

    void add(Value value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        Open& parent = open_.back();
        if (parent.value.type_ == Value::Type::Object) {
            parent.value.members_.push_back({std::move(parent.key), std::move(value)});
        } else {
            parent.value.items_.push_back(std::move(value));
        }
    }

    static const std::string* duplicate(const std::vector<Member>& members) {
        std::vector<const std::string*> names;
        names.reserve(members.size());
        for (const Member& member : members) names.push_back(&member.name);
        const auto less = [](const std::string* a, const std::string* b) { return *a < *b; };
        std::ranges::sort(names, less);
        const auto twice = std::ranges::adjacent_find(
            names, [](const std::string* a, const std::string* b) { return *a == *b; });
        return twice == names.end() ? nullptr : *twice;
    }

    bool stop(Position at, IssueType type, std::string text) {
        failure_ = refusal(Kind::Incorrect, type, std::move(text), at);
        return false;
    }

    Places places_;
    const char* buffer_;
    const DocumentLimits& limits_;
    std::vector<Open> open_;
    Value root_;
    std::uint32_t values_ = 0;
    std::optional<Failure> failure_;
};

Result<Value> Value::parse(std::string_view text, const DocumentLimits& limits) {
    check(limits.depth <= kDeepest, "a document's depth is within what the reader can hold");
    if (text.size() > limits.bytes) {
        return std::unexpected(refusal(
            Kind::TooLarge, IssueType::TooLong,
            fmt::format("The text has {} bytes; {} are allowed.", text.size(), limits.bytes), {}));
    }
    std::vector<char> buffer(text.size() + kPadding);
    DocumentReader reader(text, buffer.data(), limits);
    const Scan scan = copyChecked(text, buffer.data());
    if (scan.fault != ScanFault::None) {
        return std::unexpected(refusal(Kind::Incorrect, IssueType::Structure, sentence(scan.fault),
                                       reader.position(scan.offset)));
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    const std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    const SaxEnd end = parseInPlace(buffer.data() + begin, reader);
    if (reader.failure()) return std::unexpected(std::move(*reader.failure()));
    if (end.kind == SaxEnd::Kind::Syntax) {
        Places places(text);
        return std::unexpected(refusal(Kind::Incorrect, IssueType::Structure,
                                       fmt::format("This is not JSON here: {}", end.what),
                                       places.at(begin + end.offset)));
    }
    return reader.takeRoot();
}

std::optional<std::string_view> Value::asString() const {
    return type_ == Type::String ? std::optional<std::string_view>(text_) : std::nullopt;
}

std::optional<bool> Value::asBoolean() const {
    return type_ == Type::Boolean ? std::optional<bool>(text_ == "true") : std::nullopt;
}

std::optional<std::int64_t> Value::asInteger() const {
    std::int64_t value = 0;
    const char* const end = text_.data() + text_.size();
    if (type_ != Type::Number) return std::nullopt;
    const auto [at, error] = std::from_chars(text_.data(), end, value);
    return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

std::optional<double> Value::asDouble() const {
    double value = 0;
    const char* const end = text_.data() + text_.size();
    if (type_ != Type::Number) return std::nullopt;
    const auto [at, error] = std::from_chars(text_.data(), end, value);
    return error == std::errc() && at == end ? std::optional(value) : std::nullopt;
}

std::span<const Member> Value::members() const {
    return members_;
}

const Value* Value::find(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &found->value;
}

const Value& Value::operator[](std::string_view name) const {
    static const Value kNull;
    const Value* const found = find(name);
    return found ? *found : kNull;
}

void Value::write(Writer& writer) const {
    switch (type_) {
        case Type::Null:
            writer.null();
            break;
        case Type::Boolean:
            writer.boolean(text_ == "true");
            break;
        case Type::Number:
            writer.digits(text_);
            break;
        case Type::String:
            writer.string(text_);
            break;
        case Type::Array:
            writer.beginArray();
            for (const Value& item : items_) item.write(writer);
            writer.endArray();
            break;
        case Type::Object:
            writer.beginObject();
            for (const Member& member : members_) {
                writer.key(member.name);
                member.value.write(writer);
            }
            writer.endObject();
            break;
    }
}

std::string Value::json(Layout layout) const {
    std::string out;
    Writer writer(out, layout);
    write(writer);
    return out;
}

}  // namespace waymark::json
