#include "fhir/package/structure_definition.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "fhir/tree/json_reader.h"

namespace waymark::package {
namespace {

std::string definition(std::string_view elements, std::string_view kind = "logical") {
    return R"({"resourceType": "StructureDefinition", "url": "http://x/StructureDefinition/Note",
      "name": "Note", "status": "draft", "abstract": false, "kind": ")" +
           std::string(kind) + R"(", "type": "http://x/StructureDefinition/Note",
      "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Element",
      "differential": {"element": [)" +
           std::string(elements) + "]}}";
}

Result<model::TypeSpec> read(std::string_view json) {
    tree::Arena arena;
    const auto document = tree::readJson(json, model::Model::r4(), arena);
    if (!document) return std::unexpected(document.error());
    return logicalModel(document->root, model::Model::r4());
}

TEST(LogicalModel, BecomesATypeOfTheModel) {
    const std::string json = definition(R"(
      {"path": "Note"},
      {"path": "Note.id", "min": 1, "max": "1",
       "type": [{"code": "http://hl7.org/fhirpath/System.String"}]},
      {"path": "Note.who", "min": 0, "max": "*", "type": [{"code": "BackboneElement"}]},
      {"path": "Note.who.name", "min": 0, "max": "1",
       "type": [{"code": "http://hl7.org/fhir/StructureDefinition/string"}]},
      {"path": "Note.also", "min": 0, "max": "1", "contentReference": "http://x/Note#Note.who"},
      {"path": "Note.value[x]", "min": 0, "max": "1", "type": [{"code": "string"}, {"code": "Age"}]},
      {"path": "Note.rest", "min": 0, "max": "1", "type": [{"code": "Base"}]})");
    const auto spec = read(json);
    ASSERT_TRUE(spec.has_value()) << spec.error().text();
    EXPECT_EQ(spec->name, "Note");
    EXPECT_EQ(spec->base, "Element");
    const auto model = model::Model::extend(std::span(&*spec, 1));
    ASSERT_TRUE(model.has_value()) << model.error().text();
    const model::TypeId note = (*model)->typeAt("http://x/StructureDefinition/Note");
    ASSERT_NE(note, model::kNoType);
    const auto* who = (*model)->elementNamed(note, "who");
    ASSERT_NE(who, nullptr);
    EXPECT_TRUE(who->repeats);
    EXPECT_EQ((*model)->type(who->type).name, "Note.who");
    EXPECT_EQ((*model)->elementNamed(note, "also")->type, who->type);
    EXPECT_NE((*model)->elementNamed(note, "valueAge"), nullptr);
    EXPECT_EQ((*model)->elementNamed(note, "rest")->type, model::kOpen);
    EXPECT_TRUE((*model)->elementNamed(note, "id")->required);
}

TEST(LogicalModel, NamesEveryFault) {
    struct Case {
        std::string json, says;
    };
    const std::array cases{
        Case{definition(R"({"path": "Note"})", "resource"), "kind logical"},
        Case{R"({"resourceType": "Patient"})", "no StructureDefinition"},
        Case{definition(R"({"path": "Note"}, {"path": "Other.a", "type": [{"code": "string"}]})"),
             "outside of Note"},
        Case{definition(R"({"path": "Note"}, {"path": "Note.a", "min": 0, "max": "0"})"), "max 0"},
        Case{definition(R"({"path": "Note"}, {"path": "Note.a", "min": 0, "max": "x"})"),
             "no cardinality"},
    };
    for (const Case& each : cases) {
        const auto spec = read(each.json);
        ASSERT_FALSE(spec.has_value()) << each.json;
        EXPECT_NE(std::string(spec.error().text()).find(each.says), std::string::npos)
            << spec.error().text();
    }
}

}  // namespace
}  // namespace waymark::package
