// Elements held against profiles: cardinality, types, fixed values, patterns, bindings, invariants,
// slices, extensions. Recursion follows the document (whose depth the reader bounds) and profiles
// that lead to profiles (Limits::profileDepth). Private to the room; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "fhir/path/expression.h"
#include "fhir/structure/profile_set.h"
#include "fhir/structure/run.h"

namespace waymark::structure {

class ProfileCheck {
public:
    ProfileCheck(Run& run, const ProfileSet& set) : run_(run), set_(set), answers_(*this) {}
    ProfileCheck(const ProfileCheck&) = delete;
    ProfileCheck& operator=(const ProfileCheck&) = delete;

    /// What resources and extensions say of themselves (meta.profile, extension definitions), and
    /// the profiles that the caller names for the root.
    void checkDocument();

    /// What invariants ask: memberOf() and conformsTo().
    [[nodiscard]] const path::Services& answers() const { return answers_; }

private:
    class Answers final : public path::Services {
    public:
        explicit Answers(ProfileCheck& owner) : owner_(owner) {}
        [[nodiscard]] std::optional<bool> memberOf(std::string_view valueSet,
                                                   std::string_view system,
                                                   std::string_view code) const override;
        [[nodiscard]] std::optional<bool> conformsTo(tree::Element element,
                                                     std::string_view profile) const override;

    private:
        ProfileCheck& owner_;
    };

    /// The element against the whole profile, once per pair.
    void check(tree::Element element, const Profile& profile);
    /// The same without findings: whether there would be an error.
    bool conforms(tree::Element element, const Profile& profile);
    void checkNode(tree::Element element, const ProfileNode& node, const Profile& profile);
    void checkOwn(tree::Element element, const ProfileNode& node, const Profile& profile);
    void checkChildren(tree::Element element, const ProfileNode& node, const Profile& profile);
    void checkChild(tree::Element parent, const ProfileNode& node, const Profile& profile);
    void checkAlternatives(tree::Element parent, const ProfileNode& choice,
                           const ProfileNode& owner, const Profile& profile);
    void checkCount(tree::Element parent, const ProfileNode& node, std::uint32_t count,
                    const Profile& profile);
    void checkTypes(tree::Element element, const ProfileNode& node, const Profile& profile);
    void checkTypeProfiles(tree::Element element, const TypeRule& rule, const Profile& profile);
    void checkTargets(tree::Element element, const ProfileNode& node, const TypeRule& rule,
                      const Profile& profile);
    void checkAggregation(tree::Element element, const ProfileNode& node, const TypeRule& rule,
                          const Profile& profile);
    void checkBound(tree::Element element, const ProfileBinding& binding);
    void checkResource(tree::Element resource);
    void profileUnknown(tree::Element at, std::string_view canonical);

    // slicing.cpp
    void checkSlices(tree::Element parent, const ProfileNode& node,
                     const std::vector<tree::Element>& elements, const Profile& profile);
    bool isInSlice(tree::Element element, const ProfileNode& node, const ProfileNode& slice);
    bool discriminates(tree::Element element, const Discriminator& by, const ProfileNode& slice);
    bool matchesValue(const std::vector<tree::Element>& found, const Discriminator& by,
                      const ProfileNode& slice);
    bool matchesType(const std::vector<tree::Element>& found, const Discriminator& by,
                     const ProfileNode& target);
    std::vector<tree::Element> follow(tree::Element element, const Discriminator& by);

    // extensions.cpp
    void checkExtension(tree::Element extension);
    void checkParts(tree::Element extension, const Profile& profile);
    void checkContext(tree::Element extension, const Profile& profile);
    bool fitsContext(tree::Element holder, const ExtensionContext& context);

    [[nodiscard]] bool spend();

    Run& run_;
    const ProfileSet& set_;
    Answers answers_;
    std::uint32_t depth_ = 0;
    std::uint32_t spent_ = 0;
    /// (element, profile) that were checked with findings told.
    std::unordered_set<std::uint64_t> told_;
};

}  // namespace waymark::structure
