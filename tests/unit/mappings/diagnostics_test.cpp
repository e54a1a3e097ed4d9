// Every code of the maps' compiler and run-time has its line in the engineer's document, and the
// document has no others.
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

#include "tests/support/shared_files.h"

namespace waymark::mappings {
namespace {

/// The numbers of enumerators, " = 302,".
std::set<std::string> codesIn(const std::string& header, const std::string& from) {
    const std::string text = tests::readFile(header);
    std::set<std::string> out;
    const std::size_t end = text.find("};", text.find(from));
    for (std::size_t at = text.find(" = ", text.find(from)); at < end;
         at = text.find(" = ", at + 1)) {
        const std::string number = text.substr(at + 3, 3);
        if (text[at + 6] != ',' || std::isdigit(static_cast<unsigned char>(number[0])) == 0)
            continue;
        const char kind = number[0] == '4' ? 'W' : number[0] == '5' ? 'R' : 'E';
        out.insert(std::string("FML-") + kind + "0" + number);
    }
    return out;
}

TEST(MapDiagnostics, AllHaveALineInTheDocument) {
    std::set<std::string> known = codesIn("fhir/map/diagnostics.h", "enum class Code");
    known.merge(codesIn("fhir/map/machine.h", "enum class RunCode"));
    ASSERT_GT(known.size(), 50U);
    const std::string text = tests::readFile("mappings/DIAGNOSTICS.md");
    std::set<std::string> documented;
    for (std::size_t at = text.find("| FML-"); at != std::string::npos;
         at = text.find("| FML-", at + 1))
        documented.insert(text.substr(at + 2, 9));
    EXPECT_EQ(known, documented);
}

}  // namespace
}  // namespace waymark::mappings
