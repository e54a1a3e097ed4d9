#include "gateway/doors/router.h"

#include <gtest/gtest.h>

namespace waymark::doors {
namespace {

Router sample() {
    Router router;
    for (const auto& [method, path] : {std::pair{"POST", "/FHIR/R4"},
                                       {"GET", "/FHIR/R4/metadata"},
                                       {"GET", "/FHIR/R4/Task"},
                                       {"POST", "/FHIR/R4/Task/_search"},
                                       {"POST", "/FHIR/R4/$process-message"},
                                       {"GET", "/FHIR/R4/{type}/{id}"},
                                       {"GET", "/FHIR/R4/{type}/{id}/_history/{version}"}}) {
        router.add({.method = method, .path = path, .open = false, .endpoint = {}});
    }
    return router;
}

struct Case {
    const char* method;
    const char* path;
    const char* route;  // nullptr: none
};

TEST(Router, FindsTheRouteOfAPath) {
    const auto router = sample();
    for (const Case& c :
         {Case{"POST", "/FHIR/R4", "/FHIR/R4"},
          {"POST", "/FHIR/R4/", "/FHIR/R4"},
          {"GET", "/FHIR/R4/metadata", "/FHIR/R4/metadata"},
          {"HEAD", "/FHIR/R4/metadata", "/FHIR/R4/metadata"},
          {"GET", "/FHIR/R4/Task/abc", "/FHIR/R4/{type}/{id}"},
          {"GET", "/FHIR/R4/Task/abc/_history/2", "/FHIR/R4/{type}/{id}/_history/{version}"},
          {"POST", "/FHIR/R4/Task/_search", "/FHIR/R4/Task/_search"},
          {"GET", "/FHIR", nullptr},
          {"GET", "/FHIR/R4/Task//", nullptr},
          {"GET", "/FHIR/R4/Task/abc/_history", nullptr}}) {
        const auto match = router.match(c.method, c.path);
        if (c.route) {
            ASSERT_NE(match.route, nullptr) << c.path;
            EXPECT_EQ(match.route->path, c.route);
        } else {
            EXPECT_EQ(match.route, nullptr) << c.path;
        }
    }
}

TEST(Router, CatchesNamedSegments) {
    const auto router = sample();
    const auto match = router.match("GET", "/FHIR/R4/Task/abc/_history/2");
    const std::vector<std::pair<std::string, std::string>> wanted = {
        {"type", "Task"}, {"id", "abc"}, {"version", "2"}};
    EXPECT_EQ(match.parameters, wanted);
}

TEST(Router, SaysWhatAPathTakesInstead) {
    const auto router = sample();
    const auto match = router.match("GET", "/FHIR/R4/$process-message");
    EXPECT_EQ(match.route, nullptr);
    EXPECT_EQ(match.allowed, std::vector<std::string>{"POST"});
}

TEST(Router, HasNoMethodsForAPathItDoesNotKnow) {
    EXPECT_TRUE(sample().match("GET", "/other").allowed.empty());
}

}  // namespace
}  // namespace waymark::doors
