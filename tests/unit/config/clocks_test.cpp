// The clocks of routes and the working time that they may count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "config/config.h"
#include "folder.h"

namespace waymark::config {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

void writeRoute(TestFolder& folder, const std::string& clocks) {
    folder.writeSound();
    folder.write("routes/first.toml",
                 "name = \"first\"\norder = 1\nproviders = [\"helping-hands\"]\n"
                 "when = \"need.exists()\"\n" +
                     clocks);
}

TEST(Clocks, AreAsTheDesignSaysUnlessARouteSaysOtherwise) {
    TestFolder folder;
    writeRoute(folder, "");
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Route& route = *(*config)->route("first");
    EXPECT_EQ(route.ifNotAnswered, std::vector{ClockStep::Next});
    EXPECT_FALSE(route.firstContact);
    EXPECT_EQ(route.news.within, hours(24 * 30));
    EXPECT_EQ(route.news.then, std::vector{ClockStep::Tell});
    EXPECT_EQ(route.toldWithin, hours(24 * 5));
    EXPECT_FALSE(route.workingTime);
    EXPECT_EQ(route.askAtOnce, 1U);
}

TEST(Clocks, AreReadFromTheRoute) {
    TestFolder folder;
    writeRoute(folder,
               "if_not_answered = [\"remind\", \"tell\", \"next\"]\n"
               "first_contact_within = \"10d\"\nif_no_first_contact = [\"remind\"]\n"
               "news_within = \"20d\"\nif_no_news = [\"tell\", \"next\"]\n"
               "told_within = \"3d\"\nworking_time = true\nask_at_once = 2\n");
    const auto config = load(folder.path());
    ASSERT_TRUE(config) << faultsOf(folder);
    const Route& route = *(*config)->route("first");
    EXPECT_EQ(route.ifNotAnswered,
              (std::vector{ClockStep::Remind, ClockStep::Tell, ClockStep::Next}));
    ASSERT_TRUE(route.firstContact);
    EXPECT_EQ(route.firstContact->within, hours(240));
    EXPECT_EQ(route.firstContact->then, std::vector{ClockStep::Remind});
    EXPECT_EQ(route.news.within, hours(480));
    EXPECT_EQ(route.toldWithin, hours(72));
    EXPECT_TRUE(route.workingTime);
    EXPECT_EQ(route.askAtOnce, 2U);
}

TEST(Clocks, RefuseWhatIsNoStep) {
    for (const char* const fault : {"if_not_answered = [\"shout\"]\n", "if_not_answered = []\n",
                                    "if_no_first_contact = [\"tell\"]\n", "ask_at_once = 0\n"}) {
        TestFolder folder;
        writeRoute(folder, fault);
        EXPECT_FALSE(load(folder.path())) << fault;
    }
}

TEST(Clocks, KnowTheBankHolidaysInTheirOrder) {
    const WorkingTime time = englishWorkingTime();
    EXPECT_TRUE(std::ranges::is_sorted(time.holidays));
    EXPECT_TRUE(std::ranges::all_of(time.holidays, [](const auto& day) {
        const std::chrono::weekday weekday{std::chrono::sys_days(day)};
        return day.ok() && weekday != std::chrono::Saturday && weekday != std::chrono::Sunday;
    }));
    using namespace std::chrono;
    EXPECT_TRUE(
        std::ranges::binary_search(time.holidays, year_month_day(year(2027), March, day(26))));
}

}  // namespace
}  // namespace waymark::config
