#include "fhir/outcome/outcome.h"

#include <gtest/gtest.h>

#include "fhir/model/model.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace waymark::outcome {
namespace {

Failure twoFaults() {
    std::vector<Issue> issues;
    issues.push_back(Issue{.type = IssueType::Required,
                           .text = "Task needs the element intent.",
                           .expression = "Bundle.entry[2].resource.intent",
                           .at = {3, 14},
                           .code = {},
                           .file = {}});
    issues.push_back(Issue{.severity = Severity::Warning,
                           .type = IssueType::BusinessRule,
                           .text = "The NHS number is not verified.",
                           .expression = {},
                           .at = {},
                           .code = "W1",
                           .file = {}});
    return Failure(Kind::Incorrect, std::move(issues));
}

std::string printed(tree::Element outcome) {
    std::string out;
    tree::writeJson(outcome, model::Model::r4(), out);
    return out;
}

TEST(OperationOutcome, CarriesSentencePlaceAndExpression) {
    tree::Arena arena;
    EXPECT_EQ(
        printed(operationOutcome(twoFaults(), arena)),
        R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"required",)"
        R"("details":{"text":"Task needs the element intent."},"diagnostics":)"
        R"("Line 3, column 14.","expression":["Bundle.entry[2].resource.intent"]},)"
        R"({"severity":"warning","code":"business-rule","details":{"coding":[{"code":"W1"}],)"
        R"("text":"The NHS number is not verified."}}]})");
}

TEST(OperationOutcome, SpeaksBars) {
    tree::Arena arena;
    std::vector<Issue> issues;
    issues.push_back(Issue{.type = IssueType::Duplicate,
                           .text = "This message was processed before.",
                           .expression = {},
                           .at = {},
                           .code = {},
                           .file = {}});
    EXPECT_EQ(
        printed(operationOutcome(Failure(Kind::Conflict, std::move(issues)), arena, Dialect::Bars)),
        R"({"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"duplicate",)"
        R"("details":{"coding":[{"system":"https://fhir.nhs.uk/CodeSystem/http-error-codes",)"
        R"("code":"REC_CONFLICT","display":"409 - REC_CONFLICT"}],"text":"This message was )"
        R"(processed before."},"diagnostics":"This message was processed before."}]})");
}

TEST(OperationOutcome, IsValidForEveryKindAndIssueType) {
    for (int kind = 0; kind <= static_cast<int>(Kind::Unavailable); ++kind) {
        for (const Dialect dialect : {Dialect::Fhir, Dialect::Bars}) {
            tree::Arena arena;
            const Failure failure(static_cast<Kind>(kind));
            EXPECT_GE(httpStatus(failure.kind), 400U);
            const std::string out = printed(operationOutcome(failure, arena, dialect));
            EXPECT_TRUE(tree::readJson(out, model::Model::r4(), arena)) << out;
        }
    }
    for (int type = 0; type <= static_cast<int>(IssueType::Informational); ++type) {
        tree::Arena arena;
        Issue issue;
        issue.type = static_cast<IssueType>(type);
        issue.text = "x";
        const std::string out = printed(operationOutcome({&issue, 1}, arena));
        EXPECT_TRUE(tree::readJson(out, model::Model::r4(), arena)) << out;
    }
}

TEST(OperationOutcome, SaysThatNothingIsWrong) {
    tree::Arena arena;
    EXPECT_EQ(printed(operationOutcome(std::span<const Issue>(), arena)),
              R"({"resourceType":"OperationOutcome","issue":[{"severity":"information",)"
              R"("code":"informational","details":{"text":"No faults were found."}}]})");
}

TEST(Problem, IsProblemJson) {
    EXPECT_EQ(
        problemJson(twoFaults()),
        R"({"type":"about:blank","title":"The request cannot be read","status":400,)"
        R"("detail":"Task needs the element intent.","errors":[{"detail":"Task needs the )"
        R"(element intent.","pointer":"#/entry/2/resource/intent"},{"detail":"The NHS number )"
        R"(is not verified.","code":"W1"}]})");
    EXPECT_EQ(problemJson(Failure(Kind::Throttled)),
              R"({"type":"about:blank","title":"Too many requests","status":429,"detail":)"
              R"("Too many requests.","errors":[{"detail":"Too many requests."}]})");
}

}  // namespace
}  // namespace waymark::outcome
