#include "fhir/model/model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fhir/model/r4_ids.h"
#include "fhir/model/shape.h"

namespace waymark::model {
namespace {

TEST(Model, GivesTheGeneratedIds) {
    const Model& r4 = Model::r4();
    EXPECT_EQ(r4.typeCount(), type::kCount);
    EXPECT_EQ(r4.nameCount(), name::kCount);
    EXPECT_EQ(r4.typeNamed("Open"), kOpen);
    EXPECT_EQ(r4.typeNamed("System.Boolean"), type::System_Boolean);
    EXPECT_EQ(r4.typeNamed("string"), type::string);
    EXPECT_EQ(r4.typeNamed("Patient"), type::Patient);
    EXPECT_EQ(r4.typeNamed("Bundle.entry"), type::Bundle_entry);
    EXPECT_EQ(r4.type(type::kCount - 1).name.substr(0, 18), "VisionPrescription");
    EXPECT_EQ(r4.nameId("identifier"), name::identifier);
    EXPECT_EQ(r4.nameId("class"), name::class_);
    EXPECT_EQ(r4.nameId("valueQuantity"), name::valueQuantity);
    EXPECT_EQ(r4.name(name::kCount - 1), "brand");
}

TEST(Model, FindsEveryMemberOfEveryTypeByItsName) {
    const Model& r4 = Model::r4();
    std::size_t members = 0;
    for (TypeId id = 1; id < r4.typeCount(); ++id) {
        for (const ElementDef& def : r4.type(id).elements) {
            ASSERT_EQ(r4.elementNamed(id, r4.name(def.json)), &def) << r4.type(id).name;
            ++members;
        }
        EXPECT_EQ(r4.elementNamed(id, "identifer"), nullptr);
        EXPECT_EQ(r4.elementNamed(id, ""), nullptr);
    }
    EXPECT_GT(members, 8000U);
}

TEST(Model, KnowsCardinalityAndChoices) {
    const Model& r4 = Model::r4();
    const ElementDef* identifier = r4.elementNamed(type::Patient, "identifier");
    ASSERT_TRUE(identifier);
    EXPECT_TRUE(identifier->repeats);
    EXPECT_FALSE(identifier->required);
    EXPECT_EQ(identifier->type, type::Identifier);
    const auto values = r4.elements(type::Observation, name::value);
    EXPECT_EQ(values.size(), 11U);
    EXPECT_TRUE(std::ranges::all_of(values, [](const ElementDef& def) { return def.choice; }));
    EXPECT_EQ(r4.elementNamed(type::Observation, "value"), nullptr);
    EXPECT_EQ(r4.elementNamed(type::Extension, "valueQuantity")->name, name::value);
    EXPECT_TRUE(r4.elementNamed(type::ServiceRequest, "intent")->required);
    EXPECT_TRUE(r4.elementNamed(type::Extension, "url")->xmlAttribute);
    EXPECT_EQ(r4.elementNamed(type::xhtml, "extension"), nullptr);
}

TEST(Model, ResourceIdIsAnIdAndElementIdAString) {
    const Model& r4 = Model::r4();
    EXPECT_EQ(r4.elementNamed(type::Patient, "id")->type, type::id);
    EXPECT_EQ(r4.elementNamed(type::HumanName, "id")->type, type::string);
}

TEST(Model, FollowsBasesAndContentReferences) {
    const Model& r4 = Model::r4();
    EXPECT_TRUE(r4.isA(type::code, type::string));
    EXPECT_TRUE(r4.isA(type::Patient, type::Resource));
    EXPECT_TRUE(r4.isA(type::Age, type::Quantity));
    EXPECT_TRUE(r4.isA(type::Bundle_entry, type::Element));
    EXPECT_FALSE(r4.isA(type::Quantity, type::Age));
    EXPECT_EQ(r4.elementNamed(type::Bundle_entry, "link")->type, type::Bundle_link);
    EXPECT_EQ(r4.elementNamed(type::Bundle_entry_response, "outcome")->type, type::Resource);
}

TEST(Model, FindsResourcesByNameAndTypesByCanonical) {
    const Model& r4 = Model::r4();
    EXPECT_EQ(r4.resourceNamed("Patient"), type::Patient);
    EXPECT_EQ(r4.resourceNamed("Resource"), kNoType);
    EXPECT_EQ(r4.resourceNamed("HumanName"), kNoType);
    EXPECT_EQ(r4.resourceNamed("Patien"), kNoType);
    EXPECT_EQ(r4.typeAt("http://hl7.org/fhir/StructureDefinition/HumanName"), type::HumanName);
    EXPECT_EQ(r4.typeAt("http://hl7.org/fhir/StructureDefinition/Nobody"), kNoType);
}

TypeSpec walk() {
    return {
        .name = "Walk",
        .url = "https://example.org/Walk",
        .base = "Element",
        .elements = {
            {.path = "Walk", .min = 0, .repeats = true, .types = {}, .contentReference = {}},
            {.path = "Walk.leader",
             .min = 1,
             .repeats = false,
             .types = {"HumanName"},
             .contentReference = {}},
            {.path = "Walk.stop", .min = 0, .repeats = true, .types = {}, .contentReference = {}},
            {.path = "Walk.stop.place[x]",
             .min = 0,
             .repeats = false,
             .types = {"string", "Address"},
             .contentReference = {}},
            {.path = "Walk.stop.detour",
             .min = 0,
             .repeats = true,
             .types = {},
             .contentReference = "#Walk.stop"}}};
}

TEST(Model, ExtendsByLogicalModelsAndKeepsItsIds) {
    const TypeSpec specs[] = {walk()};
    const auto made = Model::extend(specs);
    ASSERT_TRUE(made) << made.error().text();
    const Model& model = **made;
    EXPECT_EQ(model.typeNamed("Patient"), type::Patient);
    EXPECT_EQ(model.nameId("identifier"), name::identifier);
    const TypeId id = model.typeNamed("Walk");
    EXPECT_EQ(model.typeAt("https://example.org/Walk"), id);
    EXPECT_EQ(model.type(id).kind, TypeKind::Logical);
    EXPECT_EQ(model.elementNamed(id, "leader")->type, type::HumanName);
    EXPECT_TRUE(model.elementNamed(id, "id"));
    const TypeId stop = model.typeNamed("Walk.stop");
    EXPECT_EQ(model.elementNamed(stop, "detour")->type, stop);
    EXPECT_EQ(model.elements(stop, model.nameId("place")).size(), 2U);
    EXPECT_EQ(model.elementNamed(stop, "placeAddress")->type, type::Address);
}

TEST(Model, RefusesFaultyLogicalModelsWithEveryFault) {
    TypeSpec spec = walk();
    spec.elements[1].types = {"HumanNam"};
    spec.elements[4].contentReference = "#Walk.halt";
    spec.elements.push_back({.path = "Walk.nowhere.x",
                             .min = 0,
                             .repeats = false,
                             .types = {"string"},
                             .contentReference = {}});
    const auto made = Model::extend({&spec, 1});
    ASSERT_FALSE(made);
    ASSERT_EQ(made.error().issues.size(), 3U);
    EXPECT_NE(made.error().issues[0].text.find("did you mean `HumanName`"), std::string::npos);
    spec = walk();
    spec.name = "Patient";
    EXPECT_FALSE(Model::extend({&spec, 1}));
}

}  // namespace
}  // namespace waymark::model
