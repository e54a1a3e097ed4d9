// An ODS code: the identifier of an NHS organisation or site (Organisation Data Service), as in
// https://fhir.nhs.uk/Id/ods-organization-code. Not secret.
#pragma once

#include <compare>
#include <ostream>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::nhs {

class OdsCode {
public:
    /// 3 to 12 letters and digits; lower case becomes upper case. Fails with Kind::Unprocessable.
    static Result<OdsCode> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    friend auto operator<=>(const OdsCode&, const OdsCode&) = default;
    friend std::ostream& operator<<(std::ostream& out, const OdsCode& code) {
        return out << code.text_;
    }

private:
    explicit OdsCode(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace waymark::nhs
