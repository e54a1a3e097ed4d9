// The NHS number: ten digits, the last a check digit by modulus 11 (NHS Data Dictionary, "NHS
// NUMBER"). A value cannot be printed whole by accident: it prints as "NHS:***".
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::nhs {

class NhsNumber {
public:
    /// Ten digits, with spaces or hyphens in the usual places ("943 476 5919") or none. Fails with
    /// Kind::Unprocessable when it is not ten digits or the check digit is wrong; the text says
    /// which, never the number.
    static Result<NhsNumber> parse(std::string_view text);
    /// Ten digits whatever the check digit: published examples and some senders break it, and the
    /// policy of the sender decides. Fails like parse() when it is not ten digits.
    static Result<NhsNumber> parseUnchecked(std::string_view text);

    /// Whether the check digit is right.
    [[nodiscard]] bool checks() const;
    /// The ten digits. Only for what must carry them: payloads, keyed hashes.
    [[nodiscard]] const std::string& reveal() const { return digits_; }

    friend bool operator==(const NhsNumber&, const NhsNumber&) = default;
    friend std::ostream& operator<<(std::ostream& out, const NhsNumber&) { return out << kMasked; }

    static constexpr std::string_view kMasked = "NHS:***";

private:
    explicit NhsNumber(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

}  // namespace waymark::nhs
