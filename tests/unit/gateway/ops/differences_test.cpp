#include <gtest/gtest.h>

#include "gateway/ops/remap.h"

namespace waymark::ops {
namespace {

std::string listed(std::string_view before, std::string_view after) {
    const auto found = differencesOf(before, after);
    if (!found) return "failure";
    std::string out;
    for (const Difference& each : *found) {
        out += (out.empty() ? "" : " ") + each.change + ":" + each.path;
    }
    return out;
}

TEST(Differences, SayWhereAndNeverWhat) {
    struct Case {
        const char *before, *after, *want;
    };
    const Case cases[] = {
        {"{}", "{}", ""},
        {"", "", ""},
        {R"({"a":1,"b":"x"})", R"({"b":"x","a":1})", ""},
        {"", R"({"need":[{"text":"secret"}]})", "added:need"},
        {R"({"note":"secret"})", "", "removed:note"},
        {R"({"a":{"b":"one"}})", R"({"a":{"b":"two"}})", "changed:a.b"},
        {R"({"a":["x","y"]})", R"({"a":["x"]})", "removed:a[1]"},
        {R"({"a":["x"]})", R"({"a":["z","y"]})", "changed:a[0] added:a[1]"},
        {R"({"a":"1"})", R"({"a":1})", "changed:a"},
        {R"({"a":1.0})", R"({"a":1.00})", "changed:a"},
        {R"({"a":[{"b":1,"c":2}]})", R"({"a":[{"b":1,"d":2}]})", "removed:a[0].c added:a[0].d"},
        {"{", "{}", "failure"},
        {"{}", "nonsense", "failure"},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(listed(each.before, each.after), each.want) << each.before << " " << each.after;
    }
}

TEST(Differences, HaveAnEnd) {
    std::string before = "{\"a\":[";
    std::string after = before;
    for (int i = 0; i < 3000; ++i) {
        before += i == 0 ? "1" : ",1";
        after += i == 0 ? "2" : ",2";
    }
    const auto found = differencesOf(before + "]}", after + "]}");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), 1000U);
}

}  // namespace
}  // namespace waymark::ops
