#include "fhir/structure/validator.h"

#include <algorithm>

#include "fhir/structure/profile_check.h"
#include "fhir/structure/profile_set.h"
#include "fhir/structure/rules.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

namespace {

/// A type of R4 is what is checked anyway.
void unknownProfile(const std::string& canonical, Run& run) {
    const model::TypeId type = run.model().typeAt(canonical);
    const tree::Element root = run.document().root;
    if (type == model::kNoType) {
        run.error(root, IssueType::NotFound, "profile-unknown",
                  "This profile is in no package that is known here.");
    } else if (!run.model().isA(root.type(), type)) {
        run.error(root, IssueType::Invalid, "profile-type",
                  "This is no resource of the type that the profile names.");
    }
}

}  // namespace

Validator::Validator() : rules_(Rules::r4()) {}
Validator::~Validator() = default;

std::shared_ptr<const Validator> Validator::base() {
    static const std::shared_ptr<const Validator> validator(new Validator());
    return validator;
}

std::shared_ptr<const Validator> Validator::make(std::shared_ptr<const package::Library> library,
                                                 std::vector<Issue>& notes) {
    std::shared_ptr<Validator> validator(new Validator());
    validator->profiles_ = ProfileSet::make(std::move(library), notes);
    return validator;
}

bool Validator::knows(std::string_view profile) const {
    return profiles_ && profiles_->find(profile) != nullptr;
}

std::vector<Issue> Validator::validate(const tree::Document& document, tree::Arena& arena,
                                       const Options& options) const {
    std::vector<Issue> findings;
    Run run(*rules_, document, arena, options, findings);
    if (!profiles_) {
        for (const std::string& canonical : options.profiles) unknownProfile(canonical, run);
        run.walk();
        return findings;
    }
    ProfileCheck profiles(run, *profiles_);
    run.setServices(&profiles.answers());
    run.setHasProfiles();
    run.walk();
    if (!run.isFull()) profiles.checkDocument();
    return findings;
}

bool hasErrors(std::span<const Issue> findings) {
    return std::ranges::any_of(findings, [](const Issue& issue) {
        return issue.severity == Severity::Error || issue.severity == Severity::Fatal;
    });
}

}  // namespace waymark::structure
