// FHIRPath 5.1 to 5.4: existence, filtering and projection, subsetting, combining.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

TEST(Existence, AsksAboutCollections) {
    for (const auto& [expression, result] : {
             Case{"{}.empty()", "boolean true"},
             Case{"name.empty()", "boolean false"},
             Case{"deceased.empty()", "boolean true"},
             Case{"name.exists()", "boolean true"},
             Case{"photo.exists()", "boolean false"},
             Case{"name.exists(use = 'nickname')", "boolean true"},
             Case{"name.exists(use = 'old')", "boolean false"},
             Case{"name.exists(given.count() > 1)", "boolean true"},
             Case{"{}.exists()", "boolean false"},
             Case{"name.all(given.exists())", "boolean true"},
             Case{"name.all(family.exists())", "boolean false"},
             Case{"{}.all(false)", "boolean true"},
             Case{"(true | false).allTrue()", "boolean false"},
             Case{"{}.allTrue()", "boolean true"},
             Case{"(true | false).anyTrue()", "boolean true"},
             Case{"{}.anyTrue()", "boolean false"},
             Case{"false.allFalse()", "boolean true"},
             Case{"(true | false).anyFalse()", "boolean true"},
             Case{"(1 | 2).subsetOf(1 | 2 | 3)", "boolean true"},
             Case{"(1 | 4).subsetOf(1 | 2 | 3)", "boolean false"},
             Case{"{}.subsetOf({})", "boolean true"},
             Case{"(1).subsetOf({})", "boolean false"},
             Case{"(1 | 2 | 3).supersetOf(1.0)", "boolean true"},
             Case{"{}.supersetOf(1)", "boolean false"},
             Case{"name.given.count()", "integer 3"},
             Case{"{}.count()", "integer 0"},
             Case{"(1.combine(1)).distinct()", "integer 1"},
             Case{"('a' | 'b').combine('a').distinct()", "string a, string b"},
             Case{"name.given.isDistinct()", "boolean true"},
             Case{"(1).combine(1.0).isDistinct()", "boolean false"},
             Case{"{}.isDistinct()", "boolean true"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Existence, RefusesWhatIsNoBoolean) {
    EXPECT_TRUE(ofPatient("name.allTrue()").starts_with("fault: ")) << ofPatient("name.allTrue()");
}

TEST(Filtering, KeepsAndProjects) {
    for (const auto& [expression, result] : {
             Case{"name.where(use = 'official').given", "string Wilma, string Jane"},
             Case{"name.where('official' = use).family", "string Archer"},
             Case{"name.where(given = 'Wilma').family", "{}"},  // Two given names are not one.
             Case{"name.where($index = 1).given", "string Will"},
             Case{"name.where({}).given", "{}"},
             Case{"telecom.where(rank = 1).value", "string 01632960001"},
             Case{"name.select(given.first())", "string Wilma, string Will"},
             Case{"name.select(given | family)",
                  "string Wilma, string Jane, string Archer, string Will"},
             Case{"name.select($index)", "integer 0, integer 1"},
             Case{"(1 | 2).select($this * 2)", "integer 2, integer 4"},
             Case{"name.select(given.select($this & '!')).first()", "string Wilma!"},
             Case{"name.given.select(skip(0)).count()", "integer 3"},
             Case{"name.repeat('test')", "string test"},
             Case{"(1).repeat(iif($this < 4, $this + 1))", "integer 2, integer 3, integer 4"},
             Case{"(1).repeatAll(iif($this < 3, $this + 1))", "integer 2, integer 3"},
             Case{"children().ofType(HumanName).count()", "integer 2"},
             Case{"multipleBirth.ofType(integer)", "integer 2"},
             Case{"multipleBirth.ofType(boolean)", "{}"},
             Case{"contained.ofType(Organization).name", "string Riverside"},
             Case{"contained.ofType(DomainResource).count()", "integer 1"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Sorting, OrdersByKeys) {
    for (const auto& [expression, result] : {
             Case{"(3 | 1 | 2).sort()", "integer 1, integer 2, integer 3"},
             Case{"(3 | 1 | 2).sort(-$this)", "integer 3, integer 2, integer 1"},
             Case{"('b' | 'a' | 'c').sort(-$this)", "string c, string b, string a"},
             Case{"('b' | 'a' | 'c').sort($this desc)", "string c, string b, string a"},
             Case{"('b' | 'a').sort($this asc)", "string a, string b"},
             Case{"name.given.sort()", "string Jane, string Will, string Wilma"},
             Case{"name.sort(-family, -use).given.first()", "string Wilma"},
             Case{"name.sort(family).given.first()", "string Will"},
             Case{"{}.sort()", "{}"},
             Case{"(@2012 | @2012-01 | @2011).sort().count()", "integer 3"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_TRUE(ofPatient("(1 | 'a').sort()").starts_with("fault: "));
    EXPECT_TRUE(ofPatient("name.sort()").starts_with("fault: "));
}

TEST(Subsetting, TakesParts) {
    for (const auto& [expression, result] : {
             Case{"name.given[1]", "string Jane"},
             Case{"name.given[7]", "{}"},
             Case{"name.given[-1]", "{}"},
             Case{"name.given[name.count()]", "string Will"},
             Case{"name[0].given[0]", "string Wilma"},
             Case{"gender.single()", "code female"},
             Case{"{}.single()", "{}"},
             Case{"name.first().given.first()", "string Wilma"},
             Case{"name.last().given", "string Will"},
             Case{"name.given.tail()", "string Jane, string Will"},
             Case{"gender.tail()", "{}"},
             Case{"name.given.skip(2)", "string Will"},
             Case{"name.given.skip(-1).count()", "integer 3"},
             Case{"name.given.skip(9)", "{}"},
             Case{"name.given.take(2)", "string Wilma, string Jane"},
             Case{"name.given.take(0)", "{}"},
             Case{"name.given.take({})", "{}"},
             Case{"(1 | 2 | 3).intersect(2 | 4)", "integer 2"},
             Case{"1.combine(1).intersect(1).count()", "integer 1"},
             Case{"(1 | 2 | 3).exclude(2)", "integer 1, integer 3"},
             Case{"1.combine(1).exclude(2).count()", "integer 2"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    EXPECT_EQ(ofPatient("name.single()"), "fault: single() found 2 items");
}

TEST(Combining, PutsTogether) {
    for (const auto& [expression, result] : {
             Case{"(1 | 2 | 2.0)", "integer 1, integer 2"},
             Case{"{} | 1", "integer 1"},
             Case{"(1 | 2).union(2 | 3)", "integer 1, integer 2, integer 3"},
             Case{"1.union(2.union(3)).count()", "integer 3"},
             Case{"name.select(use.union(given)).count()", "integer 5"},
             Case{"(1 | 2).combine(2 | 3).count()", "integer 4"},
             Case{"{}.combine({})", "{}"},
             Case{"coalesce(deceased, photo, gender, birthDate)", "code female"},
             Case{"coalesce({}, {})", "{}"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Aggregates, RunOverAllItems) {
    for (const auto& [expression, result] : {
             Case{"(1|2|3|4|5|6|7|8|9).aggregate($this + $total, 0)", "integer 45"},
             Case{"(3|1|2).aggregate(iif($total.empty(), $this, iif($this < $total, $this, "
                  "$total)))",
                  "integer 1"},
             Case{"{}.aggregate($this + $total, 7)", "integer 7"},
             Case{"(1|2).aggregate($total + $this)", "{}"},
             Case{"(1|2|3).aggregate($total & $index.toString(), '')", "string 012"},
             Case{"(1|2|3).sum()", "integer 6"},
             Case{"(1|2).avg()", "decimal 1.5"},
             Case{"(3|1|2).min()", "integer 1"},
             Case{"('b'|'c'|'a').max()", "string c"},
             Case{"{}.sum()", "{}"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

}  // namespace
}  // namespace waymark::path::tests
