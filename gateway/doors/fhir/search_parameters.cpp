#include "gateway/doors/fhir/search_parameters.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "fhir/model/temporal.h"
#include "gateway/doors/header_text.h"
#include "gateway/referral/resource_id.h"

namespace waymark::doors::fhir {
namespace {

constexpr std::string_view kNhsNumberSystem = "https://fhir.nhs.uk/Id/nhs-number";

const std::vector<SearchParameter> kServiceRequestParameters = {
    {"_id", "token", "The id that the receiver gave"},
    {"_lastUpdated", "date", "When it last changed, with prefixes eq, ge, gt, le, lt"},
    {"identifier", "token", "The sender's identifier, as system|value"},
    {"patient", "reference", "Patient/{id} from an earlier answer"},
    {"patient:identifier", "token", "The NHS number, with or without its system"},
    {"status", "token", "One or several, separated by commas"},
    {"authored", "date", "authoredOn, with prefixes eq, ge, gt, le, lt"},
};
const std::vector<SearchParameter> kTaskParameters = {
    {"_id", "token", "The id of the practice-facing Task"},
    {"_lastUpdated", "date", "When it last changed, with prefixes eq, ge, gt, le, lt"},
    {"identifier", "token", "The sender's identifier of the ServiceRequest, as system|value"},
    {"focus", "reference", "ServiceRequest/{id}"},
    {"patient", "reference", "Patient/{id} from an earlier answer"},
    {"patient:identifier", "token", "The NHS number, with or without its system"},
    {"status", "token", "One or several, separated by commas"},
    {"authored-on", "date", "When the referral was authored, with prefixes eq, ge, gt, le, lt"},
};

constexpr referral::Status kStatuses[] = {
    referral::Status::Requested,  referral::Status::Accepted, referral::Status::Rejected,
    referral::Status::InProgress, referral::Status::OnHold,   referral::Status::Completed,
    referral::Status::Cancelled,  referral::Status::Failed,   referral::Status::EnteredInError};

std::unexpected<Failure> unreadable(std::string_view name, std::string_view wanted) {
    return fail(
        Kind::Incorrect, IssueType::Value,
        "The search parameter " + std::string(name) + " takes " + std::string(wanted) + ".");
}

/// What follows "Type/" in a relative or absolute reference, or the whole text.
std::string_view idOfReference(std::string_view reference) {
    const auto slash = reference.rfind('/');
    return slash == std::string_view::npos ? reference : reference.substr(slash + 1);
}

struct Range {
    Instant from = Instant::min();
    Instant to = Instant::max();
};

std::optional<model::CalendarUnit> unitOf(model::Precision precision) {
    switch (precision) {
        case model::Precision::Year:
            return model::CalendarUnit::Year;
        case model::Precision::Month:
            return model::CalendarUnit::Month;
        case model::Precision::Day:
            return model::CalendarUnit::Day;
        case model::Precision::Hour:
            return model::CalendarUnit::Hour;
        case model::Precision::Minute:
            return model::CalendarUnit::Minute;
        case model::Precision::Second:
            return model::CalendarUnit::Second;
        case model::Precision::Millisecond:
            return model::CalendarUnit::Millisecond;
    }
    return std::nullopt;
}

/// FHIR R4 section 3.1.1.4.5: a value stands for all instants that its precision leaves open. No
/// zone means UTC.
std::optional<Range> parseDateRange(std::string_view text) {
    std::string prefix = "eq";
    if (text.size() > 2 && text[0] >= 'a' && text[0] <= 'z') {
        prefix = text.substr(0, 2);
        text.remove_prefix(2);
    }
    const auto value = model::Temporal::parseDateTime(text);
    if (!value) return std::nullopt;
    const auto unit = unitOf(value->precision);
    const auto after =
        unit ? model::add(value->asDateTime(), model::Decimal::of(1, 0), *unit) : std::nullopt;
    if (!after) return std::nullopt;
    const Instant begin = value->asDateTime().instant();
    const Instant end = after->instant();
    if (prefix == "eq") return Range{begin, end};
    if (prefix == "ge") return Range{begin, Instant::max()};
    if (prefix == "gt" || prefix == "sa") return Range{end, Instant::max()};
    if (prefix == "le") return Range{Instant::min(), end};
    if (prefix == "lt" || prefix == "eb") return Range{Instant::min(), begin};
    return std::nullopt;
}

Range intersect(const Range& a, const Range& b) {
    return {std::max(a.from, b.from), std::min(a.to, b.to)};
}

/// The bound as the store compares it: UTC, to the second, as ISO text; open ends sort outside.
std::string isoBound(Instant instant) {
    if (instant == Instant::min()) return "";
    if (instant == Instant::max()) return "9999";
    return model::Temporal::at(instant, 0).text();
}

/// Reads one parameter after the other into a query.
class Parser {
public:
    Parser(ParsedSearch& out, const ShownStatus& shown) : out_(out), shown_(shown) {}

    Result<void> take(std::string_view name, std::string_view value) {
        if (name == "_id" || name == "focus") return takeId(value);
        if (name == "_lastUpdated") return takeRange(name, value, updated_);
        if (name == "authored" || name == "authored-on") return takeRange(name, value, authored_);
        if (name == "identifier") return takeIdentifier(value);
        if (name == "patient") return takePatient(value);
        if (name == "patient:identifier") return takeNhsNumber(value);
        return takeStatus(value);
    }

    void finish() {
        if (updated_) out_.query.updated = {updated_->from, updated_->to};
        if (authored_) out_.query.authored = {isoBound(authored_->from), isoBound(authored_->to)};
    }

private:
    Result<void> takeId(std::string_view value) {
        if (value.find(',') != std::string_view::npos) return unreadable("_id", "one id");
        const auto id = referral::parseResourceId(idOfReference(value));
        if (!id || id->entry || (out_.query.id && *out_.query.id != id->referral)) {
            out_.impossible = true;
        } else {
            out_.query.id = id->referral;
        }
        return {};
    }

    Result<void> takeRange(std::string_view name, std::string_view value,
                           std::optional<Range>& into) {
        const auto range = parseDateRange(value);
        if (!range) {
            return unreadable(name,
                              "a date or dateTime such as 2026-11 or ge2026-11-20T09:00:00Z, "
                              "with one of the prefixes eq, ge, gt, le, lt, sa, eb");
        }
        into = into ? intersect(*into, *range) : *range;
        if (into->from >= into->to) out_.impossible = true;
        return {};
    }

    Result<void> takeIdentifier(std::string_view value) {
        const auto bar = value.find('|');
        if (bar == std::string_view::npos || bar + 1 == value.size()) {
            return unreadable("identifier", "system|value");
        }
        out_.query.identifier = {std::string(value.substr(0, bar)),
                                 std::string(value.substr(bar + 1))};
        return {};
    }

    Result<void> takePatient(std::string_view value) {
        if (value.empty()) return unreadable("patient", "Patient/{id}");
        out_.query.patientId = std::string(idOfReference(value));
        return {};
    }

    Result<void> takeNhsNumber(std::string_view value) {
        const auto bar = value.find('|');
        if (bar != std::string_view::npos) {
            if (value.substr(0, bar) != kNhsNumberSystem) {
                out_.impossible = true;
                return {};
            }
            value.remove_prefix(bar + 1);
        }
        std::string digits;
        std::ranges::copy_if(value, std::back_inserter(digits),
                             [](char c) { return c != ' ' && c != '-'; });
        const bool isNumber = digits.size() == 10 && std::ranges::all_of(digits, [](char c) {
                                  return c >= '0' && c <= '9';
                              });
        if (!isNumber) return unreadable("patient:identifier", "an NHS number of ten digits");
        out_.query.nhsNumber = std::move(digits);
        return {};
    }

    Result<void> takeStatus(std::string_view value) {
        for (const auto wanted : split(value, ',')) {
            const auto code = wanted.substr(wanted.find('|') + 1);
            for (const auto status : kStatuses) {
                if (shown_(status) == code) out_.query.statuses.push_back(status);
            }
        }
        if (out_.query.statuses.empty()) out_.impossible = true;
        return {};
    }

    ParsedSearch& out_;
    const ShownStatus& shown_;
    std::optional<Range> updated_;
    std::optional<Range> authored_;
};

Result<std::uint32_t> parseCount(std::string_view value) {
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error == std::errc::result_out_of_range) return kMaximalCount;
    if (error != std::errc() || end != value.data() + value.size()) {
        return unreadable("_count", "a whole number of at least 0");
    }
    return std::min(count, kMaximalCount);
}

}  // namespace

const std::vector<SearchParameter>& searchParameters(std::string_view resourceType) {
    return resourceType == "Task" ? kTaskParameters : kServiceRequestParameters;
}

Result<ParsedSearch> parseSearch(std::string_view resourceType,
                                 const std::vector<std::pair<std::string, std::string>>& parameters,
                                 const security::Principal& principal,
                                 const ShownStatus& shownStatus, bool strict) {
    ParsedSearch out;
    out.query.viewer = principal.viewer();
    out.query.count = kDefaultCount;
    Parser parser(out, shownStatus);
    const auto& known = searchParameters(resourceType);
    for (const auto& [name, value] : parameters) {
        if (name == "_format" || name == "_pretty") continue;
        if (name == "_count") {
            const auto count = parseCount(value);
            if (!count) return std::unexpected(count.error());
            out.query.count = *count;
        } else if (name == "_cursor") {
            out.query.cursor = value;
            continue;
        } else if (std::ranges::find(known, name, &SearchParameter::name) == known.end()) {
            if (!strict) continue;
            return fail(Kind::Incorrect, IssueType::NotSupported,
                        "This server does not know the search parameter " + name + " of " +
                            std::string(resourceType) +
                            "; GET /metadata lists those that it knows.");
        } else if (auto taken = parser.take(name, value); !taken) {
            return std::unexpected(std::move(taken).error());
        }
        out.understood.emplace_back(name, value);
    }
    parser.finish();
    return out;
}

}  // namespace waymark::doors::fhir
