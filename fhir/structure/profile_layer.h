// One definition's ElementDefinitions put on a constraint tree. Private to the room.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/package/library.h"
#include "fhir/structure/profile.h"

namespace waymark::structure {

class ProfileLayer {
public:
    /// `tree` is the base's; faults are sentences for notes.
    ProfileLayer(ProfileNode& tree, std::vector<std::string>& faults)
        : tree_(tree), faults_(faults) {}

    /// All of a snapshot's or differential's elements.
    void apply(tree::Element list);

private:
    struct Segment {
        std::string name;   ///< "identifier", "value[x]"
        std::string slice;  ///< empty: none
    };
    [[nodiscard]] std::vector<Segment> segmentsOf(tree::Element element);
    [[nodiscard]] std::vector<Segment> segmentsOfPath(tree::Element element);
    ProfileNode* nodeAt(const std::vector<Segment>& segments);
    ProfileNode* childOf(ProfileNode& parent, const Segment& segment);
    ProfileNode* sliceOf(ProfileNode& node, const std::string& name);
    void element(tree::Element definition, ProfileNode& node, const ProfileNode* parent);
    void cardinality(tree::Element definition, ProfileNode& node, const ProfileNode* parent);
    void types(tree::Element definition, ProfileNode& node);
    void values(tree::Element definition, ProfileNode& node);
    void binding(tree::Element definition, ProfileNode& node, const ProfileNode* parent);
    void constraints(tree::Element definition, ProfileNode& node);
    void slicing(tree::Element definition, ProfileNode& node);

    ProfileNode& tree_;
    std::vector<std::string>& faults_;
    /// Without element ids: the slice that a path is in at the moment.
    std::map<std::string, std::string, std::less<>> current_;
};

/// A discriminator's path; false (and nothing in `steps`) when it is not of the restricted kind.
bool parseDiscriminator(std::string_view path, std::vector<DiscriminatorStep>& steps);

}  // namespace waymark::structure
