#include "fhir/path/case_runner.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace waymark::path {
namespace {

/// A folder of its own that goes away.
class Folder {
public:
    Folder()
        : path_(std::filesystem::temp_directory_path() /
                ("waymark_case_runner_test-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directory(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    void write(const char* name, const char* text) const { std::ofstream(path_ / name) << text; }
    [[nodiscard]] std::filesystem::path file(const char* name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

TEST(CaseRunner, ComparesStrictly) {
    const Folder folder;
    folder.write("patient.json",
                 R"({"resourceType": "Patient", "active": true, "birthDate": "1974-12-25",
                     "link": [{"type": "seealso"}]})");
    folder.write("cases.json", R"json({"tests": [
      {"name": "right", "input": "patient.json", "expression": "active",
       "outputs": [["boolean", "true"]]},
      {"name": "date", "input": "patient.json", "expression": "birthDate",
       "outputs": [["date", "@1974-12-25"]]},
      {"name": "anyType", "input": null, "expression": "1.50", "outputs": [[null, "1.50"]]},
      {"name": "unordered", "input": null, "expression": "1 | 2", "ordered": false,
       "outputs": [["integer", "2"], ["integer", "1"]]},
      {"name": "predicate", "input": "patient.json", "expression": "link", "predicate": true,
       "outputs": [["boolean", "true"]]},
      {"name": "syntax", "input": null, "expression": "1 +", "invalid": "syntax", "outputs": []},
      {"name": "execution", "input": "patient.json", "expression": "(1|2).select(single())",
       "invalid": null, "outputs": [["integer", "1"], ["integer", "2"]]},
      {"name": "WRONG digits", "input": null, "expression": "1.50", "outputs": [["decimal", "1.5"]]},
      {"name": "WRONG type", "input": null, "expression": "1", "outputs": [["decimal", "1"]]},
      {"name": "WRONG order", "input": null, "expression": "1 | 2",
       "outputs": [["integer", "2"], ["integer", "1"]]},
      {"name": "WRONG count", "input": null, "expression": "1 | 2", "outputs": [["integer", "1"]]},
      {"name": "WRONG no fault", "input": null, "expression": "1", "invalid": "execution",
       "outputs": [["integer", "1"]]},
      {"name": "WRONG fault too late", "input": "patient.json", "expression": "1 < iif(active, 'a')",
       "invalid": "semantic", "outputs": []},
      {"name": "WRONG input", "input": "nothing.json", "expression": "1", "outputs": []}
    ]})json");
    const auto report = runCases(folder.file("cases.json"), folder.file(""), model::Model::r4(),
                                 Instant(Milliseconds(0)));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->passed, 8U);
    EXPECT_EQ(report->failures.size(), 6U);
    for (const CaseFailure& failure : report->failures) {
        EXPECT_TRUE(failure.name.starts_with("WRONG")) << failure.name << ": " << failure.got;
        EXPECT_FALSE(failure.got.empty());
    }
    EXPECT_EQ(report->failures.front().expected, "decimal 1.5");
    EXPECT_EQ(report->failures.front().got, "decimal 1.50");
}

TEST(CaseRunner, NeedsItsFile) {
    const Folder folder;
    EXPECT_FALSE(runCases(folder.file("none.json"), folder.file(""), model::Model::r4(),
                          Instant(Milliseconds(0))));
    folder.write("bad.json", "{");
    EXPECT_FALSE(runCases(folder.file("bad.json"), folder.file(""), model::Model::r4(),
                          Instant(Milliseconds(0))));
}

}  // namespace
}  // namespace waymark::path
