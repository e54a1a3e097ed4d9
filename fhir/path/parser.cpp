#include "fhir/path/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace waymark::path {
namespace {

/// Binding strength of the infix operators, loosest first; 0 is no operator.
struct Infix {
    Operator op = Operator::None;
    int strength = 0;
};

constexpr int kTypeStrength = 8;
constexpr int kPolarityStrength = 11;

Infix symbolInfix(TokenKind kind) {
    switch (kind) {
        case TokenKind::Star:
            return {Operator::Multiply, 10};
        case TokenKind::Slash:
            return {Operator::Divide, 10};
        case TokenKind::Plus:
            return {Operator::Plus, 9};
        case TokenKind::Minus:
            return {Operator::Minus, 9};
        case TokenKind::Ampersand:
            return {Operator::Concatenate, 9};
        case TokenKind::Pipe:
            return {Operator::Union, 7};
        case TokenKind::Less:
            return {Operator::Less, 6};
        case TokenKind::LessOrEqual:
            return {Operator::LessOrEqual, 6};
        case TokenKind::Greater:
            return {Operator::Greater, 6};
        case TokenKind::GreaterOrEqual:
            return {Operator::GreaterOrEqual, 6};
        case TokenKind::Equal:
            return {Operator::Equal, 5};
        case TokenKind::NotEqual:
            return {Operator::NotEqual, 5};
        case TokenKind::Tilde:
            return {Operator::Equivalent, 5};
        case TokenKind::NotTilde:
            return {Operator::NotEquivalent, 5};
        default:
            return {};
    }
}

Infix wordInfix(std::string_view word) {
    struct Entry {
        std::string_view word;
        Infix infix;
    };
    constexpr Entry kWords[] = {
        {"div", {Operator::Div, 10}}, {"mod", {Operator::Mod, 10}},
        {"is", {Operator::Is, 8}},    {"as", {Operator::As, 8}},
        {"in", {Operator::In, 4}},    {"contains", {Operator::Contains, 4}},
        {"and", {Operator::And, 3}},  {"or", {Operator::Or, 2}},
        {"xor", {Operator::Xor, 2}},  {"implies", {Operator::Implies, 1}},
    };
    for (const Entry& entry : kWords) {
        if (entry.word == word) return entry.infix;
    }
    return {};
}

/// Words that cannot begin a term.
bool isOperatorWord(std::string_view word) {
    const Infix infix = wordInfix(word);
    return infix.strength > 0 && word != "is" && word != "as" && word != "in" && word != "contains";
}

class Parser {
public:
    Parser(std::string_view text, LexerOptions options, tree::Arena& arena)
        : lexer_(text, options), arena_(arena) {
        syntax_.nodes.reserve(16);
        syntax_.arguments.reserve(16);
        advance();
    }

    /// kNoSyntax after a fault.
    SyntaxId expression(int loosest) {
        const Nesting nesting(*this);
        if (nesting_ > kMostDepth) {
            return fault("the expression is nested too deeply");
        }
        SyntaxId left = token_.kind == TokenKind::Plus || token_.kind == TokenKind::Minus
                            ? polarity()
                            : postfix();
        while (left != kNoSyntax) {
            const Infix infix = infixHere();
            if (infix.strength == 0 || infix.strength < loosest) return left;
            left = infix.strength == kTypeStrength ? typeTest(left, infix.op) : binary(left, infix);
        }
        return kNoSyntax;
    }

    [[nodiscard]] bool atEnd() const { return token_.kind == TokenKind::End; }
    [[nodiscard]] std::size_t consumed() const { return consumed_; }
    [[nodiscard]] bool failed() const { return fault_.has_value(); }

    SyntaxId fault(std::string message) { return faultAt(token_, std::move(message)); }
    SyntaxId unexpected(std::string_view expected) {
        if (token_.kind == TokenKind::Invalid) return fault(token_.problem);
        if (atEnd())
            return fault(fmt::format("the expression ends where {} is expected", expected));
        return fault(
            fmt::format("'{}' stands where {} is expected", lexer_.text(token_), expected));
    }
    [[nodiscard]] std::unexpected<Failure> failure() {
        std::vector<Issue> issues;
        issues.push_back(std::move(*fault_));
        return std::unexpected(Failure(Kind::Incorrect, std::move(issues)));
    }
    Syntax take(SyntaxId root) {
        syntax_.root = root;
        return std::move(syntax_);
    }

private:
    struct Nesting {
        explicit Nesting(Parser& parser) : owner(parser) { ++owner.nesting_; }
        ~Nesting() { --owner.nesting_; }
        Nesting(const Nesting&) = delete;
        Nesting& operator=(const Nesting&) = delete;
        Parser& owner;
    };

    SyntaxId faultAt(const Token& token, std::string message) {
        if (!fault_) fault_ = syntaxIssue(lexer_.whole(), token.begin, std::move(message));
        return kNoSyntax;
    }

    void advance() {
        consumed_ = token_.end;
        token_ = lexer_.next();
    }
    bool take(TokenKind kind) {
        if (token_.kind != kind) return false;
        advance();
        return true;
    }
    [[nodiscard]] bool isWord(std::string_view word) const {
        return token_.kind == TokenKind::Identifier && lexer_.text(token_) == word;
    }
    [[nodiscard]] Infix infixHere() const {
        return token_.kind == TokenKind::Identifier ? wordInfix(lexer_.text(token_))
                                                    : symbolInfix(token_.kind);
    }

    SyntaxNode node(SyntaxKind kind, const Token& at) const {
        SyntaxNode result;
        result.kind = kind;
        result.begin = at.begin;
        result.end = at.end;
        return result;
    }
    /// Adds a node whose children are added already.
    SyntaxId add(SyntaxNode&& made) {
        std::uint16_t deepest = 0;
        if (made.input != kNoSyntax) deepest = syntax_[made.input].depth;
        for (const SyntaxId argument : syntax_.argumentsOf(made)) {
            deepest = std::max(deepest, syntax_[argument].depth);
        }
        made.depth = static_cast<std::uint16_t>(deepest + 1);
        if (made.depth > kMostDepth) return fault("the expression is nested too deeply");
        syntax_.nodes.push_back(made);
        return static_cast<SyntaxId>(syntax_.nodes.size() - 1);
    }
    void addArguments(SyntaxNode& to, std::span<const SyntaxId> arguments) {
        to.firstArgument = static_cast<std::uint32_t>(syntax_.arguments.size());
        to.argumentCount = static_cast<std::uint32_t>(arguments.size());
        syntax_.arguments.insert(syntax_.arguments.end(), arguments.begin(), arguments.end());
    }

    SyntaxId polarity() {
        SyntaxNode made = node(SyntaxKind::Polarity, token_);
        made.op = token_.kind == TokenKind::Minus ? Operator::Minus : Operator::Plus;
        advance();
        made.input = expression(kPolarityStrength);
        return made.input == kNoSyntax ? kNoSyntax : add(std::move(made));
    }

    SyntaxId binary(SyntaxId left, Infix infix) {
        SyntaxNode made = node(SyntaxKind::Binary, token_);
        made.op = infix.op;
        made.input = left;
        advance();
        const SyntaxId right = expression(infix.strength + 1);
        if (right == kNoSyntax) return kNoSyntax;
        addArguments(made, {&right, 1});
        return add(std::move(made));
    }

    SyntaxId typeTest(SyntaxId left, Operator op) {
        SyntaxNode made = node(SyntaxKind::TypeTest, token_);
        made.op = op;
        made.input = left;
        advance();
        made.begin = token_.begin;
        std::string_view name;
        if (!identifier(name, "the name of a type")) return kNoSyntax;
        while (token_.kind == TokenKind::Dot) {
            advance();
            std::string_view part;
            if (!identifier(part, "the name of a type")) return kNoSyntax;
            const auto joined = arena_.array<char>(name.size() + 1 + part.size());
            std::ranges::copy(name, joined.begin());
            joined[name.size()] = '.';
            std::ranges::copy(part, joined.begin() + static_cast<std::ptrdiff_t>(name.size() + 1));
            name = {joined.data(), joined.size()};
        }
        made.name = name;
        made.end = static_cast<std::uint32_t>(consumed_);
        return add(std::move(made));
    }

    bool identifier(std::string_view& name, std::string_view expected) {
        if (token_.kind == TokenKind::Identifier) {
            name = lexer_.text(token_);
        } else if (token_.kind == TokenKind::Delimited) {
            name = unquoted(lexer_.text(token_), arena_);
        } else {
            unexpected(expected);
            return false;
        }
        advance();
        return true;
    }

    SyntaxId postfix() {
        SyntaxId left = term();
        while (left != kNoSyntax) {
            if (take(TokenKind::Dot)) {
                left = invocation(left);
            } else if (token_.kind == TokenKind::LeftBracket) {
                left = indexer(left);
            } else {
                return left;
            }
        }
        return kNoSyntax;
    }

    SyntaxId indexer(SyntaxId input) {
        SyntaxNode made = node(SyntaxKind::Indexer, token_);
        made.input = input;
        advance();
        const SyntaxId index = expression(0);
        if (index == kNoSyntax) return kNoSyntax;
        if (!take(TokenKind::RightBracket)) return unexpected("]");
        addArguments(made, {&index, 1});
        return add(std::move(made));
    }

    /// What may follow a dot, and with no input what begins a term with a name.
    SyntaxId invocation(SyntaxId input) {
        if (token_.kind >= TokenKind::This && token_.kind <= TokenKind::Total)
            return special(input);
        SyntaxNode made = node(SyntaxKind::Name, token_);
        made.input = input;
        if (!identifier(made.name, "a name or a function")) return kNoSyntax;
        if (token_.kind != TokenKind::LeftParen) return add(std::move(made));
        made.kind = SyntaxKind::Call;
        advance();
        std::vector<SyntaxId> arguments;
        if (token_.kind != TokenKind::RightParen) {
            do {
                const SyntaxId argument = expression(0);
                if (argument == kNoSyntax) return kNoSyntax;
                sortDirection(made.name, argument);
                arguments.push_back(argument);
            } while (take(TokenKind::Comma));
        }
        if (!take(TokenKind::RightParen)) return unexpected("',' or ')'");
        addArguments(made, arguments);
        return add(std::move(made));
    }

    void sortDirection(std::string_view function, SyntaxId argument) {
        if (function != "sort" || (!isWord("asc") && !isWord("desc"))) return;
        syntax_.nodes[argument].order =
            isWord("asc") ? SortOrder::Ascending : SortOrder::Descending;
        advance();
    }

    SyntaxId special(SyntaxId input) {
        const SyntaxKind kinds[] = {SyntaxKind::This, SyntaxKind::Index, SyntaxKind::Total};
        const auto which =
            static_cast<std::size_t>(token_.kind) - static_cast<std::size_t>(TokenKind::This);
        if (input != kNoSyntax) return unexpected("a name or a function");
        SyntaxNode made = node(kinds[which], token_);
        advance();
        return add(std::move(made));
    }

    SyntaxId term() {
        switch (token_.kind) {
            case TokenKind::LeftParen: {
                advance();
                const SyntaxId inner = expression(0);
                if (inner == kNoSyntax) return kNoSyntax;
                return take(TokenKind::RightParen) ? inner : unexpected("')'");
            }
            case TokenKind::LeftBrace: {
                SyntaxNode made = node(SyntaxKind::Empty, token_);
                advance();
                return take(TokenKind::RightBrace) ? add(std::move(made)) : unexpected("'}'");
            }
            case TokenKind::Percent:
                return external();
            case TokenKind::String:
                return literal(stringValue());
            case TokenKind::Integer:
            case TokenKind::Long:
            case TokenKind::Decimal:
                return number();
            case TokenKind::Date:
            case TokenKind::DateTime:
            case TokenKind::Time:
                return moment();
            case TokenKind::Identifier:
                return word();
            case TokenKind::Delimited:
            case TokenKind::This:
            case TokenKind::Index:
            case TokenKind::Total:
                return invocation(kNoSyntax);
            default:
                return unexpected("an expression");
        }
    }

    SyntaxId word() {
        if (isWord("true")) return literal(Value::boolean(true));
        if (isWord("false")) return literal(Value::boolean(false));
        if (isOperatorWord(lexer_.text(token_))) return unexpected("an expression");
        return invocation(kNoSyntax);
    }

    SyntaxId external() {
        SyntaxNode made = node(SyntaxKind::External, token_);
        advance();
        made.end = token_.end;
        if (token_.kind == TokenKind::String) {
            made.name = unquoted(lexer_.text(token_), arena_);
            advance();
        } else if (!identifier(made.name, "the name of a variable")) {
            return kNoSyntax;
        }
        return add(std::move(made));
    }

    Value stringValue() { return Value::string(unquoted(lexer_.text(token_), arena_)); }

    SyntaxId literal(Value value) {
        SyntaxNode made = node(SyntaxKind::Literal, token_);
        made.value = value;
        advance();
        return add(std::move(made));
    }

    SyntaxId number() {
        const Token at = token_;
        std::string_view digits = lexer_.text(at);
        if (at.kind == TokenKind::Long) digits.remove_suffix(1);
        const auto decimal = model::Decimal::parse(digits);
        if (!decimal) return fault("the number has more digits than a Decimal holds (38)");
        advance();
        SyntaxNode made = node(SyntaxKind::Literal, at);
        if (at.kind != TokenKind::Long && unit(made, *decimal)) return add(std::move(made));
        if (at.kind == TokenKind::Decimal) {
            made.value = Value::decimal(*decimal);
            return add(std::move(made));
        }
        const auto whole = decimal->toInteger();
        constexpr std::int64_t kMost = 2147483647;
        // 2147483648 is let through for the sake of -2147483648, the least Integer.
        if (!whole || (at.kind == TokenKind::Integer && *whole > kMost + 1)) {
            return faultAt(at,
                           "the number is too large for an Integer (2147483647); "
                           "write a Decimal (with a point) or a Long (with L)");
        }
        made.value = Value::integer(*whole);
        return add(std::move(made));
    }

    /// A unit after a number makes it a quantity.
    bool unit(SyntaxNode& made, model::Decimal value) {
        model::Quantity quantity{value, {}, false};
        if (token_.kind == TokenKind::String) {
            quantity.unit = unquoted(lexer_.text(token_), arena_);
            // 'month' is how the word month is written as a unit.
            quantity.calendar = model::calendarUnit(quantity.unit).has_value();
        } else if (token_.kind == TokenKind::Identifier &&
                   model::calendarUnit(lexer_.text(token_))) {
            quantity.unit = lexer_.text(token_);
            quantity.calendar = true;
        } else {
            return false;
        }
        made.end = token_.end;
        advance();
        made.value = Value::quantity(quantity, arena_);
        return true;
    }

    SyntaxId moment() {
        std::string_view text = lexer_.text(token_).substr(1);
        std::optional<model::Temporal> value;
        if (token_.kind == TokenKind::Time) {
            value = model::Temporal::parseTime(text);
        } else if (token_.kind == TokenKind::Date) {
            value = model::Temporal::parseDate(text);
        } else {
            value = model::Temporal::parseDateTime(text);
        }
        if (!value) return fault("there is no such date or time");
        return literal(Value::temporal(*value));
    }

    Lexer lexer_;
    tree::Arena& arena_;
    Syntax syntax_;
    Token token_;
    std::size_t consumed_ = 0;
    int nesting_ = 0;
    std::optional<Issue> fault_;
};

}  // namespace

Issue syntaxIssue(std::string_view text, std::uint32_t begin, std::string message) {
    Issue issue;
    issue.type = IssueType::Invalid;
    issue.text = std::move(message);
    issue.expression = std::string(text);
    issue.at = positionAt(text, begin);
    return issue;
}

Result<Syntax> parse(std::string_view text, LexerOptions options, tree::Arena& arena) {
    Parser parser(text, options, arena);
    const SyntaxId root = parser.expression(0);
    if (root != kNoSyntax && !parser.atEnd()) parser.unexpected("an operator or the end");
    if (parser.failed()) return parser.failure();
    return parser.take(root);
}

Result<std::size_t> parsePrefix(std::string_view text, LexerOptions options, tree::Arena& arena) {
    Parser parser(text, options, arena);
    parser.expression(0);
    if (parser.failed()) return parser.failure();
    return parser.consumed();
}

}  // namespace waymark::path
