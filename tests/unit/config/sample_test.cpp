// The committed sample loads once its secrets are made as its comments say.
#include <gtest/gtest.h>

#include "folder.h"

namespace waymark::config {
namespace {

TEST(Sample, LoadsWithoutFaults) {
    TestFolder folder;
    std::filesystem::copy("config/sample", folder.path(), std::filesystem::copy_options::recursive);
    int number = 0;
    for (const char* name : {"operator", "riverside-system", "riverside-link-workers",
                             "garden-project.outgoing", "front.crt", "front.key"}) {
        folder.write(std::string("secrets/") + name,
                     "sample-token-of-a-test-" + std::to_string(number++));
    }
    folder.write("secrets/riverside-link-workers.webhook",
                 "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    EXPECT_EQ(faultsOf(folder), "no fault");
}

TEST(Sample, NamesOnlyTheSecretsThatAreMissing) {
    TestFolder folder;
    std::filesystem::copy("config/sample", folder.path(), std::filesystem::copy_options::recursive);
    const auto config = load(folder.path());
    ASSERT_FALSE(config);
    for (const Issue& issue : config.error().issues) {
        EXPECT_NE(issue.text.find("does not exist"), std::string::npos) << issue.text;
    }
    EXPECT_EQ(config.error().issues.size(), 7U);
}

}  // namespace
}  // namespace waymark::config
