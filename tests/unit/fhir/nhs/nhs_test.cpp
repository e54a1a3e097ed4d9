#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <type_traits>

#include <fmt/format.h>

#include "fhir/nhs/nhs_number.h"
#include "fhir/nhs/ods_code.h"
#include "fhir/nhs/postcode.h"
#include "fhir/nhs/snomed_id.h"

namespace waymark::nhs {
namespace {

template <class T>
std::string printed(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

TEST(NhsNumber, ReadsTenDigitsWithARightCheckDigit) {
    for (const char* text : {"9990000018", "9990000026", "999 000 0018", "999-000-0018"}) {
        const auto number = NhsNumber::parse(text);
        ASSERT_TRUE(number) << text;
        EXPECT_TRUE(number->checks());
    }
    EXPECT_EQ(NhsNumber::parse("999 000 0018")->reveal(), "9990000018");
}

TEST(NhsNumber, ChecksEveryDigit) {
    const std::string right = "9990000018";
    for (std::size_t i = 0; i < right.size(); ++i) {
        for (char c = '0'; c <= '9'; ++c) {
            std::string text = right;
            text[i] = c;
            EXPECT_EQ(NhsNumber::parse(text).has_value(), text == right) << text;
        }
    }
}

TEST(NhsNumber, RefusesAllOtherTextsWithoutRepeatingThem) {
    for (const char* text : {"", "999000001", "99900000188", "999000001a", " 9990000018",
                             "999  000 0018", "9 990000018", "9990000018 "}) {
        const auto number = NhsNumber::parseUnchecked(text);
        ASSERT_FALSE(number) << text;
        EXPECT_EQ(number.error().text(), "An NHS number has ten digits.");
    }
}

TEST(NhsNumber, TakesAWrongCheckDigitWhenToldTo) {
    const auto number = NhsNumber::parseUnchecked("9990000010");
    ASSERT_TRUE(number);
    EXPECT_FALSE(number->checks());
}

TEST(NhsNumber, PrintsMasked) {
    EXPECT_EQ(printed(*NhsNumber::parse("9990000018")), "NHS:***");
}

/// Whole values leave by reveal() alone: no conversion, no format that knows the digits.
template <class T>
constexpr bool kLeavesOnlyByName =
    !std::is_convertible_v<T, std::string> && !std::is_convertible_v<T, std::string_view> &&
    !std::is_convertible_v<T, const char*> && !fmt::is_formattable<T>::value &&
    !std::is_default_constructible_v<T> && !std::is_constructible_v<T, std::string>;
static_assert(kLeavesOnlyByName<NhsNumber>);
static_assert(kLeavesOnlyByName<Postcode>);
static_assert(!std::is_constructible_v<OdsCode, std::string>);
static_assert(!std::is_constructible_v<SnomedId, std::string>);

TEST(NhsNumber, StaysMaskedInWhatTestsAndLogsPrint) {
    const auto number = NhsNumber::parse("9990000018");
    ASSERT_TRUE(number);
    EXPECT_EQ(testing::PrintToString(*number), "NHS:***");
    EXPECT_EQ(testing::PrintToString(*Postcode::parse("ZZ99 3VZ")), "ZZ99 ***");
    EXPECT_EQ(testing::PrintToString(std::optional(*number)).find("9990000018"), std::string::npos);
}

TEST(OdsCode, ReadsCodesInUpperCase) {
    EXPECT_EQ(OdsCode::parse("g82080")->text(), "G82080");
    EXPECT_EQ(printed(*OdsCode::parse("RND")), "RND");
    for (const char* text : {"", "AB", "G82 080", "G82080-1", "ABCDEFGHIJKLM"}) {
        EXPECT_FALSE(OdsCode::parse(text)) << text;
    }
}

TEST(Postcode, ReadsEveryForm) {
    struct Case {
        const char* text;
        const char* whole;
    };
    for (const Case& each :
         {Case{"ls1 4ap", "LS1 4AP"}, Case{"M11AE", "M1 1AE"}, Case{"B33 8TH", "B33 8TH"},
          Case{"W1A 0AX", "W1A 0AX"}, Case{"CR2 6XH", "CR2 6XH"}, Case{"DN551PT", "DN55 1PT"},
          Case{"EC1A 1BB", "EC1A 1BB"}, Case{"GIR 0AA", "GIR 0AA"}, Case{"ZZ99 3VZ", "ZZ99 3VZ"},
          Case{"LS1  4AP", "LS1 4AP"}}) {
        const auto code = Postcode::parse(each.text);
        ASSERT_TRUE(code) << each.text;
        EXPECT_EQ(code->reveal(), each.whole);
    }
    for (const char* text : {"", "LS1", "LS1 4A", "LS14 AP", "1LS 4AP", "LS1 4CP", "LS1-4AP",
                             "ABC1 4AP", "LS1 4A P"}) {
        EXPECT_FALSE(Postcode::parse(text)) << text;
    }
}

TEST(Postcode, PrintsItsAreaOnly) {
    const auto code = Postcode::parse("LS1 4AP");
    EXPECT_EQ(printed(*code), "LS1 ***");
    EXPECT_FALSE(code->isPseudo());
    EXPECT_TRUE(Postcode::parse("zz993vz")->isNoFixedAbode());
    EXPECT_TRUE(Postcode::parse("ZZ99 3WZ")->isPseudo());
    EXPECT_FALSE(Postcode::parse("ZZ99 3WZ")->isNoFixedAbode());
}

TEST(SnomedId, ReadsConceptsAndDescriptions) {
    const auto concept_ = SnomedId::parse("871691000000100");
    ASSERT_TRUE(concept_) << concept_.error().text();
    for (const char* text : {"408443003", "224608005", "33962009", "2140231000000104"}) {
        EXPECT_TRUE(SnomedId::parse(text)) << text;
    }
    EXPECT_EQ(concept_->component(), SnomedId::Component::Concept);
    EXPECT_TRUE(concept_->isExtension());
    EXPECT_FALSE(SnomedId::parse("404684003")->isExtension());
    EXPECT_EQ(SnomedId::parse("751689013")->component(), SnomedId::Component::Description);
}

TEST(SnomedId, RefusesWrongDigitsAndSwaps) {
    const std::string right = "404684003";
    for (std::size_t i = 0; i < right.size(); ++i) {
        for (char c = '0'; c <= '9'; ++c) {
            std::string text = right;
            text[i] = c;
            EXPECT_EQ(SnomedId::parse(text).has_value(), text == right) << text;
        }
        if (i + 1 < right.size() && right[i] != right[i + 1]) {
            std::string text = right;
            std::swap(text[i], text[i + 1]);
            EXPECT_FALSE(SnomedId::parse(text)) << text;
        }
    }
    for (const char* text :
         {"", "40468", "0404684003", "4046840031234567890", "40468400x", "404684903"}) {
        EXPECT_FALSE(SnomedId::parse(text)) << text;
    }
}

}  // namespace
}  // namespace waymark::nhs
