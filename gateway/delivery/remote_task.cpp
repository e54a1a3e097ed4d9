#include "gateway/delivery/remote_task.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "fhir/json/value.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/vocabulary.h"

namespace waymark::delivery {
namespace {

using json::Value;
using referral::Status;
using referral::StatusReport;

constexpr std::size_t kBodyBytesMax = 1024 * 1024;
constexpr std::string_view kTaskOutput = "https://waymark.health/fhir/CodeSystem/task-output";

std::optional<Status> statusOf(std::string_view code) {
    for (const std::string_view open : {"draft", "requested", "received", "ready"}) {
        if (code == open) return Status::Requested;
    }
    if (code == "entered-in-error") return Status::Cancelled;
    return referral::statusFrom(code);
}

std::string_view text(const Value& value) {
    return value.asString().value_or("");
}

/// The CodeableConcept's code in `system`, or empty.
std::string_view codeIn(const Value& codeable, std::string_view system) {
    for (const Value& coding : codeable["coding"].items()) {
        if (coding["system"].asString() == system) return text(coding["code"]);
    }
    return {};
}

/// The CodeableConcept for people: its text, else a display, else a code.
std::string_view wordsOf(const Value& codeable) {
    if (const auto words = codeable["text"].asString()) return *words;
    for (const Value& coding : codeable["coding"].items()) {
        if (const auto words = coding["display"].asString()) return *words;
    }
    for (const Value& coding : codeable["coding"].items()) {
        if (const auto words = coding["code"].asString()) return *words;
    }
    return {};
}

void append(std::string& to, std::string_view words) {
    if (words.empty()) return;
    if (!to.empty()) to += '\n';
    to += words;
}

/// An output's value[x] as words.
std::string_view valueOf(const Value& output) {
    for (const char* name : {"valueString", "valueMarkdown", "valueCode", "valueUri"}) {
        if (const auto words = output[name].asString()) return *words;
    }
    if (const Value* codeable = output.find("valueCodeableConcept")) return wordsOf(*codeable);
    if (const Value* coding = output.find("valueCoding")) {
        return coding->find("display") != nullptr ? text((*coding)["display"])
                                                  : text((*coding)["code"]);
    }
    return text(output["valueReference"]["display"]);
}

void readOutputs(const Value& task, referral::Detail& detail) {
    for (const Value& output : task["output"].items()) {
        const std::string_view value = valueOf(output);
        if (value.empty()) continue;
        const std::string_view kind = codeIn(output["type"], kTaskOutput);
        if (kind == "worker") {
            detail.workerName = value;
        } else if (kind == "outcome" || (kind.empty() && detail.outcomeSummary.empty() &&
                                         output["valueString"].isString())) {
            append(detail.outcomeSummary, value);
        } else {
            detail.support.emplace_back(value);
        }
    }
}

void readReason(const Value& task, StatusReport& report) {
    const Value& reason = task["statusReason"];
    report.reasonCode = codeIn(reason, referral::vocabulary::kStatusReason);
    const std::string_view words = wordsOf(reason);
    if (words != report.reasonCode) report.detail.reasonText = words;
    if (text(task["status"]) == "entered-in-error") {
        append(report.detail.reasonText, "The provider marked its entry as made in error.");
    } else if (referral::needsReason(report.status) && report.reasonCode.empty() &&
               report.detail.reasonText.empty()) {
        report.detail.reasonText = "The provider gave no reason.";
    }
}

void readWorker(const Value& task, referral::Detail& detail) {
    const Value& owner = task["owner"];
    const bool person = text(owner["reference"]).contains("Practitioner") ||
                        text(owner["type"]).starts_with("Practitioner");
    if (person && detail.workerName.empty()) detail.workerName = text(owner["display"]);
}

bool isOpen(Status status) {
    return !referral::isFinal(status);
}

}  // namespace

Result<StatusReport> readRemoteTask(std::string_view body, Instant now) {
    const auto task = Value::parse(body, {.bytes = kBodyBytesMax});
    if (!task) return std::unexpected(task.error());
    if ((*task)["resourceType"].asString() != "Task") {
        return fail(Kind::Incorrect, IssueType::Structure, "The provider's answer is no Task.");
    }
    const auto status = statusOf(text((*task)["status"]));
    if (!status) {
        return fail(Kind::Incorrect, IssueType::CodeInvalid,
                    "The provider's Task has no status that FHIR knows.", "Task.status");
    }
    StatusReport report;
    report.status = *status;
    const Value& business = (*task)["businessStatus"];
    report.businessStatus = codeIn(business, referral::vocabulary::kBusinessStatus);
    if (report.businessStatus.empty()) append(report.detail.note, wordsOf(business));
    readReason(*task, report);
    for (const Value& note : (*task)["note"].items()) {
        append(report.detail.note, text(note["text"]));
    }
    readOutputs(*task, report.detail);
    readWorker(*task, report.detail);
    const auto modified = referral::instantFromText(text((*task)["lastModified"]));
    if (modified && *modified <= now) report.at = *modified;
    return report;
}

std::vector<StatusReport> reportsFor(Status known, const StatusReport& found) {
    StatusReport last = found;
    if (known != Status::Requested && found.status == Status::Rejected) {
        last.status = Status::Cancelled;
    }
    if (last.status == known) return {last};
    if (!isOpen(known)) return {};
    if (mayMove(known, last.status, referral::Actor::Provider)) return {last};
    // completed and failed are taken straight from requested by the lifecycle.
    const bool ends = last.status == Status::Completed || last.status == Status::Failed;
    if (known != Status::Requested) return {};
    if (ends) return {last};
    if (!mayMove(Status::Accepted, last.status, referral::Actor::Provider)) return {};
    StatusReport accepted;
    accepted.assignment = found.assignment;
    accepted.provider = found.provider;
    accepted.status = Status::Accepted;
    accepted.at = found.at;
    return {accepted, last};
}

StatusReport withoutCodes(StatusReport report) {
    if (!report.reasonCode.empty() && report.detail.reasonText.empty()) {
        report.detail.reasonText = report.reasonCode;
    }
    append(report.detail.note, report.businessStatus);
    report.reasonCode.clear();
    report.businessStatus.clear();
    return report;
}

}  // namespace waymark::delivery
