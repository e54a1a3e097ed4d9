// HL7's validator cases: the same verdict and number of errors as the Java validator.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "fhir/structure/body.h"
#include "tests/support/shared_files.h"

namespace waymark::structure {
namespace {

struct Case {
    const char* name;
    const char* file;
    std::size_t errors;
    const char* profile = "";  ///< file of the profile that it is held against
    const char* canonical = "";
};

class HL7Case : public testing::TestWithParam<Case> {};

std::filesystem::path at(const char* file) {
    return std::filesystem::path("tests/conformance/validator/cases") / file;
}

TEST_P(HL7Case, HasAsManyErrors) {
    const Case& test = GetParam();
    auto validator = Validator::base();
    Options options;
    const std::vector<std::string> profiles{test.canonical};
    if (*test.profile != '\0') {
        const std::filesystem::path path = at(test.profile);
        auto library = package::Library::load({&path, 1});
        ASSERT_TRUE(library) << library.error().text();
        std::vector<Issue> notes;
        validator = Validator::make(*library, notes);
        EXPECT_TRUE(notes.empty());
        options.profiles = profiles;
    }
    tree::Arena arena;
    const auto findings = validateBody(tests::readFile(at(test.file)), *validator, arena, options);
    std::string all;
    for (const Issue& issue : findings) all += issue.expression + ": " + issue.text + "\n";
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(
                  findings, [](const Issue& issue) { return hasErrors({&issue, 1}); })),
              test.errors)
        << all;
}

constexpr const char* kSliced =
    "http://hl7.org/fhir/test/StructureDefinition/profile-slicing-type-resolve";

INSTANTIATE_TEST_SUITE_P(
    Published, HL7Case,
    testing::Values(Case{"BundleLocation1", "bundle-validation-location-1.xml", 2},
                    Case{"SlicingTypeBadBase", "profile-slicing-type-example-bad.xml", 0},
                    Case{"SlicingTypeBad", "profile-slicing-type-example-bad.xml", 2,
                         "profile-slicing-type-resolve.xml", kSliced},
                    Case{"BadOid", "cs-bad-oid.xml", 1},
                    Case{"Script", "pat-security-bad-xhtml.json", 2},
                    Case{"EnableWhen", "q-enablewhen-me-wrong.json", 1},
                    Case{"MedicationRequest", "hakan-se.json", 4},
                    Case{"GroupChoice", "group-choice-bad1.json", 2},
                    Case{"PatientGood", "jv-patient-good.json", 0}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace waymark::structure
