// Any bytes give findings, and a message without a fault takes no memory from the heap.
#include <gtest/gtest.h>

#include <random>

#include "support.h"
#include "tests/support/allocation_counter.h"

namespace waymark::structure {
namespace {

constexpr std::string_view kMessage = R"({"resourceType":"Bundle","type":"collection","entry":[
 {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient",
  "text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">x</div>"},
  "contained":[{"resourceType":"Organization","id":"o","name":"x"}],
  "extension":[{"url":"http://x.y/z","valueString":"a"}],
  "identifier":[{"system":"http://x.y/i","value":"1","period":{"start":"2020","end":"2021-01"}}],
  "telecom":[{"system":"phone","value":"01632 960001"}],"contact":[{"name":{"text":"x"}}],
  "managingOrganization":{"reference":"#o"},"birthDate":"1970-01-31"}},
 {"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000002","resource":{"resourceType":"Observation",
  "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"1-8"}]},
  "subject":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"},
  "effectiveTiming":{"repeat":{"period":1,"periodUnit":"d"}},
  "valueQuantity":{"value":1.10,"system":"http://unitsofmeasure.org","code":"mg"}}}]})";

TEST(Validator, TakesNoMemoryFromTheHeapForASoundMessage) {
#ifdef WAYMARK_SANITIZED
    GTEST_SKIP() << "sanitizers count their own allocations";
#else
    const auto validator = Validator::base();
    tree::Arena arena;
    const auto once = [&] {
        arena.reset();
        const auto document = tree::readJson(kMessage, model::Model::r4(), arena);
        EXPECT_TRUE(document && validator->validate(*document, arena).empty());
    };
    once();
    const long before = tests::allocations;
    once();
    EXPECT_EQ(tests::allocations - before, 0);
#endif
}

TEST(Validator, AnyBytesGiveFindings) {
    std::mt19937 dice(2026);
    const auto below = [&dice](std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(dice);
    };
    for (int round = 0; round < 3000; ++round) {
        std::string body(kMessage);
        for (std::size_t change = 0; change < 1 + below(4); ++change) {
            const std::size_t at = below(body.size());
            switch (below(4)) {
                case 0:
                    body[at] = static_cast<char>(below(256));
                    break;
                case 1:
                    body.erase(at, 1 + below(40));
                    break;
                case 2:
                    body.insert(at, body.substr(below(body.size()), 1 + below(40)));
                    break;
                default:
                    body.insert(at, R"({"reference":"#"})");
            }
        }
        tree::Arena arena;
        for (const Issue& issue : validateBody(body, *Validator::base(), arena)) {
            EXPECT_FALSE(issue.text.empty());
        }
    }
}

}  // namespace
}  // namespace waymark::structure
