#include "fhir/nhs/snomed_id.h"

#include <array>
#include <utility>

namespace waymark::nhs {
namespace {

/// Multiplication in the dihedral group D5: 0-4 are rotations, 5-9 reflections.
unsigned multiply(unsigned a, unsigned b) {
    const bool reflectsA = a >= 5;
    const bool reflectsB = b >= 5;
    const unsigned x = a % 5;
    const unsigned y = b % 5;
    const unsigned turned = reflectsA ? (x + 5 - y) % 5 : (x + y) % 5;
    return turned + (reflectsA != reflectsB ? 5 : 0);
}

/// Verhoeff's scheme: digit i, counted from the right, is permuted i times.
bool checksByVerhoeff(std::string_view digits) {
    static constexpr std::array<unsigned, 10> kPermutation = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
        for (std::size_t turn = 0; turn < i % 8; ++turn) digit = kPermutation[digit];
        sum = multiply(sum, digit);
    }
    return sum == 0;
}

std::unexpected<Failure> refused(const char* why) {
    return fail(Kind::Unprocessable, IssueType::Value, why);
}

}  // namespace

Result<SnomedId> SnomedId::parse(std::string_view text) {
    const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!digits || text.size() < 6 || text.size() > 18 || text.front() == '0') {
        return refused("A SNOMED CT identifier has 6 to 18 digits and does not begin with 0.");
    }
    const char extension = text[text.size() - 3];
    const char component = text[text.size() - 2];
    if (extension > '1' || component > '2') {
        return refused(
            "The partition of the SNOMED CT identifier (the two digits before the last) "
            "is not one of 00, 01, 02, 10, 11 and 12.");
    }
    if (extension == '1' && text.size() < 11) {
        return refused("A SNOMED CT identifier of an extension has at least 11 digits.");
    }
    if (!checksByVerhoeff(text)) {
        return refused("The check digit of the SNOMED CT identifier is wrong (Verhoeff).");
    }
    return SnomedId(std::string(text));
}

SnomedId::Component SnomedId::component() const {
    return static_cast<Component>(text_[text_.size() - 2] - '0');
}

}  // namespace waymark::nhs
