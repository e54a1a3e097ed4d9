// The published BaRS and UK Core examples have exactly the faults that they really have. What each
// kind of finding is about is argued in findings/NOTES.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "fhir/structure/body.h"
#include "tests/support/shared_files.h"

namespace waymark {
namespace {

using Lines = std::vector<std::string>;

/// What the golden file says, by the file that it is about.
std::map<std::string, Lines> expected() {
    std::map<std::string, Lines> all;
    std::istringstream in(tests::readFile("tests/golden/findings/published.txt"));
    for (std::string line; std::getline(in, line);) {
        const std::size_t space = line.find(' ');
        all[line.substr(0, space)].push_back(line.substr(space + 1));
    }
    return all;
}

Lines findingsOf(const std::string& body) {
    tree::Arena arena;
    Lines lines;
    for (const Issue& issue : structure::validateBody(body, *structure::Validator::base(), arena)) {
        const std::string_view severity = issue.severity == Severity::Warning ? "warning" : "error";
        lines.push_back(fmt::format("{}:{} {} {} {}", issue.at.line, issue.at.column, severity,
                                    issue.code.empty() ? "read" : issue.code, issue.expression));
    }
    return lines;
}

TEST(PublishedExamples, HaveExactlyTheirFaults) {
    WAYMARK_NEEDS_SHARED("examples");
    const auto want = expected();
    std::size_t files = 0;
    for (const char* folder : {"bars-messages", "bars-definitions", "bars-api", "ukcore"}) {
        const auto root = tests::shared("examples");
        for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
            if (!entry.is_regular_file()) continue;
            ++files;
            const std::string name = fmt::format("{}/{}", folder, entry.path().filename().string());
            const auto known = want.find(name);
            EXPECT_EQ(findingsOf(tests::readFile(entry.path())),
                      known == want.end() ? Lines() : known->second)
                << name;
        }
    }
    EXPECT_GT(files, 50U);
}

TEST(PublishedExamples, TheModelMessageIsValid) {
    WAYMARK_NEEDS_SHARED("examples/social-prescribing-bars.json");
    for (const std::string& line :
         findingsOf(tests::readFile(tests::shared("examples/social-prescribing-bars.json")))) {
        EXPECT_NE(line.find(" warning "), std::string::npos) << line;
    }
}

}  // namespace
}  // namespace waymark
