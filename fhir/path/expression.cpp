#include "fhir/path/expression.h"

#include <fmt/format.h>

#include "fhir/path/analyser.h"
#include "fhir/path/compiler.h"
#include "fhir/path/evaluation.h"
#include "fhir/path/parser.h"

namespace waymark::path {

tree::Element Services::resolve(std::string_view) const {
    return {};
}
std::optional<bool> Services::memberOf(std::string_view, std::string_view, std::string_view) const {
    return std::nullopt;
}
std::optional<bool> Services::conformsTo(tree::Element, std::string_view) const {
    return std::nullopt;
}
std::optional<bool> Services::subsumes(std::string_view, std::string_view, std::string_view) const {
    return std::nullopt;
}
void Services::trace(std::string_view, const Collection&) const {}

/// The text and all that views it live and die together.
struct Expression::Program {
    explicit Program(std::string_view source) : text(source), arena(kArenaBytes) {}
    static constexpr std::size_t kArenaBytes = 1024;

    std::string text;
    tree::Arena arena;
    Plan plan;
    const model::Model* model = nullptr;
    model::TypeId resultType = model::kNoType;
    std::vector<std::string> variables;
};

namespace {

std::unexpected<Failure> refused(std::vector<Issue> faults) {
    return std::unexpected(Failure(Kind::Incorrect, std::move(faults)));
}

Failure runtimeFailure(const Fault& fault, std::string_view text) {
    Issue issue;
    issue.type = fault.type;
    issue.text = fault.text;
    issue.expression = std::string(text);
    issue.at = positionAt(text, fault.place);
    std::vector<Issue> issues;
    issues.push_back(std::move(issue));
    return Failure(Kind::Unprocessable, std::move(issues));
}

}  // namespace

Expression::Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

Result<Expression> Expression::compile(std::string_view text, const Scope& scope) {
    check(scope.model != nullptr, "an expression is compiled against a model");
    if (text.size() > scope.textBytes) {
        return fail(Kind::Incorrect, IssueType::TooLong,
                    fmt::format("the expression has more than {} bytes", scope.textBytes));
    }
    auto program = std::make_shared<Program>(text);
    const LexerOptions options{.doubleQuotes = scope.bareVariables};
    auto syntax = parse(program->text, options, program->arena);
    if (!syntax) return std::unexpected(std::move(syntax.error()));
    Analysis analysis = analyse(*syntax, program->text, scope, program->arena);
    if (!analysis.faults.empty()) return refused(std::move(analysis.faults));
    program->plan = compilePlan(*syntax, analysis, *scope.model, program->text);
    if (!analysis.faults.empty()) return refused(std::move(analysis.faults));
    program->model = scope.model;
    const model::TypeId result = analysis.meanings[syntax->root].type.single();
    program->resultType = result == kTypeInfoType ? model::kNoType : result;
    for (const Variable& variable : scope.variables) program->variables.push_back(variable.name);
    return Expression(std::move(program));
}

Result<std::size_t> Expression::extent(std::string_view text) {
    tree::Arena arena(1024);
    return parsePrefix(text, LexerOptions{.doubleQuotes = true, .stopAtArrow = true}, arena);
}

Result<Collection> Expression::evaluate(tree::Element focus, const Environment& environment,
                                        tree::Arena& arena) const {
    return evaluate(focus ? Collection::of(focus, arena) : Collection(), environment, arena);
}

Result<Collection> Expression::evaluate(Collection focus, const Environment& environment,
                                        tree::Arena& arena) const {
    const Program& program = *program_;
    Evaluation evaluation(program.plan, *program.model, environment, arena, focus);
    Items items(arena);
    if (!evaluation.all(program.plan.root, items) || !evaluation.holds(items)) {
        return std::unexpected(runtimeFailure(*evaluation.fault(), program.text));
    }
    return items.kept();
}

Result<bool> Expression::holds(tree::Element focus, const Environment& environment,
                               tree::Arena& arena) const {
    const Program& program = *program_;
    const Value item = focus ? Value::of(focus) : Value();
    Evaluation evaluation(program.plan, *program.model, environment, arena,
                          Collection(&item, focus ? 1 : 0));
    const Truth found = evaluation.condition(program.plan.root);
    if (found == Truth::Failed) {
        return std::unexpected(runtimeFailure(*evaluation.fault(), program.text));
    }
    return found == Truth::True;
}

std::string_view Expression::text() const {
    return program_->text;
}
model::TypeId Expression::resultType() const {
    return program_->resultType;
}

std::string Expression::explain() const {
    return path::explain(program_->plan, *program_->model, program_->variables);
}

}  // namespace waymark::path
