// Counts heap allocations: reading and writing a message takes none once the arena is warm.
#include <gtest/gtest.h>

#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "tests/support/allocation_counter.h"

namespace waymark::tree {
namespace {

TEST(Allocations, AreNoneWhenAWarmArenaReadsAndWrites) {
#ifdef WAYMARK_SANITIZED
    GTEST_SKIP() << "sanitizers count their own allocations";
#endif
    std::string body = R"({"resourceType":"Bundle","type":"message","entry":[)";
    for (int i = 0; i < 40; ++i) {
        body +=
            R"({"fullUrl":"urn:uuid:1cbdfb97-5859-48a4-8301-d54eab818d68","resource":{"resourceType":)"
            R"("Patient","name":[{"family":"Smith","given":["Ann","B\u00e9a"],"_given":[null,{"extension":[{"url":"u","valueCode":"g"}]}]}],)"
            R"("birthDate":"1970-01-31","_birthDate":{"id":"b"}}},)";
    }
    body += R"({"resource":{"resourceType":"Task","status":"draft","intent":"order"}}]})";
    Arena arena;
    std::string out;
    const auto once = [&] {
        arena.reset();
        out.clear();
        const auto document = readJson(body, model::Model::r4(), arena);
        if (document) writeJson(document->root, model::Model::r4(), out);
        return document.has_value();
    };
    ASSERT_TRUE(once());
    ASSERT_TRUE(once());
    const long before = tests::allocations;
    const bool read = once();
    const long after = tests::allocations;
    EXPECT_TRUE(read);
    EXPECT_EQ(after - before, 0);
}

}  // namespace
}  // namespace waymark::tree
