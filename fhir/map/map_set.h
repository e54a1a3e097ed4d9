// FHIR Mapping Language: map texts compiled together against one model into a set that is immutable
// and shared between threads. (R4 StructureMap section 2.35; mapping language grammar.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/model/model.h"
#include "fhir/path/expression.h"
#include "fhir/terminology/terminology.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/element.h"

namespace waymark::map {

struct Source {
    std::string file;  ///< for diagnostics
    std::string text;  ///< FML, or a StructureMap as JSON or XML
};

struct Limits {
    std::uint32_t rules = 200'000;     ///< rule applications
    std::uint32_t depth = 128;         ///< nested groups and rules
    std::uint32_t elements = 200'000;  ///< created elements
    std::chrono::milliseconds time{2000};
};

/// Where the language's `log` goes. What it says may be a patient's data: nothing keeps it unless a
/// person at a command line asks for it.
class Log {
public:
    virtual ~Log() = default;
    virtual void entry(std::string_view rulePath, std::string_view text) = 0;
};

class Trace;

/// What one transformation sees. The target tree is built in `arena`; it shares texts with the
/// inputs, so their bodies and arenas must outlive it.
struct Run {
    tree::Arena* arena = nullptr;
    Random* random = nullptr;  ///< for uuid()
    Instant now{};
    std::string_view zone = "Europe/London";
    const path::Services* services = nullptr;
    Limits limits;
    Log* log = nullptr;
    Trace* trace = nullptr;  ///< told every step (fhir/map/trace.h); nullptr: none, at no cost
};

struct CompileOptions {
    /// For maps between models that are not all loaded (other FHIR versions, national models): what
    /// cannot be settled while compiling is a warning, and a failure only when a rule comes to it.
    /// Unknown structures are of any type, and inputs may be open JSON. The shipped content is
    /// compiled without this.
    bool lenient = false;
};

class MapSet {
public:
    /// Compiles all maps together. Fails with Kind::Incorrect and every fault of every map: file,
    /// line, column, code FML-E…, what was expected, nearest name. Model and terminology must
    /// outlive the set.
    static Result<MapSet> compile(std::span<const Source> sources, const model::Model& model,
                                  const terminology::Terminology& terminology,
                                  const CompileOptions& options = {});

    [[nodiscard]] bool has(std::string_view url) const;
    [[nodiscard]] std::vector<std::string> urls() const;
    /// What a linter says of maps that compile: unused variables, conditions without parentheses...
    [[nodiscard]] const std::vector<Issue>& warnings() const;

    /// What a map takes and gives; kNoType where it does not say.
    struct Signature {
        std::vector<model::TypeId> inputs;
        model::TypeId target = model::kNoType;
    };
    [[nodiscard]] std::optional<Signature> signature(std::string_view url) const;

    /// Runs the first group of the map at `url`. `inputs` are the group's sources in their order;
    /// `target` may be a begun tree (nullptr: an empty root of the target's type is made).
    /// Fails with Kind::Unprocessable: the rule path (`Map|group|rule`) that failed is in the
    /// issue's expression; TooCostly at a limit.
    [[nodiscard]] Result<tree::Element> transform(std::string_view url,
                                                  std::span<const tree::Element> inputs,
                                                  const Run& run,
                                                  tree::Node* target = nullptr) const;

private:
    struct Compiled;
    explicit MapSet(std::shared_ptr<const Compiled> compiled);
    std::shared_ptr<const Compiled> compiled_;
};

}  // namespace waymark::map
