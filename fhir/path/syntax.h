// What the parser makes of a text: a tree of nodes in one vector, children named by their index.
// Names and literal texts view the text or the arena that the parser was given.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fhir/path/value.h"

namespace waymark::path {

enum class SyntaxKind : std::uint8_t {
    Literal,   ///< `value`
    Empty,     ///< {}
    This,      ///< $this
    Index,     ///< $index
    Total,     ///< $total
    External,  ///< %name
    Name,      ///< a member of `input`, or where there is none of the focus
    Call,      ///< a function of `input` with arguments
    Indexer,   ///< input[argument]
    Polarity,  ///< + or - before `input`
    Binary,    ///< input operator argument
    TypeTest,  ///< input is name, input as name
};

enum class Operator : std::uint8_t {
    None,
    Plus,
    Minus,
    Multiply,
    Divide,
    Div,
    Mod,
    Concatenate,
    Is,
    As,
    Union,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Equivalent,
    NotEquivalent,
    In,
    Contains,
    And,
    Or,
    Xor,
    Implies,
};

/// How a sort key orders.
enum class SortOrder : std::uint8_t { Default, Ascending, Descending };

using SyntaxId = std::uint32_t;
inline constexpr SyntaxId kNoSyntax = 0xFFFFFFFF;

struct SyntaxNode {
    SyntaxKind kind = SyntaxKind::Empty;
    Operator op = Operator::None;
    SortOrder order = SortOrder::Default;  ///< when it is an argument of sort()
    std::uint16_t depth = 1;               ///< of the tree below it
    std::uint32_t begin = 0;               ///< where its own word or symbol stands in the text
    std::uint32_t end = 0;
    SyntaxId input = kNoSyntax;
    std::uint32_t firstArgument = 0;  ///< in Syntax::arguments
    std::uint32_t argumentCount = 0;
    std::string_view name;  ///< of Name, Call, External, TypeTest ("System.String")
    Value value;            ///< of Literal
};

struct Syntax {
    std::vector<SyntaxNode> nodes;
    std::vector<SyntaxId> arguments;
    SyntaxId root = kNoSyntax;

    [[nodiscard]] const SyntaxNode& operator[](SyntaxId id) const { return nodes[id]; }
    [[nodiscard]] std::span<const SyntaxId> argumentsOf(const SyntaxNode& node) const {
        return {arguments.data() + node.firstArgument, node.argumentCount};
    }
};

}  // namespace waymark::path
