// The official FML cases (FHIR/fhir-test-cases and HL7/mapping-language-ig) as far as they stand in
// ../shared/conformance/fml. Cases that are left out name what they need.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "fhir/map/case_runner.h"
#include "tests/support/fixed_world.h"

namespace waymark::map {
namespace {

std::string cases() {
    const char* shared = std::getenv("WAYMARK_SHARED");
    const std::filesystem::path folder = shared ? shared : "../shared";
    std::ifstream file(folder / "conformance/fml/cases.json", std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

TEST(FmlConformance, EveryCaseGivesWhatIsExpected) {
    const std::string text = cases();
    if (text.empty())
        GTEST_SKIP() << "no conformance/fml/cases.json in ../shared or $WAYMARK_SHARED";
    const terminology::Terminology terminology;
    tests::SeededRandom random;
    const tests::FixedClock clock;
    const auto report = runCases(text, {.model = &model::Model::r4(),
                                        .terminology = &terminology,
                                        .random = &random,
                                        .now = clock.now()});
    ASSERT_TRUE(report.has_value()) << report.error().text();
    EXPECT_GE(report->results.size(), 34U);
    for (const CaseResult& result : report->results) {
        EXPECT_NE(result.outcome, CaseResult::Outcome::Failed)
            << result.id << ": " << result.detail;
        // Only targets in XML of models that the suite does not bring are left out.
        if (result.outcome == CaseResult::Outcome::Skipped) {
            EXPECT_EQ(result.detail, "needs CDA logical models, XML output") << result.id;
        }
    }
    RecordProperty("summary", report->summary());
    std::cout << report->summary() << '\n';
}

}  // namespace
}  // namespace waymark::map
