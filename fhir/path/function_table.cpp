#include "fhir/path/function_table.h"

#include <algorithm>

#include "fhir/path/functions/functions.h"

namespace waymark::path {
namespace {

namespace f = functions;
using enum Needs;
using Kinds = std::array<Needs, 3>;

/// {name, input, least, most, arguments, gives, run, special, ordered}
constexpr FunctionSpec kFunctions[] = {
    // 5.1 Existence
    {"empty", Collection, 0, 0, {}, Gives::Boolean, nullptr, Special::Empty},
    {"exists", Collection, 0, 1, {Each}, Gives::Boolean, nullptr, Special::Exists},
    {"all", Collection, 1, 1, {Each}, Gives::Boolean, f::all},
    {"allTrue", Collection, 0, 0, {}, Gives::Boolean, f::allTrue},
    {"anyTrue", Collection, 0, 0, {}, Gives::Boolean, f::anyTrue},
    {"allFalse", Collection, 0, 0, {}, Gives::Boolean, f::allFalse},
    {"anyFalse", Collection, 0, 0, {}, Gives::Boolean, f::anyFalse},
    {"subsetOf", Collection, 1, 1, {Collection}, Gives::Boolean, f::subsetOf},
    {"supersetOf", Collection, 1, 1, {Collection}, Gives::Boolean, f::supersetOf},
    {"count", Collection, 0, 0, {}, Gives::Integer, nullptr, Special::Count},
    {"distinct", Collection, 0, 0, {}, Gives::SameItems, f::distinct},
    {"isDistinct", Collection, 0, 0, {}, Gives::Boolean, f::isDistinct},
    // 5.2 Filtering and projection
    {"where", Collection, 1, 1, {Each}, Gives::SameItems, nullptr, Special::Where},
    {"select", Collection, 1, 1, {Each}, Gives::Argument, nullptr, Special::Select},
    {"repeat", Collection, 1, 1, {Each}, Gives::Closure, f::repeat},
    {"repeatAll", Collection, 1, 1, {Each}, Gives::Closure, f::repeatAll},
    {"ofType", Collection, 1, 1, {Type}, Gives::NamedType, nullptr, Special::OfType},
    {"sort",
     Collection,
     0,
     kAnyNumber,
     {Each, Each, Each},
     Gives::SameItems,
     f::sort,
     Special::Sort},
    // 5.3 Subsetting
    {"single", Collection, 0, 0, {}, Gives::SameItem, f::single},
    {"first", Collection, 0, 0, {}, Gives::SameItem, nullptr, Special::First, true},
    {"last", Collection, 0, 0, {}, Gives::SameItem, f::last, Special::None, true},
    {"tail", Collection, 0, 0, {}, Gives::SameItems, f::tail, Special::None, true},
    {"skip", Collection, 1, 1, {Integer}, Gives::SameItems, f::skip, Special::None, true},
    {"take", Collection, 1, 1, {Integer}, Gives::SameItems, f::take, Special::None, true},
    {"intersect", Collection, 1, 1, {Collection}, Gives::SameItems, f::intersect},
    {"exclude", Collection, 1, 1, {Collection}, Gives::SameItems, f::exclude},
    // 5.4 Combining
    {"union", Collection, 1, 1, {Collection}, Gives::BothItems, f::unite},
    {"combine", Collection, 1, 1, {Collection}, Gives::BothItems, f::combine},
    {"coalesce", Collection, 1, kAnyNumber, {Lazy, Lazy, Lazy}, Gives::Anything, f::coalesce},
    // 5.5 Conversion
    {"iif", Collection, 2, 3, {Lazy, Lazy, Lazy}, Gives::Branches, nullptr, Special::Iif},
    {"toBoolean", Item, 0, 0, {}, Gives::Boolean, f::toBoolean},
    {"convertsToBoolean", Item, 0, 0, {}, Gives::Boolean, f::convertsToBoolean},
    {"toInteger", Item, 0, 0, {}, Gives::Integer, f::toInteger},
    {"convertsToInteger", Item, 0, 0, {}, Gives::Boolean, f::convertsToInteger},
    {"toLong", Item, 0, 0, {}, Gives::Integer, f::toLong},
    {"convertsToLong", Item, 0, 0, {}, Gives::Boolean, f::convertsToLong},
    {"toDate", Item, 0, 0, {}, Gives::Date, f::toDate},
    {"convertsToDate", Item, 0, 0, {}, Gives::Boolean, f::convertsToDate},
    {"toDateTime", Item, 0, 0, {}, Gives::DateTime, f::toDateTime},
    {"convertsToDateTime", Item, 0, 0, {}, Gives::Boolean, f::convertsToDateTime},
    {"toDecimal", Item, 0, 0, {}, Gives::Decimal, f::toDecimal},
    {"convertsToDecimal", Item, 0, 0, {}, Gives::Boolean, f::convertsToDecimal},
    {"toQuantity", Item, 0, 1, {String}, Gives::Quantity, f::toQuantity},
    {"convertsToQuantity", Item, 0, 1, {String}, Gives::Boolean, f::convertsToQuantity},
    {"toString", Item, 0, 0, {}, Gives::String, f::toText},
    {"convertsToString", Item, 0, 0, {}, Gives::Boolean, f::convertsToText},
    {"toTime", Item, 0, 0, {}, Gives::Time, f::toTime},
    {"convertsToTime", Item, 0, 0, {}, Gives::Boolean, f::convertsToTime},
    // 5.6 String manipulation
    {"indexOf", String, 1, 1, {String}, Gives::Integer, f::indexOf},
    {"lastIndexOf", String, 1, 1, {String}, Gives::Integer, f::lastIndexOf},
    {"substring", String, 1, 2, {Integer, OptionalInteger}, Gives::String, f::substring},
    {"startsWith", String, 1, 1, {String}, Gives::Boolean, f::startsWith},
    {"endsWith", String, 1, 1, {String}, Gives::Boolean, f::endsWith},
    {"contains", String, 1, 1, {String}, Gives::Boolean, f::contains},
    {"upper", String, 0, 0, {}, Gives::String, f::upper},
    {"lower", String, 0, 0, {}, Gives::String, f::lower},
    {"replace", String, 2, 2, {String, String}, Gives::String, f::replace},
    {"matches", String, 1, 1, {String}, Gives::Boolean, f::matches, Special::Matches},
    {"matchesFull", String, 1, 1, {String}, Gives::Boolean, f::matchesFull, Special::Matches},
    {"replaceMatches",
     String,
     2,
     2,
     {String, String},
     Gives::String,
     f::replaceMatches,
     Special::Matches},
    {"length", String, 0, 0, {}, Gives::Integer, f::length},
    {"toChars", String, 0, 0, {}, Gives::Strings, f::toChars},
    // 5.7 Additional string functions
    {"encode", String, 1, 1, {String}, Gives::String, f::encode},
    {"decode", String, 1, 1, {String}, Gives::String, f::decode},
    {"escape", String, 1, 1, {String}, Gives::String, f::escape},
    {"unescape", String, 1, 1, {String}, Gives::String, f::unescape},
    {"trim", String, 0, 0, {}, Gives::String, f::trim},
    {"split", String, 1, 1, {String}, Gives::Strings, f::split},
    {"join", Strings, 0, 1, {String}, Gives::String, f::join},
    // 5.8 Math
    {"abs", Numeric, 0, 0, {}, Gives::SameOneType, f::abs},
    {"ceiling", Number, 0, 0, {}, Gives::Integer, f::ceiling},
    {"exp", Number, 0, 0, {}, Gives::Decimal, f::exp},
    {"floor", Number, 0, 0, {}, Gives::Integer, f::floor},
    {"ln", Number, 0, 0, {}, Gives::Decimal, f::ln},
    {"log", Number, 1, 1, {Number}, Gives::Decimal, f::log},
    {"power", Numeric, 1, 1, {Numeric}, Gives::SameOneType, f::power},
    {"round", Number, 0, 1, {OptionalInteger}, Gives::Decimal, f::round},
    {"sqrt", Number, 0, 0, {}, Gives::Decimal, f::sqrt},
    {"truncate", Number, 0, 0, {}, Gives::Integer, f::truncate},
    // 5.9 Tree navigation
    {"children", Collection, 0, 0, {}, Gives::Unordered, f::children},
    {"descendants", Collection, 0, 0, {}, Gives::Unordered, f::descendants},
    // 5.10 Utility
    {"trace", Collection, 1, 2, {String, Each}, Gives::SameItems, f::trace},
    {"now", Collection, 0, 0, {}, Gives::DateTime, f::now},
    {"timeOfDay", Collection, 0, 0, {}, Gives::Time, f::timeOfDay},
    {"today", Collection, 0, 0, {}, Gives::Date, f::today},
    {"defineVariable",
     Collection,
     1,
     2,
     {Collection, Lazy},
     Gives::SameItems,
     nullptr,
     Special::DefineVariable},
    {"lowBoundary", Measured, 0, 1, {OptionalInteger}, Gives::SameOneType, f::lowBoundary},
    {"highBoundary", Measured, 0, 1, {OptionalInteger}, Gives::SameOneType, f::highBoundary},
    {"precision", Measured, 0, 0, {}, Gives::Integer, f::precision},
    {"comparable", Quantity, 1, 1, {Quantity}, Gives::Boolean, f::comparable},
    {"yearOf", Moment, 0, 0, {}, Gives::Integer, f::yearOf},
    {"monthOf", Moment, 0, 0, {}, Gives::Integer, f::monthOf},
    {"dayOf", Moment, 0, 0, {}, Gives::Integer, f::dayOf},
    {"hourOf", Moment, 0, 0, {}, Gives::Integer, f::hourOf},
    {"minuteOf", Moment, 0, 0, {}, Gives::Integer, f::minuteOf},
    {"secondOf", Moment, 0, 0, {}, Gives::Integer, f::secondOf},
    {"millisecondOf", Moment, 0, 0, {}, Gives::Integer, f::millisecondOf},
    {"timezoneOffsetOf", Moment, 0, 0, {}, Gives::Decimal, f::timezoneOffsetOf},
    {"dateOf", Moment, 0, 0, {}, Gives::Date, f::dateOf},
    {"timeOf", Moment, 0, 0, {}, Gives::Time, f::timeOf},
    // 6.3 Types, 6.5 Boolean logic, 7 Aggregates, 10.2 Reflection
    {"is", Item, 1, 1, {Type}, Gives::NamedType, nullptr, Special::Is},
    {"as", Item, 1, 1, {Type}, Gives::NamedType, nullptr, Special::As},
    {"not", Collection, 0, 0, {}, Gives::Boolean, nullptr, Special::Not},
    {"aggregate",
     Collection,
     1,
     2,
     {Each, Collection},
     Gives::Anything,
     f::aggregate,
     Special::Aggregate},
    {"sum", Collection, 0, 0, {}, Gives::SameItem, f::sum},
    {"min", Collection, 0, 0, {}, Gives::SameItem, f::min},
    {"max", Collection, 0, 0, {}, Gives::SameItem, f::max},
    {"avg", Collection, 0, 0, {}, Gives::Anything, f::avg},
    {"type", Collection, 0, 0, {}, Gives::TypeInfo, f::type},
    // FHIR R4 section 2.9.1.5
    {"extension", Collection, 1, 1, {String}, Gives::Extensions, f::extension, Special::Extension},
    {"hasValue", Collection, 0, 0, {}, Gives::Boolean, f::hasValue},
    {"getValue", Item, 0, 0, {}, Gives::Anything, f::getValue},
    {"resolve", Collection, 0, 0, {}, Gives::Resources, f::resolve},
    {"memberOf", Collection, 1, 1, {String}, Gives::Boolean, f::memberOf},
    {"conformsTo", Item, 1, 1, {String}, Gives::Boolean, f::conformsTo},
    {"subsumes", Item, 1, 1, {Item}, Gives::Boolean, f::subsumes},
    {"subsumedBy", Item, 1, 1, {Item}, Gives::Boolean, f::subsumedBy},
    {"htmlChecks", Item, 0, 0, {}, Gives::Boolean, f::htmlChecks},
    {"htmlChecks2", Item, 0, 0, {}, Gives::Boolean, f::htmlChecks},
    {"checkModifiers",
     Collection,
     0,
     kAnyNumber,
     {Lazy, Lazy, Lazy},
     Gives::SameItems,
     f::checkModifiers},
};

constexpr std::size_t kCount = std::size(kFunctions);

/// Indexes into the table in the order of the names.
constexpr std::array<std::uint8_t, kCount> byName() {
    std::array<std::uint8_t, kCount> order{};
    for (std::size_t i = 0; i < kCount; ++i) order[i] = static_cast<std::uint8_t>(i);
    std::ranges::sort(order, {}, [](std::uint8_t i) { return kFunctions[i].name; });
    return order;
}
constexpr auto kByName = byName();

}  // namespace

const FunctionSpec* functionNamed(std::string_view name) {
    const auto found = std::ranges::lower_bound(kByName, name, {},
                                                [](std::uint8_t i) { return kFunctions[i].name; });
    return found != kByName.end() && kFunctions[*found].name == name ? &kFunctions[*found]
                                                                     : nullptr;
}

std::span<const FunctionSpec> allFunctions() {
    return kFunctions;
}

KindSet kindsFor(Needs needs) {
    switch (needs) {
        case Integer:
        case OptionalInteger:
            return bit(ValueKind::Integer);
        case Number:
            return kNumbers;
        case Numeric:
        case Quantity:
            return kNumbers | bit(ValueKind::Quantity);
        case String:
        case Strings:
            return bit(ValueKind::String);
        case Moment:
            return kMoments;
        case Measured:
            return kNumbers | bit(ValueKind::Quantity) | kMoments;
        default:
            return kEveryKind;
    }
}

std::string_view describe(Needs needs) {
    switch (needs) {
        case Integer:
        case OptionalInteger:
            return "an Integer";
        case Number:
            return "a number";
        case Numeric:
            return "a number or a Quantity";
        case Quantity:
            return "a Quantity";
        case String:
            return "a String";
        case Strings:
            return "Strings";
        case Moment:
            return "a date or time";
        case Measured:
            return "a number, a Quantity or a date or time";
        case Boolean:
            return "a Boolean";
        case Type:
            return "the name of a type";
        default:
            return "anything";
    }
}

}  // namespace waymark::path
