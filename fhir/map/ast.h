// A map as it is written: what the parser makes of FML and what the StructureMap resource is turned
// into. Positions point into the map's text ({0,0} for maps that came as a resource). Owned by
// value; nothing here is resolved against a model yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"

namespace waymark::map::ast {

/// A place in the map's text. Where things stand does not count when maps are compared.
struct Place : Position {
    Place() = default;
    Place(Position position) : Position(position) {}  // NOLINT: a Place is a Position
    friend bool operator==(const Place&, const Place&) { return true; }
};

struct Name {
    std::string text;
    Place at;

    [[nodiscard]] bool empty() const { return text.empty(); }
    friend bool operator==(const Name&, const Name&) = default;
};

/// An embedded FHIRPath expression. `text` is what fhir/path compiles: double-quoted strings have
/// become single-quoted.
struct Expression {
    std::string text;
    Place at;
    bool bare = false;          ///< stood without the parentheses the grammar asks for
    bool doubleQuoted = false;  ///< had double-quoted strings

    [[nodiscard]] bool empty() const { return text.empty(); }
    /// How it was written does not count.
    friend bool operator==(const Expression& a, const Expression& b) { return a.text == b.text; }
};

enum class LiteralKind : std::uint8_t { Text, Integer, Decimal, Boolean, Date };

/// A transform's parameter: a variable, a literal or an expression.
struct Parameter {
    enum class Kind : std::uint8_t { Variable, Literal, Expression };
    Kind kind = Kind::Literal;
    LiteralKind literal = LiteralKind::Text;
    std::string text;  ///< variable's name or literal's value, escapes resolved
    Expression expression;
    Place at;
    friend bool operator==(const Parameter&, const Parameter&) = default;
};

enum class SourceList : std::uint8_t { None, First, NotFirst, Last, NotLast, OnlyOne };
enum class TargetList : std::uint8_t { None, First, Share, Last, Single, Collate };

struct Source {
    Name context;            ///< empty when the source is an expression
    std::vector<Name> path;  ///< `a`, `b` of ctx.a.b
    std::optional<Expression> expression;
    Name type;
    bool hasCardinality = false;
    std::uint32_t min = 0;
    std::uint32_t max = 0xFFFFFFFF;  ///< the greatest value is `*`
    std::optional<Expression> defaultValue;
    SourceList list = SourceList::None;
    Name variable;
    std::optional<Expression> where;
    std::optional<Expression> check;
    std::optional<Expression> log;
    Place at;
    friend bool operator==(const Source&, const Source&) = default;
};

struct Transform {
    std::string name;  ///< "copy", "create", "evaluate" ...
    std::vector<Parameter> parameters;
    Place at;

    /// `(expression)`.
    static Transform evaluating(Expression expression);
    friend bool operator==(const Transform&, const Transform&) = default;
};

struct Target {
    Name context;
    std::vector<Name> path;
    std::optional<Transform> transform;
    Name variable;
    std::vector<TargetList> lists;
    Name shareId;
    Place at;
    friend bool operator==(const Target&, const Target&) = default;
};

/// `then Group(a, b)`.
struct Call {
    Name group;
    std::vector<Parameter> arguments;
    friend bool operator==(const Call&, const Call&) = default;
};

struct Rule {
    Name name;  ///< as written; empty if it has none
    std::vector<Source> sources;
    std::vector<Target> targets;
    std::vector<Call> calls;
    std::vector<Rule> rules;
    bool hasBlock = false;  ///< `then { }` was written, even if empty
    std::string documentation;
    Place at;

    /// `src.a -> tgt.b;`, which copies by type. (FML, simple form.)
    [[nodiscard]] bool isSimple() const;
    friend bool operator==(const Rule&, const Rule&) = default;
};

enum class GroupMode : std::uint8_t { None, Types, TypeAndTypes };

struct Input {
    Name name;
    Name type;
    bool target = false;
    std::string documentation;
    friend bool operator==(const Input&, const Input&) = default;
};

struct Group {
    Name name;
    std::vector<Input> inputs;
    Name extends;
    GroupMode mode = GroupMode::None;
    std::vector<Rule> rules;
    std::string documentation;
    friend bool operator==(const Group&, const Group&) = default;
};

enum class ModelMode : std::uint8_t { Source, Queried, Target, Produced };

struct Structure {
    Name url;
    Name alias;
    ModelMode mode = ModelMode::Source;
    std::string documentation;
    friend bool operator==(const Structure&, const Structure&) = default;
};

struct Constant {
    Name name;
    Expression value;
    friend bool operator==(const Constant&, const Constant&) = default;
};

/// `/// name.sub = value`, in order. An empty value is a complex element.
struct Metadata {
    Name path;
    LiteralKind kind = LiteralKind::Text;
    bool hasValue = false;
    bool markdown = false;
    std::string value;
    friend bool operator==(const Metadata&, const Metadata&) = default;
};

struct ConceptCode {
    std::string system;
    std::string code;
    friend bool operator==(const ConceptCode&, const ConceptCode&) = default;
};

/// `s:a == t:b` in an inline ConceptMap; the equivalence is R4's code.
struct ConceptRow {
    ConceptCode source;
    ConceptCode target;  ///< code empty when unmatched
    std::string equivalence;
    Place at;
    friend bool operator==(const ConceptRow&, const ConceptRow&) = default;
};

/// `unmapped for s = provided`.
struct ConceptUnmapped {
    std::string system;
    std::string mode;
    friend bool operator==(const ConceptUnmapped&, const ConceptUnmapped&) = default;
};

struct ConceptMap {
    Name id;  ///< without the `#`
    std::vector<std::pair<Name, std::string>> prefixes;
    std::vector<ConceptRow> rows;
    std::vector<ConceptUnmapped> unmapped;
    std::string documentation;
    friend bool operator==(const ConceptMap&, const ConceptMap&) = default;
};

struct Map {
    Name url;
    Name name;
    std::string title;
    std::string status;
    std::string description;
    bool oldHeader = false;  ///< map "url" = "name"
    std::vector<Metadata> metadata;
    std::vector<ConceptMap> conceptMaps;
    std::vector<Structure> structures;
    std::vector<Name> imports;
    std::vector<Constant> constants;
    std::vector<Group> groups;
    std::string documentation;
    std::string file;
    friend bool operator==(const Map&, const Map&) = default;
};

}  // namespace waymark::map::ast
