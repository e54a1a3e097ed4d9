// FHIRPath 5.6 and 5.7: texts, patterns, encodings.
#include "fixture.h"

namespace waymark::path::tests {
namespace {

TEST(Text, FindsAndCuts) {
    for (const auto& [expression, result] : {
             Case{"'abcdefg'.indexOf('bc')", "integer 1"},
             Case{"'abcdefg'.indexOf('x')", "integer -1"},
             Case{"'abc'.indexOf('')", "integer 0"},
             Case{"'żółw'.indexOf('w')", "integer 3"},
             Case{"'abc abc'.lastIndexOf('a')", "integer 4"},
             Case{"'abc'.lastIndexOf('')", "integer 0"},
             Case{"'abcdefg'.substring(3)", "string defg"},
             Case{"'abcdefg'.substring(1, 2)", "string bc"},
             Case{"'abcdefg'.substring(6, 2)", "string g"},
             Case{"'abcdefg'.substring(7, 1)", "{}"},
             Case{"'abcdefg'.substring(-1, 1)", "{}"},
             Case{"'abcdefg'.substring(3, 0)", "string "},
             Case{"'abcdefg'.substring(3, -1)", "string "},
             Case{"'abcdefg'.substring(3, {})", "string defg"},
             Case{"'abc'.substring({})", "{}"},
             Case{"'żółw'.substring(1, 2)", "string ół"},
             Case{"'abcdefg'.startsWith('abc')", "boolean true"},
             Case{"'abc'.startsWith('')", "boolean true"},
             Case{"{}.startsWith('a')", "{}"},
             Case{"'abcdefg'.endsWith('efg')", "boolean true"},
             Case{"'abc'.contains('bc')", "boolean true"},
             Case{"'abc'.contains('d')", "boolean false"},
             Case{"'aßŻé'.upper()", "string AßŻÉ"},
             Case{"'AŻÉΩЖ'.lower()", "string ażéωж"},
             Case{"'żółw'.length()", "integer 4"},
             Case{"''.length()", "integer 0"},
             Case{"'aż'.toChars()", "string a, string ż"},
             Case{"''.toChars()", "{}"},
             Case{"' a b \\t'.trim()", "string a b"},
             Case{"'   '.trim()", "string "},
             Case{"'A,,C'.split(',')", "string A, string , string C"},
             Case{"'ABC'.split(',')", "string ABC"},
             Case{"('A' | 'B' | 'C').join(',')", "string A,B,C"},
             Case{"('A' | 'B').join()", "string AB"},
             Case{"{}.join(',')", "{}"},
             Case{"name.given.join('+')", "string Wilma+Jane+Will"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Text, Replaces) {
    for (
        const auto& [expression, result] : {
            Case{"'abcdefg'.replace('cde', '123')", "string ab123fg"},
            Case{"'aaa'.replace('a', 'bb')", "string bbbbbb"},
            Case{"'abc'.replace('', 'x')", "string xaxbxcx"},
            Case{"'abc'.replace('b', '')", "string ac"},
            Case{"'abc'.replace({}, 'x')", "{}"},
            Case{"'abc'.replaceMatches('[ab]', 'x')", "string xxc"},
            Case{"'abc'.replaceMatches('', 'x')", "string abc"},
            Case{"'abc'.replaceMatches('x*', '-')", "string -a-b-c-"},
            Case{
                R"('11/30/1972'.replaceMatches('\\b(?<month>\\d{1,2})/(?<day>\\d{1,2})/(?<year>\\d{2,4})\\b', '${day}-${month}-${year}'))",
                "string 30-11-1972"},
            Case{"'ab'.replaceMatches('(a)(b)', '$2$1$$')", "string ba$"},
        }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
}

TEST(Pattern, MatchesInLinearTime) {
    for (const auto& [expression, result] : {
             Case{"'N8000123123'.matches('^N[0-9]{8}$')", "boolean false"},
             Case{"'N8000123123'.matches('N[0-9]{8}')", "boolean true"},
             Case{"'N8000123123'.matchesFull('N[0-9]{8}')", "boolean false"},
             Case{"'N8000123123'.matchesFull('N[0-9]{10}')", "boolean true"},
             Case{"'a\\nb'.matches('a.b')", "boolean true"},
             Case{"'FHIR'.matches('fhir')", "boolean false"},
             Case{"'ż'.matchesFull('.')", "boolean true"},
             Case{"{}.matches('a')", "{}"},
             Case{"'a'.matches({})", "{}"},
             Case{"name.given.first().matches(gender)", "boolean false"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    const std::string hostile = "'" + std::string(20'000, 'a') + "!'.matches('^(a+)+$')";
    EXPECT_EQ(evaluated(hostile), "boolean false");
    EXPECT_TRUE(ofPatient("'a'.matches('(?=a)')").starts_with("compile: "));
    EXPECT_TRUE(ofPatient("'a'.matches('(' + gender)").starts_with("fault: "));
}

TEST(Encoding, GoesBothWays) {
    for (const auto& [expression, result] : {
             Case{"'test'.encode('hex')", "string 74657374"},
             Case{"'subjects?_d'.encode('base64')", "string c3ViamVjdHM/X2Q="},
             Case{"'subjects?_d'.encode('urlbase64')", "string c3ViamVjdHM_X2Q="},
             Case{"'c3ViamVjdHM_X2Q='.decode('urlbase64')", "string subjects?_d"},
             Case{"'dGVzdA=='.decode('base64')", "string test"},
             Case{"'74657374'.decode('hex')", "string test"},
             Case{"''.encode('base64')", "string "},
             Case{"'a'.encode({})", "{}"},
             Case{"'\"1<2\" & so'.escape('html')", "string &quot;1&lt;2&quot; &amp; so"},
             Case{"'&quot;1&lt;2&quot; &#65;&#x42;'.unescape('html')", "string \"1<2\" AB"},
             Case{"'\"1\\n2\"'.escape('json')", "string \\\"1\\n2\\\""},
             Case{"'\\\\\"1<2\\\\u0041'.unescape('json')", "string \"1<2A"},
         }) {
        EXPECT_EQ(ofPatient(expression), result) << expression;
    }
    for (const auto* expression :
         {"'zz'.decode('hex')", "'7'.decode('hex')", "'a'.decode('base64')", "'a'.encode('rot13')",
          "'a'.escape('xml')", "'ff'.decode('hex')"}) {
        EXPECT_TRUE(evaluated(expression).starts_with("fault: ")) << expression;
    }
}

}  // namespace
}  // namespace waymark::path::tests
