// What the tests of this room share: expressions evaluated on small synthetic resources, results as
// one line of text.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "fhir/path/expression.h"
#include "fhir/tree/json_reader.h"

namespace waymark::path::tests {

/// A resource that keeps its body.
class Resource {
public:
    explicit Resource(std::string_view json, model::TypeId root = model::kNoType) : body_(json) {
        tree::ReadOptions options;
        options.root = root;
        auto document = tree::readJson(body_, model::Model::r4(), arena_, options);
        EXPECT_TRUE(document) << (document ? "" : document.error().text());
        if (document) root_ = document->root;
    }
    [[nodiscard]] tree::Element root() const { return root_; }

private:
    std::string body_;
    tree::Arena arena_;
    tree::Element root_;
};

inline constexpr std::string_view kPatient = R"({
  "resourceType": "Patient", "id": "p1", "active": true,
  "extension": [{"url": "http://example.org/score", "valueDecimal": 1.50},
                {"url": "http://example.org/note", "valueString": "hello"}],
  "identifier": [{"use": "usual", "system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"},
                 {"system": "urn:local", "value": "A1"}],
  "name": [{"use": "official", "family": "Archer", "given": ["Wilma", "Jane"]},
           {"use": "nickname", "given": ["Will"]}],
  "telecom": [{"system": "phone", "value": "01632960001", "rank": 1},
              {"system": "email", "value": "w@example.org"}],
  "gender": "female", "birthDate": "1974-12-25",
  "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                                "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
  "multipleBirthInteger": 2,
  "managingOrganization": {"reference": "#org"},
  "contained": [{"resourceType": "Organization", "id": "org", "name": "Riverside"}],
  "text": {"status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"}
})";

inline Scope patientScope() {
    Scope scope;
    scope.model = &model::Model::r4();
    scope.focus = scope.model->typeNamed("Patient");
    return scope;
}

/// "integer 1, string a", "{}" for nothing, "compile: ..." and "fault: ..." for failures.
inline std::string evaluated(std::string_view text, tree::Element focus,
                             Environment environment = {}, Scope scope = {}) {
    if (!scope.model) scope.model = &model::Model::r4();
    if (scope.focus == model::kNoType && focus) scope.focus = focus.type();
    const auto expression = Expression::compile(text, scope);
    if (!expression) return "compile: " + std::string(expression.error().text());
    tree::Arena arena;
    const auto items = expression->evaluate(focus, environment, arena);
    if (!items) return "fault: " + std::string(items.error().text());
    if (items->empty()) return "{}";
    std::string line;
    for (const Value& item : *items) {
        if (!line.empty()) line += ", ";
        line.append(typeName(item, *scope.model)).append(" ").append(path::text(item));
    }
    return line;
}

inline const Resource& patient() {
    static const Resource resource(kPatient);
    return resource;
}

/// Without an input.
inline std::string evaluated(std::string_view text) {
    return evaluated(text, tree::Element());
}
/// On the patient above.
inline std::string ofPatient(std::string_view text) {
    return evaluated(text, patient().root());
}

struct Case {
    const char* expression;
    const char* result;
};

}  // namespace waymark::path::tests
