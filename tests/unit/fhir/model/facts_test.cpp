#include "fhir/model/facts.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/model/shape.h"

namespace waymark::model {
namespace {

TEST(Facts, KnowsBindingsAndTheirCodes) {
    const Facts& facts = Facts::r4();
    const Binding* status = facts.binding(type::ServiceRequest, name::status);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->strength, Strength::Required);
    EXPECT_EQ(status->valueSet, "http://hl7.org/fhir/ValueSet/request-status");
    const ValueSet* set = facts.valueSet(status->valueSet);
    ASSERT_TRUE(set);
    EXPECT_EQ(set->contains("http://hl7.org/fhir/request-status", "active"), true);
    EXPECT_EQ(set->contains("", "revoked"), true);
    EXPECT_EQ(set->contains("http://hl7.org/fhir/request-status", "cancelled"), false);
    EXPECT_EQ(set->contains("http://other.org", "active"), false);
    EXPECT_EQ(facts.binding(type::Patient, name::maritalStatus)->strength, Strength::Extensible);
    EXPECT_EQ(facts.binding(type::Patient, name::language)->maximum,
              "http://hl7.org/fhir/ValueSet/all-languages");
    EXPECT_EQ(facts.binding(type::Age, name::comparator)->owner, type::Quantity);
    EXPECT_FALSE(facts.binding(type::Patient, name::name));
    EXPECT_EQ(facts.valueSet("http://hl7.org/fhir/ValueSet/mimetypes")->contains("", "text/x"),
              std::nullopt);
}

TEST(Facts, HoldsEveryValueSetOfARequiredBinding) {
    const Facts& facts = Facts::r4();
    const Model& r4 = Model::r4();
    int closed = 0;
    for (TypeId id = 1; id < r4.typeCount(); ++id) {
        for (const ElementDef& def : r4.type(id).elements) {
            const Binding* binding = facts.binding(id, def.name);
            if (!binding || binding->strength != Strength::Required) continue;
            const ValueSet* set = facts.valueSet(binding->valueSet);
            ASSERT_TRUE(set) << binding->valueSet;
            if (!set->isOpen) ++closed;
        }
    }
    EXPECT_GT(closed, 300);
}

TEST(Facts, KnowsInvariantsWhereTheyAreDefined) {
    const Facts& facts = Facts::r4();
    const auto ofBundle = facts.invariants(type::Bundle);
    const auto bdl7 = std::ranges::find(ofBundle, "bdl-7", &Invariant::key);
    ASSERT_NE(bdl7, ofBundle.end());
    EXPECT_TRUE(bdl7->isError);
    EXPECT_NE(bdl7->expression.find("isDistinct()"), std::string::npos);
    EXPECT_EQ(facts.invariants(type::Bundle_entry).front().key, "bdl-8");
    const auto ofNarrative = facts.invariants(type::Narrative);
    EXPECT_EQ(std::ranges::count(ofNarrative, name::div, &Invariant::element), 2);
    const auto ofDomain = facts.invariants(type::DomainResource);
    const auto dom6 = std::ranges::find(ofDomain, "dom-6", &Invariant::key);
    EXPECT_TRUE(dom6->isBestPractice);
    EXPECT_FALSE(dom6->isError);
    EXPECT_EQ(dom6->expression, "text.`div`.exists()");
    EXPECT_EQ(facts.invariants(type::Element).front().key, "ele-1");
}

TEST(Facts, KnowsTargetsAndSearchParameters) {
    const Facts& facts = Facts::r4();
    const auto targets = facts.targets(type::ServiceRequest, name::subject);
    EXPECT_EQ(std::vector<TypeId>(targets.begin(), targets.end()),
              (std::vector<TypeId>{type::Patient, type::Group, type::Location, type::Device}));
    EXPECT_TRUE(facts.targets(type::Task, name::focus).empty());
    const SearchParameter* authored = facts.searchParameter(type::ServiceRequest, "authored");
    ASSERT_TRUE(authored);
    EXPECT_EQ(authored->type, SearchType::Date);
    EXPECT_EQ(authored->expression, "ServiceRequest.authoredOn");
    EXPECT_EQ(facts.searchParameter(type::Task, "_lastUpdated")->expression,
              "Resource.meta.lastUpdated");
    EXPECT_FALSE(facts.searchParameter(type::Task, "authored"));
    EXPECT_GT(facts.searchParameters().size(), 1300U);
}

TEST(CodeLists, HoldExactlyTheCodesOfTheirValueSets) {
    const Model& r4 = Model::r4();
    const std::string unknown = "no-such-code";
    int lists = 0;
    for (TypeId id = 1; id < r4.typeCount(); ++id) {
        const Shape& shape = r4.shape(id);
        for (std::size_t i = 0; i < shape.memberCount; ++i) {
            const Member& member = shape.members[i];
            if (member.codes == 0) continue;
            ++lists;
            const Shape& codes = r4.codeList(member.codes);
            const Binding* binding = Facts::r4().binding(id, member.def.name);
            ASSERT_TRUE(binding);
            for (std::size_t c = 0; c < codes.memberCount; ++c) {
                const std::string_view code = codes.nameOf(codes.members[c]);
                EXPECT_EQ(Facts::r4().valueSet(binding->valueSet)->contains("", code), true);
                EXPECT_TRUE(codes.find(NameKey::of(code), code.data()));
            }
            EXPECT_FALSE(codes.find(NameKey::of(unknown), unknown.data()));
        }
    }
    EXPECT_GT(lists, 250);
    const std::string intent = "intent";
    const Member* member = r4.shape(type::Task).find(NameKey::of(intent), intent.data());
    EXPECT_EQ(r4.codeList(member->codes).memberCount, 9);
}

}  // namespace
}  // namespace waymark::model
