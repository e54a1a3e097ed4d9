// The functions of the language by family, each family in a file of its own. A function takes its
// input and arguments from the Call, pushes its result and gives true, or keeps a fault and gives
// false. Scalar functions push nothing for an empty result.
#pragma once

#include "fhir/path/evaluation.h"

namespace waymark::path::functions {

// existence.cpp
bool all(Evaluation& run, const Call& call);
bool allTrue(Evaluation& run, const Call& call);
bool anyTrue(Evaluation& run, const Call& call);
bool allFalse(Evaluation& run, const Call& call);
bool anyFalse(Evaluation& run, const Call& call);
bool subsetOf(Evaluation& run, const Call& call);
bool supersetOf(Evaluation& run, const Call& call);
bool distinct(Evaluation& run, const Call& call);
bool isDistinct(Evaluation& run, const Call& call);

// filtering.cpp
bool repeat(Evaluation& run, const Call& call);
bool repeatAll(Evaluation& run, const Call& call);
bool sort(Evaluation& run, const Call& call);
bool aggregate(Evaluation& run, const Call& call);
bool sum(Evaluation& run, const Call& call);
bool min(Evaluation& run, const Call& call);
bool max(Evaluation& run, const Call& call);
bool avg(Evaluation& run, const Call& call);

// subsetting.cpp
bool single(Evaluation& run, const Call& call);
bool last(Evaluation& run, const Call& call);
bool tail(Evaluation& run, const Call& call);
bool skip(Evaluation& run, const Call& call);
bool take(Evaluation& run, const Call& call);
bool intersect(Evaluation& run, const Call& call);
bool exclude(Evaluation& run, const Call& call);
bool unite(Evaluation& run, const Call& call);
bool combine(Evaluation& run, const Call& call);
bool coalesce(Evaluation& run, const Call& call);

// conversion.cpp
bool toBoolean(Evaluation& run, const Call& call);
bool toInteger(Evaluation& run, const Call& call);
bool toLong(Evaluation& run, const Call& call);
bool toDecimal(Evaluation& run, const Call& call);
bool toText(Evaluation& run, const Call& call);
bool toDate(Evaluation& run, const Call& call);
bool toDateTime(Evaluation& run, const Call& call);
bool toTime(Evaluation& run, const Call& call);
bool toQuantity(Evaluation& run, const Call& call);
bool convertsToBoolean(Evaluation& run, const Call& call);
bool convertsToInteger(Evaluation& run, const Call& call);
bool convertsToLong(Evaluation& run, const Call& call);
bool convertsToDecimal(Evaluation& run, const Call& call);
bool convertsToText(Evaluation& run, const Call& call);
bool convertsToDate(Evaluation& run, const Call& call);
bool convertsToDateTime(Evaluation& run, const Call& call);
bool convertsToTime(Evaluation& run, const Call& call);
bool convertsToQuantity(Evaluation& run, const Call& call);

// text.cpp
bool indexOf(Evaluation& run, const Call& call);
bool lastIndexOf(Evaluation& run, const Call& call);
bool substring(Evaluation& run, const Call& call);
bool startsWith(Evaluation& run, const Call& call);
bool endsWith(Evaluation& run, const Call& call);
bool contains(Evaluation& run, const Call& call);
bool upper(Evaluation& run, const Call& call);
bool lower(Evaluation& run, const Call& call);
bool replace(Evaluation& run, const Call& call);
bool length(Evaluation& run, const Call& call);
bool toChars(Evaluation& run, const Call& call);
bool trim(Evaluation& run, const Call& call);
bool split(Evaluation& run, const Call& call);
bool join(Evaluation& run, const Call& call);

// matching.cpp
bool matches(Evaluation& run, const Call& call);
bool matchesFull(Evaluation& run, const Call& call);
bool replaceMatches(Evaluation& run, const Call& call);

// encoding.cpp
bool encode(Evaluation& run, const Call& call);
bool decode(Evaluation& run, const Call& call);
bool escape(Evaluation& run, const Call& call);
bool unescape(Evaluation& run, const Call& call);

// mathematics.cpp
bool abs(Evaluation& run, const Call& call);
bool ceiling(Evaluation& run, const Call& call);
bool exp(Evaluation& run, const Call& call);
bool floor(Evaluation& run, const Call& call);
bool ln(Evaluation& run, const Call& call);
bool log(Evaluation& run, const Call& call);
bool power(Evaluation& run, const Call& call);
bool round(Evaluation& run, const Call& call);
bool sqrt(Evaluation& run, const Call& call);
bool truncate(Evaluation& run, const Call& call);

// navigation.cpp
bool children(Evaluation& run, const Call& call);
bool descendants(Evaluation& run, const Call& call);
bool type(Evaluation& run, const Call& call);
bool trace(Evaluation& run, const Call& call);

// moments.cpp
bool now(Evaluation& run, const Call& call);
bool today(Evaluation& run, const Call& call);
bool timeOfDay(Evaluation& run, const Call& call);
bool yearOf(Evaluation& run, const Call& call);
bool monthOf(Evaluation& run, const Call& call);
bool dayOf(Evaluation& run, const Call& call);
bool hourOf(Evaluation& run, const Call& call);
bool minuteOf(Evaluation& run, const Call& call);
bool secondOf(Evaluation& run, const Call& call);
bool millisecondOf(Evaluation& run, const Call& call);
bool timezoneOffsetOf(Evaluation& run, const Call& call);
bool dateOf(Evaluation& run, const Call& call);
bool timeOf(Evaluation& run, const Call& call);

// precision.cpp
bool lowBoundary(Evaluation& run, const Call& call);
bool highBoundary(Evaluation& run, const Call& call);
bool precision(Evaluation& run, const Call& call);
bool comparable(Evaluation& run, const Call& call);

// fhir.cpp
bool extension(Evaluation& run, const Call& call);
bool hasValue(Evaluation& run, const Call& call);
bool getValue(Evaluation& run, const Call& call);
bool resolve(Evaluation& run, const Call& call);
bool memberOf(Evaluation& run, const Call& call);
bool conformsTo(Evaluation& run, const Call& call);
bool subsumes(Evaluation& run, const Call& call);
bool subsumedBy(Evaluation& run, const Call& call);
bool htmlChecks(Evaluation& run, const Call& call);
bool checkModifiers(Evaluation& run, const Call& call);

}  // namespace waymark::path::functions
