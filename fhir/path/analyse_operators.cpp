// Operators and indexers.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/path/analyser_pass.h"
#include "fhir/path/arithmetic.h"

namespace waymark::path {

StaticType Analyser::indexer(const SyntaxNode& at, const Context& context) {
    const StaticType input = node(at.input, context);
    checkOrder(at, input, "[ ]");
    const StaticType index = operand(syntax_.argumentsOf(at)[0], context);
    if ((index.kinds() & bit(ValueKind::Integer)) == 0 && !index.isNothing()) {
        fault(at, fmt::format("an index is an Integer, not {}", shown(index)));
    }
    return single(input);
}

StaticType Analyser::single(StaticType of) {
    of.many = false;
    of.unordered = false;
    of.atLeast = 0;
    return of;
}

void Analyser::checkOrder(const SyntaxNode& at, const StaticType& input, std::string_view what) {
    if (!scope_.checkOrder || !input.unordered) return;
    fault(at, std::string(what) +
                  " asks for an order that children() and descendants() do not "
                  "have");
}

void Analyser::checkSingle(const SyntaxNode& at, const StaticType& operandType,
                           std::string_view what) {
    // What iif() may never reach does no harm.
    if (operandType.atLeast < 2 || guarded_ > 0) return;
    fault(at, fmt::format("{} takes one item, and here are certainly several", what));
}

StaticType Analyser::polarity(const SyntaxNode& at, const Context& context) {
    const StaticType input = operand(at.input, context);
    constexpr KindSet kAmounts = kNumbers | bit(ValueKind::Quantity);
    if (!input.isNothing() && (input.kinds() & kAmounts) == 0) {
        fault(at,
              fmt::format("a sign stands before a number or a Quantity, not before {} (the sign "
                          "binds less tightly than the dot: write (-1).abs())",
                          shown(input)));
    }
    checkSingle(at, input, "a sign");
    return ofKinds(input.kinds() & kAmounts);
}

StaticType Analyser::ofKinds(KindSet kinds) {
    StaticType result = StaticType::nothing();
    for (unsigned i = 1; i <= static_cast<unsigned>(ValueKind::Quantity); ++i) {
        const auto kind = static_cast<ValueKind>(i);
        if ((kinds & bit(kind)) != 0) result.add(systemType(kind), arena_);
    }
    return result;
}

StaticType Analyser::binary(const SyntaxNode& at, const Context& context) {
    const StaticType left = operand(at.input, context);
    const StaticType right = operand(syntax_.argumentsOf(at)[0], context);
    const std::string word(text_.substr(at.begin, at.end - at.begin));
    switch (at.op) {
        case Operator::Union:
            return merged(left, right, true, at);
        case Operator::Plus:
        case Operator::Minus:
        case Operator::Multiply:
        case Operator::Divide:
        case Operator::Div:
        case Operator::Mod:
        case Operator::Concatenate:
            checkSingle(at, left, word);
            checkSingle(at, right, word);
            return arithmetic(at, left, right, word);
        case Operator::Less:
        case Operator::LessOrEqual:
        case Operator::Greater:
        case Operator::GreaterOrEqual:
            checkSingle(at, left, word);
            checkSingle(at, right, word);
            if (!left.isNothing() && !right.isNothing() &&
                !isOrdered(left.kinds(), right.kinds())) {
                fault(at, fmt::format("'{}' cannot set {} against {}", word, shown(left),
                                      shown(right)));
            }
            break;
        case Operator::In:
            checkSingle(at, left, word);
            break;
        case Operator::Contains:
            checkSingle(at, right, word);
            break;
        case Operator::And:
        case Operator::Or:
        case Operator::Xor:
        case Operator::Implies:
            checkSingle(at, left, word);
            checkSingle(at, right, word);
            break;
        default:
            break;
    }
    return one(ValueKind::Boolean);
}

StaticType Analyser::arithmetic(const SyntaxNode& at, const StaticType& left,
                                const StaticType& right, const std::string& word) {
    const bool isText = at.op == Operator::Concatenate;
    if (isText && (left.isNothing() || right.isNothing())) return one(ValueKind::String);
    if (left.isNothing() || right.isNothing()) return StaticType::nothing();
    const KindSet kinds = computedKinds(at.op, left.kinds(), right.kinds());
    if (kinds == 0) {
        std::string message =
            fmt::format("'{}' cannot take {} and {}", word, shown(left), shown(right));
        if (isText) message += "; it joins texts, toString() makes one";
        fault(at, std::move(message));
        return {};
    }
    return ofKinds(kinds);
}

StaticType Analyser::merged(const StaticType& left, const StaticType& right, bool distinct,
                            const SyntaxNode& at) {
    StaticType result = left;
    if (left.isNothing())
        result = right;
    else if (!right.isNothing())
        result.add(right, arena_);
    result.many = !left.isNothing() && !right.isNothing() ? true : left.many || right.many;
    result.unordered = left.unordered || right.unordered;
    result.atLeast = std::max(left.atLeast, right.atLeast);
    if (!distinct || areDifferentLiterals(at)) {
        result.atLeast =
            static_cast<std::uint8_t>(std::min(2, int{left.atLeast} + int{right.atLeast}));
    }
    return result;
}

bool Analyser::areDifferentLiterals(const SyntaxNode& at) const {
    if (at.argumentCount == 0 || at.input == kNoSyntax) return false;
    const SyntaxNode& left = syntax_[at.input];
    const SyntaxNode& right = syntax_[syntax_.argumentsOf(at)[0]];
    return left.kind == SyntaxKind::Literal && right.kind == SyntaxKind::Literal &&
           left.value.kind() == right.value.kind() &&
           path::text(left.value) != path::text(right.value) &&
           (left.value.is(ValueKind::Integer) || left.value.is(ValueKind::String));
}

}  // namespace waymark::path
