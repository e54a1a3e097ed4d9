#include "fhir/structure/known_wrong.h"

#include <algorithm>

namespace waymark::structure {
namespace {

constexpr KnownWrong kTable[] = {
    {"ChargeItemDefinition", "cid-0", Instead::Skip,
     "asks for an element `name` that ChargeItemDefinition does not have"},
    {"Reference", "ref-1", Instead::Native,
     "refuses `#`, by which a contained resource refers to its container (section 2.36.4.2)"},
    {"DomainResource", "dom-3", Instead::Native,
     "as() on several items is a fault in the language; uri, url and canonical references to a "
     "contained resource count, too"},
    {"Period", "per-1", Instead::Native,
     "start 2020-01 and end 2020-01-15 cannot be compared: the answer is empty, which is no "
     "violation"},
    {"Task", "inv-1", Instead::EmptyHolds,
     "dates of different precision cannot be compared: the answer is empty"},
    {"MedicationDispense", "mdd-1", Instead::EmptyHolds,
     "dates of different precision cannot be compared: the answer is empty"},
    {"Range", "rng-2", Instead::EmptyHolds,
     "quantities of different units cannot be compared: the answer is empty"},
    {"Consent", "ppc-2", Instead::Skip,
     "compares with the system `something`, which no code has, and so never fails"},
    {"Consent", "ppc-3", Instead::Skip,
     "compares with the system `something`, which no code has, and so never fails"},
    {"Consent", "ppc-4", Instead::Skip,
     "compares with the system `something`, which no code has, and so never fails"},
    {"Consent", "ppc-5", Instead::Skip,
     "compares with the system `something`, which no code has, and so never fails"},
    {"Questionnaire.item", "que-12", Instead::Replace,
     "says more than one, but asks for more than two",
     "enableWhen.count() > 1 implies enableBehavior.exists()"},
    {"Questionnaire.item.enableWhen", "que-7", Instead::Replace,
     "a FHIR answer is a boolean, never a System.Boolean",
     "operator = 'exists' implies (answer is boolean)"},
    {"ElementDefinition", "eld-19", Instead::Replace,
     "matches() finds a part of the text; the pattern is meant for all of it, and `/` and `$` in "
     "its class are written with escapes that are not in the language",
     "path.matches('^[^\\\\s\\\\.,:;\\\\\\'\"\\\\/|?!@#$%&*()\\\\[\\\\]{}]{1,64}"
     "(\\\\.[^\\\\s\\\\.,:;\\\\\\'\"\\\\/|?!@#$%&*()\\\\[\\\\]{}]{1,64}(\\\\[x\\\\])?"
     "(\\\\:[^\\\\s\\\\.]+)?)*$')"},
    {"ElementDefinition", "eld-20", Instead::Replace,
     "the bracket of [x] is not closed by an escape, and the pattern is meant for all of the text",
     "path.matches('^[A-Za-z][A-Za-z0-9]*(\\\\.[a-z][A-Za-z0-9]*(\\\\[x\\\\])?)*$')"},
    {"Element", "ele-1", Instead::Native, "not wrong: the readers refuse what it forbids"},
};

/// adf-0, csd-0, vsd-0 and all others of this key, in every definition that has a name.
constexpr KnownWrong kNames{
    "*", "*-0", Instead::EmptyHolds,
    "asks of a name how it is spelt; where there is no name the answer is empty"};

}  // namespace

std::span<const KnownWrong> knownWrong() {
    return kTable;
}

const KnownWrong* knownWrong(std::string_view owner, std::string_view key) {
    const auto found = std::ranges::find_if(
        kTable, [&](const KnownWrong& row) { return row.owner == owner && row.key == key; });
    if (found != std::end(kTable)) return &*found;
    return key.ends_with("-0") ? &kNames : nullptr;
}

}  // namespace waymark::structure
