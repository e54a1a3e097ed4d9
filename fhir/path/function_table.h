// Every function of the language: its name, arguments, what it needs of its input, what it gives,
// and the code that runs it. One table, in the order of the specification.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "fhir/path/static_type.h"

namespace waymark::path {

class Evaluation;
struct Call;

/// What an input or an argument must be.
enum class Needs : std::uint8_t {
    Absent,      ///< there is no such argument
    Collection,  ///< any items
    Item,        ///< one item or none, of any kind
    Boolean,     ///< one item that is taken as a Boolean
    Integer,
    Number,           ///< Integer or Decimal, given as a Decimal
    Numeric,          ///< Integer, Decimal or Quantity
    Quantity,         ///< a Quantity, or a number as one
    OptionalInteger,  ///< as if it were not there when it is empty
    String,
    Strings,   ///< any number of them, kept on the stack
    Moment,    ///< Date, DateTime or Time
    Measured,  ///< a number, Quantity, Date, DateTime or Time: what has precision
    Each,      ///< an expression, evaluated for each item of the input
    Lazy,      ///< an expression, evaluated with the whole input as focus when it is needed
    Type,      ///< the name of a type
};

/// The static type of a result.
enum class Gives : std::uint8_t {
    Anything,
    Boolean,
    Integer,
    Decimal,
    String,
    Strings,
    Date,
    DateTime,
    Time,
    Quantity,
    SameItems,    ///< some of the input's items
    SameItem,     ///< one of the input's items at most
    SameOneType,  ///< one value of the input's System type
    Argument,     ///< what the first argument gives, for each item
    BothItems,    ///< items of the input and of the argument
    NamedType,    ///< items of the type that the argument names
    Branches,     ///< what iif()'s second or third argument gives
    Closure,      ///< what the argument gives, again and again: repeat()
    Unordered,    ///< children() and descendants()
    Extensions,
    Resources,
    TypeInfo,
};

/// What the analyser and the evaluator do themselves.
enum class Special : std::uint8_t {
    None,
    Iif,
    DefineVariable,
    Is,
    As,
    OfType,
    Matches,
    Extension,
    Exists,
    Empty,
    Count,
    First,
    Where,
    Select,
    Aggregate,
    Sort,
    Not,
};

/// FunctionSpec::most where there may be any number of arguments.
inline constexpr std::uint8_t kAnyNumber = 255;

struct FunctionSpec {
    std::string_view name;
    Needs input = Needs::Collection;
    std::uint8_t least = 0;  ///< arguments that must be given
    std::uint8_t most = 0;   ///< and may be (the last kind repeats)
    std::array<Needs, 3> arguments{};
    Gives gives = Gives::Anything;
    /// Runs it; false after a fault. None when a Special does.
    bool (*run)(Evaluation&, const Call&) = nullptr;
    Special special = Special::None;
    bool ordered = false;  ///< the order of the input matters

    [[nodiscard]] Needs argument(std::size_t index) const {
        return arguments[index < arguments.size() ? index : arguments.size() - 1];
    }
    /// Whether input and arguments are single values that are checked and converted before it runs,
    /// and an empty one makes the result empty.
    [[nodiscard]] bool isScalar() const {
        return input != Needs::Collection && input != Needs::Strings;
    }
};

/// By name; nullptr when there is none.
const FunctionSpec* functionNamed(std::string_view name);
std::span<const FunctionSpec> allFunctions();

/// The kinds of value that fit a need; kEveryKind where anything does.
KindSet kindsFor(Needs needs);
/// "a String", for messages.
std::string_view describe(Needs needs);

}  // namespace waymark::path
