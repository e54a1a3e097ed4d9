// FHIRPath 5.10: the present, and the parts of dates and times.
#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

using model::Precision;
using model::Temporal;

/// A part of a moment, nothing when it is not stated.
bool give(const Call& call, Precision precision, std::int64_t part) {
    const Temporal moment = call.item.temporal();
    const bool isTime = moment.kind == Temporal::Kind::Time;
    const bool has = moment.precision >= precision && !(isTime && precision < Precision::Hour);
    if (has) call.out.push(Value::integer(part));
    return true;
}

/// The time of day of a DateTime.
Temporal timeOfDayOf(const Temporal& moment) {
    Temporal time = moment;
    time.kind = Temporal::Kind::Time;
    time.year = 0;
    time.month = 0;
    time.day = 0;
    time.hasZone = false;
    time.zuluZone = false;
    time.zoneMinutes = 0;
    return time;
}

}  // namespace

bool now(Evaluation& run, const Call& call) {
    Temporal moment;
    if (!run.now(moment)) return false;
    call.out.push(Value::temporal(moment));
    return true;
}

bool today(Evaluation& run, const Call& call) {
    Temporal moment;
    if (!run.now(moment)) return false;
    call.out.push(Value::temporal(moment.datePart()));
    return true;
}

bool timeOfDay(Evaluation& run, const Call& call) {
    Temporal moment;
    if (!run.now(moment)) return false;
    call.out.push(Value::temporal(timeOfDayOf(moment)));
    return true;
}

bool yearOf(Evaluation&, const Call& call) {
    return give(call, Precision::Year, call.item.temporal().year);
}
bool monthOf(Evaluation&, const Call& call) {
    return give(call, Precision::Month, call.item.temporal().month);
}
bool dayOf(Evaluation&, const Call& call) {
    return give(call, Precision::Day, call.item.temporal().day);
}
bool hourOf(Evaluation&, const Call& call) {
    return give(call, Precision::Hour, call.item.temporal().hour);
}
bool minuteOf(Evaluation&, const Call& call) {
    return give(call, Precision::Minute, call.item.temporal().minute);
}
bool secondOf(Evaluation&, const Call& call) {
    return give(call, Precision::Second, call.item.temporal().second);
}
bool millisecondOf(Evaluation&, const Call& call) {
    return give(call, Precision::Millisecond, call.item.temporal().nanoseconds / 1'000'000);
}

bool timezoneOffsetOf(Evaluation&, const Call& call) {
    const Temporal moment = call.item.temporal();
    if (!moment.hasZone) return true;
    const auto hours = model::Decimal(moment.zoneMinutes).dividedBy(model::Decimal(60));
    // At least one digit, as the specification shows it: -7.0.
    if (!hours) return true;
    call.out.push(Value::decimal(
        hours->scale() > 0 ? *hours : *hours->withScale(1, model::Decimal::Rounding::Down)));
    return true;
}

bool dateOf(Evaluation&, const Call& call) {
    const Temporal moment = call.item.temporal();
    if (moment.kind != Temporal::Kind::Time) call.out.push(Value::temporal(moment.datePart()));
    return true;
}

bool timeOf(Evaluation&, const Call& call) {
    const Temporal moment = call.item.temporal();
    if (moment.precision >= Precision::Hour) call.out.push(Value::temporal(timeOfDayOf(moment)));
    return true;
}

}  // namespace waymark::path::functions
