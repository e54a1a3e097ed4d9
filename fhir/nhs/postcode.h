// A UK postcode, and the pseudo postcodes ZZ99 of the Organisation Data Service (no fixed abode,
// abroad, unknown). It narrows down where a person lives, so it prints as its area only: "LS1 ***".
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::nhs {

class Postcode {
public:
    /// Any case, with or without the space. Fails with Kind::Unprocessable when it is not of a form
    /// that Royal Mail or ODS uses (A9 9AA, A99 9AA, A9A 9AA, AA9 9AA, AA99 9AA, AA9A 9AA).
    static Result<Postcode> parse(std::string_view text);

    /// "LS1": what routing by area needs.
    [[nodiscard]] const std::string& outward() const { return outward_; }
    /// "LS1 4AP". Only for what must carry it.
    [[nodiscard]] std::string reveal() const { return outward_ + " " + inward_; }
    /// ZZ99: no place, but a reason why there is none.
    [[nodiscard]] bool isPseudo() const { return outward_ == "ZZ99"; }
    /// ZZ99 3VZ.
    [[nodiscard]] bool isNoFixedAbode() const { return isPseudo() && inward_ == "3VZ"; }

    friend bool operator==(const Postcode&, const Postcode&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Postcode& code) {
        return out << code.outward_ << " ***";
    }

private:
    Postcode(std::string outward, std::string inward)
        : outward_(std::move(outward)), inward_(std::move(inward)) {}
    std::string outward_;
    std::string inward_;
};

}  // namespace waymark::nhs
