// Validation of a tree that was read: everything that a reader cannot see, because it is no matter
// of one element's shape. FHIR R4: invariants, bindings, references and contained resources,
// narratives, Bundle rules, and what profiles add (section 5.1). The reader's checks (names,
// cardinality, formats, required codes) are never made a second time.
// A Validator is immutable and shared between threads; one run works on one thread and allocates in
// the message's arena only, as long as it finds nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "fhir/package/library.h"
#include "fhir/tree/json_reader.h"

namespace waymark::structure {

/// What bounds one run; each bound that is met is one more finding, never a hang.
struct Limits {
    std::uint32_t findings = 200;
    std::uint32_t profileDepth = 16;  ///< profiles that lead to profiles
    std::uint32_t profileChecks = 2'000'000;
    std::chrono::milliseconds time{5'000};
};

struct Options {
    /// Canonicals that the root must conform to, beside what its meta.profile says.
    std::span<const std::string> profiles;
    /// Whether meta.profile of every resource is honoured.
    bool metaProfiles = true;
    /// Whether best-practice rules (a narrative should be there, dom-6) are told, as information.
    bool bestPractice = false;
    Instant now{};  ///< for invariants that ask for the time
    Limits limits;
};

class Rules;
class ProfileSet;

class Validator {
public:
    /// FHIR R4 itself, no profiles. Compiled at first use, then shared.
    static std::shared_ptr<const Validator> base();
    /// R4 and the profiles, extensions, value sets and code systems of a library. What of it does
    /// not compile (an invariant that is no FHIRPath, a profile whose base is not there) is told as
    /// warnings in `notes` and left out.
    static std::shared_ptr<const Validator> make(std::shared_ptr<const package::Library> library,
                                                 std::vector<Issue>& notes);

    /// Every finding: severity, issue type, the rule's key in `code` ("per-1", "binding-required"),
    /// FHIRPath expression, line and column, a sentence that says what to mend. No findings of
    /// severity Error or Fatal: the document is valid. Nothing of the message stands in a text.
    [[nodiscard]] std::vector<Issue> validate(const tree::Document& document, tree::Arena& arena,
                                              const Options& options = {}) const;

    /// Whether the canonical (with or without a version) is a profile that is known here.
    [[nodiscard]] bool knows(std::string_view profile) const;

    Validator(const Validator&) = delete;
    Validator& operator=(const Validator&) = delete;
    ~Validator();

private:
    Validator();
    std::shared_ptr<const Rules> rules_;
    std::shared_ptr<const ProfileSet> profiles_;
};

/// Whether any finding makes the document invalid.
[[nodiscard]] bool hasErrors(std::span<const Issue> findings);

}  // namespace waymark::structure
