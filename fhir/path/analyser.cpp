#include "fhir/path/analyser.h"

#include "fhir/path/analyser_pass.h"
#include "fhir/path/parser.h"

namespace waymark::path {

Analysis Analyser::run() {
    Context root;
    if (scope_.focus != model::kNoType) root.focus = StaticType::one(scope_.focus);
    node(syntax_.root, root);
    return std::move(result_);
}

void Analyser::fault(const SyntaxNode& at, std::string message) {
    constexpr std::size_t kMostFaults = 20;
    if (result_.faults.size() < kMostFaults) {
        result_.faults.push_back(syntaxIssue(text_, at.begin, std::move(message)));
    }
}

const StaticType& Analyser::node(SyntaxId id, const Context& context) {
    const SyntaxNode& at = syntax_[id];
    StaticType found;
    switch (at.kind) {
        case SyntaxKind::Literal:
            found = one(at.value.kind());
            found.atLeast = 1;
            break;
        case SyntaxKind::Empty:
            found = StaticType::nothing();
            break;
        case SyntaxKind::This:
            found = context.focus;
            break;
        case SyntaxKind::Index:
            if (!context.hasIndex)
                fault(at,
                      "$index has a value only inside where(), select() "
                      "and the other functions that go over items");
            found = one(ValueKind::Integer);
            break;
        case SyntaxKind::Total:
            if (!context.hasTotal) fault(at, "$total has a value only inside aggregate()");
            found = context.total;
            break;
        case SyntaxKind::External:
            found = external(id, at);
            break;
        case SyntaxKind::Name:
            found = name(id, at, context);
            break;
        case SyntaxKind::Call:
            found = call(id, at, context);
            break;
        case SyntaxKind::Indexer:
            found = indexer(at, context);
            break;
        case SyntaxKind::Polarity:
            found = polarity(at, context);
            break;
        case SyntaxKind::Binary:
            found = binary(at, context);
            break;
        case SyntaxKind::TypeTest:
            found = typeTest(id, at, context);
            break;
    }
    meaning(id).type = found;
    return meaning(id).type;
}

StaticType Analyser::operand(SyntaxId id, const Context& context) {
    const Sight sight(*this);
    return node(id, context);
}

Analysis analyse(const Syntax& syntax, std::string_view text, const Scope& scope,
                 tree::Arena& arena) {
    return Analyser(syntax, text, scope, arena).run();
}

}  // namespace waymark::path
