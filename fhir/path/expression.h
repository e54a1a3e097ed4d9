// FHIRPath (the normative N1 release with the R4 edition's additions): compile once against the
// model, evaluate many times. An Expression is immutable and shared between threads; evaluation
// allocates in the message's arena only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "fhir/model/model.h"
#include "fhir/path/message_index.h"
#include "fhir/path/value.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"

namespace waymark::path {

/// What resolve(), memberOf(), conformsTo() and the like ask of others. Any method may say that it
/// does not know; the default knows nothing.
class Services {
public:
    virtual ~Services() = default;
    /// Outside the message (inside it, resolve() uses an index of its own). None: not found.
    [[nodiscard]] virtual tree::Element resolve(std::string_view reference) const;
    /// Whether (system, code) is in the value set; nullopt when the value set is not known.
    [[nodiscard]] virtual std::optional<bool> memberOf(std::string_view valueSet,
                                                       std::string_view system,
                                                       std::string_view code) const;
    /// Whether the element conforms to the profile; nullopt when the profile is not known.
    [[nodiscard]] virtual std::optional<bool> conformsTo(tree::Element element,
                                                         std::string_view profile) const;
    /// Whether the first code subsumes the second in a code system; nullopt when it is not known.
    [[nodiscard]] virtual std::optional<bool> subsumes(std::string_view system,
                                                       std::string_view code,
                                                       std::string_view other) const;
    /// What trace(name) saw.
    virtual void trace(std::string_view name, const Collection& items) const;
};

/// A %name that the host gives. `type` narrows static analysis; kNoType means any.
struct Variable {
    std::string name;
    model::TypeId type = model::kNoType;
    bool repeats = false;
};

/// What an expression is compiled against. Everything here must outlive the expression.
struct Scope {
    const model::Model* model = nullptr;
    /// Type of the focus; kNoType: any (no static path checks at the root).
    model::TypeId focus = model::kNoType;
    std::vector<Variable> variables;
    /// FML's embedded FHIRPath says `item.answer` where `item` is a variable: with this, a bare
    /// first name that is a variable is taken as one (domain: HL7 and NHS maps need it).
    bool bareVariables = false;
    /// first(), tail(), skip() and the like on children() and descendants(), whose order means
    /// nothing, are faults.
    bool checkOrder = false;
    /// Longest expression text; longer is refused.
    std::size_t textBytes = 64 * 1024;
};

struct Limits {
    std::uint32_t steps = 1'000'000;  ///< evaluated operations
    std::uint32_t results = 200'000;  ///< items in one collection
    std::uint32_t depth = 256;        ///< nesting of evaluation
    std::chrono::milliseconds time{1000};
    std::size_t bytes = 64 * 1024 * 1024;  ///< taken from the arena
};

/// What one evaluation sees. `variables` match Scope::variables by index.
struct Environment {
    tree::Element resource;      ///< %resource: the resource that holds the focus
    tree::Element rootResource;  ///< %rootResource; in a Bundle the entry's resource
    std::span<const Collection> variables;
    Instant now{};  ///< today() and now() are fixed once per message
    std::string_view zone = "Europe/London";
    const Services* services = nullptr;
    /// What resolve() looks into. Give one per message, so that it is built once; without it each
    /// evaluation that resolves builds its own.
    MessageIndex* index = nullptr;
    Limits limits;
};

class Expression {
public:
    /// Fails with Kind::Incorrect and one issue per fault: position in the text (line, column),
    /// what was expected, the nearest name. Unknown paths, impossible types, wrong arity and
    /// singleton violations that can be seen are faults here, not at evaluation.
    static Result<Expression> compile(std::string_view text, const Scope& scope);

    /// How many bytes of `text` the longest expression at its beginning takes (an expression inside
    /// another language: FML's `where`, `check`, `evaluate`). It ends before what cannot continue
    /// it and before "->". Fails like compile() when no expression begins there.
    static Result<std::size_t> extent(std::string_view text);

    /// Runtime faults (several items where one is needed, limits) fail with Kind::Unprocessable;
    /// limits with IssueType::TooCostly.
    [[nodiscard]] Result<Collection> evaluate(tree::Element focus, const Environment& environment,
                                              tree::Arena& arena) const;
    [[nodiscard]] Result<Collection> evaluate(Collection focus, const Environment& environment,
                                              tree::Arena& arena) const;
    /// The result as a criterion: empty is false, a single item that is no Boolean is true, as for
    /// invariants; several items fail.
    [[nodiscard]] Result<bool> holds(tree::Element focus, const Environment& environment,
                                     tree::Arena& arena) const;

    [[nodiscard]] std::string_view text() const;
    /// The static type of the result when it is known, else kNoType.
    [[nodiscard]] model::TypeId resultType() const;
    /// The compiled plan, one instruction a line.
    [[nodiscard]] std::string explain() const;

private:
    struct Program;
    explicit Expression(std::shared_ptr<const Program> program);
    std::shared_ptr<const Program> program_;
};

}  // namespace waymark::path
