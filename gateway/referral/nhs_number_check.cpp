#include "gateway/referral/nhs_number_check.h"

#include "fhir/model/r4_ids.h"
#include "fhir/nhs/nhs_number.h"
#include "gateway/referral/message.h"
#include "gateway/referral/naming_system.h"

namespace waymark::referral {
namespace {

namespace name = model::name;

/// The value of the first identifier of the NHS number's system; none when the Patient has none.
tree::Element numberIn(tree::Element patient) {
    tree::Element identifier = patient.child(name::identifier);
    for (; identifier; identifier = identifier.nextSame()) {
        if (!isNamingSystem(textOf(identifier, name::system), kNhsNumberSystem)) continue;
        const tree::Element value = identifier.child(name::value);
        if (value && value.hasValue()) return value;
    }
    return {};
}

Issue issueFor(tree::Element value, const model::Model& model, bool tenDigits, bool strict) {
    Issue issue;
    issue.severity = strict ? Severity::Error : Severity::Warning;
    issue.type = IssueType::Value;
    issue.text = tenDigits ? "The NHS number fails its check digit (modulus 11)."
                           : "The NHS number has not ten digits.";
    issue.text += strict ? " Send the right one, or none." : " It is passed on as unverified.";
    issue.expression = tree::expressionTo(value, model);
    return issue;
}

}  // namespace

Result<NhsNumberFound> checkNhsNumber(tree::Element patient, const model::Model& model,
                                      bool strict) {
    NhsNumberFound found;
    const tree::Element value = numberIn(patient);
    if (!value) return found;
    found.present = true;
    const Result<nhs::NhsNumber> number = nhs::NhsNumber::parseUnchecked(value.text());
    if (number) found.digits = number->reveal();
    found.verified = number && number->checks();
    if (found.verified) return found;
    Issue issue = issueFor(value, model, number.has_value(), strict);
    if (strict) return std::unexpected(Failure(Kind::Unprocessable, {std::move(issue)}));
    found.warning = std::move(issue);
    return found;
}

}  // namespace waymark::referral
