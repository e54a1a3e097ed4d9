#include "gateway/doors/provider/status_body.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fhir/json/value.h"
#include "fhir/model/temporal.h"

namespace waymark::doors::provider {
namespace {

/// Reads members and collects what is wrong with them.
class Reader {
public:
    /// Members beside these are faults: a misspelt one would be lost silently.
    void knownMembers(const json::Value& object, std::string_view pointer,
                      std::initializer_list<std::string_view> known) {
        for (const auto& member : object.members()) {
            if (std::ranges::find(known, member.name) != known.end()) continue;
            add(fmt::format("{}/{}", pointer, member.name),
                fmt::format("This member is not known here; known are {}.",
                            fmt::join(known, ", ")));
        }
    }

    std::string text(const json::Value& object, std::string_view pointer, std::string_view name,
                     std::size_t bytesMax) {
        const auto* value = object.find(name);
        if (!value || value->isNull()) return {};
        const auto place = fmt::format("{}/{}", pointer, name);
        const auto text = value->asString();
        if (!text) {
            add(place, "This is a text.");
            return {};
        }
        if (text->size() > bytesMax) {
            add(place, fmt::format("This text has at most {} bytes.", bytesMax));
            return {};
        }
        return std::string(*text);
    }

    /// The member when it is an object; null when it is absent.
    const json::Value& object(const json::Value& parent, std::string_view name) {
        const auto& value = parent[name];
        if (!value.isNull() && !value.isObject())
            add(fmt::format("/{}", name), "This is an object.");
        return value;
    }

    void add(std::string pointer, std::string sentence) {
        issues_.push_back({.type = IssueType::Value,
                           .text = std::move(sentence),
                           .expression = std::move(pointer),
                           .at = {},
                           .code = {},
                           .file = {}});
    }

    [[nodiscard]] bool failed() const { return !issues_.empty(); }
    [[nodiscard]] Failure failure() && { return Failure(Kind::Incorrect, std::move(issues_)); }

private:
    std::vector<Issue> issues_;
};

void readStatus(Reader& reader, const json::Value& body, referral::StatusReport& report) {
    const auto code = reader.text(body, "", "status", kNameBytesMax);
    const auto status = referral::statusFrom(code);
    if (status) {
        report.status = *status;
        return;
    }
    reader.add("/status",
               "status is required and is one of accepted, rejected, in-progress, on-hold, "
               "completed, cancelled, failed.");
}

void readWhen(Reader& reader, const json::Value& body, referral::StatusReport& report) {
    const auto text = reader.text(body, "", "at", kNameBytesMax);
    if (text.empty()) return;
    const auto when = model::Temporal::parseDateTime(text);
    if (!when || !when->hasZone || when->precision < model::Precision::Second) {
        reader.add("/at", "at is a date and time with its zone, such as 2026-11-20T09:30:00Z.");
        return;
    }
    report.at = when->instant();
}

void readOutcome(Reader& reader, const json::Value& body, referral::StatusReport& report) {
    const auto& outcome = reader.object(body, "outcome");
    reader.knownMembers(outcome, "/outcome", {"summary", "support"});
    report.detail.outcomeSummary = reader.text(outcome, "/outcome", "summary", kTextBytesMax);
    const auto& support = outcome["support"];
    if (support.isNull()) return;
    const bool fits = support.isArray() && support.items().size() <= kSupportMax &&
                      std::ranges::all_of(support.items(), [](const auto& item) {
                          return item.isString() && item.text().size() <= kNameBytesMax;
                      });
    if (!fits) {
        reader.add("/outcome/support",
                   fmt::format("support is an array of at most {} texts of at most {} bytes.",
                               kSupportMax, kNameBytesMax));
        return;
    }
    for (const auto& item : support.items()) report.detail.support.emplace_back(item.text());
}

}  // namespace

Result<referral::StatusReport> readStatusBody(std::string_view body) {
    const auto parsed = json::Value::parse(body);
    if (!parsed) return std::unexpected(parsed.error());
    const auto& value = *parsed;
    Reader reader;
    if (!value.isObject()) {
        reader.add("", "The body is a JSON object with at least status.");
        return std::unexpected(std::move(reader).failure());
    }
    reader.knownMembers(value, "",
                        {"status", "businessStatus", "reason", "note", "worker", "outcome", "at"});
    referral::StatusReport report;
    readStatus(reader, value, report);
    report.businessStatus = reader.text(value, "", "businessStatus", kNameBytesMax);
    const auto& reason = reader.object(value, "reason");
    reader.knownMembers(reason, "/reason", {"code", "text"});
    report.reasonCode = reader.text(reason, "/reason", "code", kNameBytesMax);
    report.detail.reasonText = reader.text(reason, "/reason", "text", kTextBytesMax);
    report.detail.note = reader.text(value, "", "note", kTextBytesMax);
    const auto& worker = reader.object(value, "worker");
    reader.knownMembers(worker, "/worker", {"name", "contact"});
    report.detail.workerName = reader.text(worker, "/worker", "name", kNameBytesMax);
    report.detail.workerContact = reader.text(worker, "/worker", "contact", kNameBytesMax);
    readOutcome(reader, value, report);
    readWhen(reader, value, report);
    if (reader.failed()) return std::unexpected(std::move(reader).failure());
    return report;
}

}  // namespace waymark::doors::provider
