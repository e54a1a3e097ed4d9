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

/// The UK Core and BaRS profiles, compiled.
std::shared_ptr<const structure::Validator> profiled(std::vector<Issue>& notes) {
    const std::vector<std::filesystem::path> paths{tests::shared("examples/ukcore-profiles"),
                                                   tests::shared("examples/bars-profiles")};
    auto library = package::Library::load(paths);
    EXPECT_TRUE(library) << library.error().text();
    return library ? structure::Validator::make(*library, notes) : nullptr;
}

/// Rule and place of every error.
Lines errorsOf(const std::string& body, const structure::Validator& validator) {
    tree::Arena arena;
    Lines lines;
    for (const Issue& issue : structure::validateBody(body, validator, arena)) {
        if (structure::hasErrors({&issue, 1})) {
            lines.push_back(fmt::format("{} {}", issue.code, issue.expression));
        }
    }
    return lines;
}

std::string changed(std::string body, std::string_view from, std::string_view to) {
    const std::size_t at = body.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return at == std::string::npos ? body : body.replace(at, from.size(), to);
}

/// Without the empty element that begins so.
std::string without(std::string body, std::string_view begin) {
    const std::size_t at = body.find(begin);
    EXPECT_NE(at, std::string::npos) << begin;
    return at == std::string::npos ? body : body.erase(at, body.find("/>", at) + 2 - at);
}

TEST(PublishedProfiles, HoldOfThePublishedMessages) {
    WAYMARK_NEEDS_SHARED("examples/ukcore-profiles");
    std::vector<Issue> notes;
    const auto validator = profiled(notes);
    ASSERT_TRUE(validator);
    // UKCore-Bundle is not among the profiles, so BARSBundleMessage stands alone.
    ASSERT_EQ(notes.size(), 1U);
    EXPECT_NE(notes[0].text.find("UKCore-Bundle"), std::string::npos) << notes[0].text;
    for (const char* folder : {"bars-messages", "ukcore"}) {
        for (const auto& entry :
             std::filesystem::directory_iterator(tests::shared("examples") / folder)) {
            const bool known = entry.path().filename() == "REFREQ05.xml";
            EXPECT_EQ(errorsOf(tests::readFile(entry.path()), *validator),
                      known ? Lines{"binding-required Bundle.entry[19].resource.clinicalStatus"}
                            : Lines())
                << entry.path();
        }
    }
}

TEST(PublishedProfiles, RefuseWhatTheyForbid) {
    WAYMARK_NEEDS_SHARED("examples/ukcore-profiles");
    std::vector<Issue> notes;
    const auto validator = profiled(notes);
    ASSERT_TRUE(validator);
    const std::string message =
        tests::readFile(tests::shared("examples/bars-messages/REFREQ03.xml"));
    EXPECT_EQ(
        errorsOf(changed(message, "<intent value=\"plan\"", "<intent value=\"order\""), *validator),
        Lines{"fixed Bundle.entry[1].resource.intent"});
    EXPECT_EQ(errorsOf(without(message, "<timestamp "), *validator), Lines{"profile-min Bundle"});
    const std::string patient =
        tests::readFile(tests::shared("examples/ukcore/Patient-RichardSmith.xml"));
    EXPECT_EQ(errorsOf(changed(patient, "Extension-UKCore-NHSNumberVerificationStatus\">",
                               "Extension-UKCore-BirthSex\">"),
                       *validator)
                  .empty(),
              false);
}

}  // namespace
}  // namespace waymark
