// What is wrong with a map: a stable code, the place, the rule path, what was expected and the
// nearest name. All faults of a compilation are collected here and reported together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::map {

/// Stable codes; the printed form is "FML-E0101". Numbers never change their meaning.
enum class Code : std::uint16_t {
    // The text
    UnexpectedCharacter = 101,
    Unterminated = 102,
    Expected = 103,
    BadMetadata = 105,
    TooLarge = 106,
    DuplicateClause = 107,
    NoUrl = 108,
    NoGroup = 109,
    BadConceptMap = 110,
    BadNumber = 111,
    // Maps, structures, groups
    UnknownStructure = 201,
    UnknownType = 202,
    DuplicateAlias = 203,
    UnknownImport = 204,
    DuplicateMap = 205,
    DuplicateGroup = 206,
    UnknownGroup = 207,
    CyclicExtends = 208,
    ExtendsMismatch = 209,
    DefaultGroupShape = 210,
    DuplicateDefaultGroup = 211,
    DuplicateConstant = 212,
    TooManyGroups = 214,
    NoSource = 215,
    // Rules
    UnknownVariable = 301,
    UnknownSourceElement = 302,
    UnknownTargetElement = 303,
    NotATarget = 304,
    WrongType = 305,
    WrittenTwice = 306,
    TypeNeeded = 307,
    UnknownTransform = 310,
    WrongArity = 311,
    BadParameter = 312,
    UnknownConceptMap = 313,
    WrongArgumentCount = 314,
    WrongArgument = 315,
    NoDefaultGroup = 316,
    ImpossibleType = 317,
    ImpossibleCardinality = 318,
    MissingCodes = 320,
    NotInValueSet = 322,
    BadExpression = 330,
    // What a linter says
    UnusedVariable = 401,
    UnreachableRule = 402,
    BareCondition = 403,
    DoubleQuotedExpression = 404,
    RequiredNeverWritten = 405,
    LastOneWins = 406,
    NarrowedDate = 407,
};

/// "FML-E0101"; "FML-W0401" for the linter's.
std::string codeText(Code code);

/// The line of an issue with the place underlined:
///   src.nmae -> tgt.name;
///       ^~~~
/// Empty when the text has no such line.
std::string excerpt(std::string_view text, Position at);

/// Collects issues; one per compilation.
class Diagnostics {
public:
    static constexpr std::size_t kMaxIssues = 200;

    /// `lenient`: what may never come to pass when a map runs is a warning.
    explicit Diagnostics(bool lenient = false) : lenient_(lenient) {}
    [[nodiscard]] bool lenient() const { return lenient_; }

    /// `rulePath` is "Map|group|rule" or empty. Codes from 400 are warnings.
    void add(Code code, std::string_view file, Position at, std::string text,
             std::string_view rulePath = {});

    [[nodiscard]] bool failed() const { return errors_ > 0; }
    [[nodiscard]] std::size_t errors() const { return errors_; }
    [[nodiscard]] const std::vector<Issue>& issues() const { return issues_; }
    /// All issues in order of file, line and column, without the lint of rules that have a fault;
    /// leaves this empty.
    std::vector<Issue> take();

private:
    std::vector<Issue> issues_;
    std::size_t errors_ = 0;
    bool lenient_ = false;
};

}  // namespace waymark::map
