// The public JSON parsing suite (nst/JSONTestSuite): what must be refused, what must be read.
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "fhir/json/value.h"
#include "tests/support/shared_files.h"

namespace waymark::json {
namespace {

/// Legal JSON that we refuse on purpose.
const std::set<std::string> kRefusedOnPurpose = {
    "y_object_duplicated_key.json",            // a key twice has no meaning that all readers share
    "y_object_duplicated_key_and_value.json",  // the same
    "y_object_escaped_null_in_key.json",       // NUL in a text
    "y_string_null_escape.json",               // the same
};

TEST(JsonTestSuite, IsReadAndRefusedAsItSays) {
    WAYMARK_NEEDS_SHARED("conformance/json/test_parsing");
    int accepted = 0;
    int refused = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(tests::shared("conformance/json/test_parsing"))) {
        const std::string name = entry.path().filename();
        const std::string text = tests::readFile(entry.path());
        const auto begin = std::chrono::steady_clock::now();
        const auto value = Value::parse(text);
        EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(250)) << name;
        if (name.starts_with("n_")) {
            EXPECT_FALSE(value) << name;
            ++refused;
        } else if (name.starts_with("y_")) {
            EXPECT_EQ(value.has_value(), !kRefusedOnPurpose.contains(name)) << name;
            ++accepted;
        }
    }
    EXPECT_GT(accepted, 90);
    EXPECT_GT(refused, 180);
}

}  // namespace
}  // namespace waymark::json
