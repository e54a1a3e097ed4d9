// A SNOMED CT identifier (SCTID, Release File Specification section 6): 6 to 18 digits of which the
// last is a Verhoeff check digit and the two before it say what is identified.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/core/result.h"

namespace waymark::nhs {

class SnomedId {
public:
    enum class Component : std::uint8_t { Concept, Description, Relationship };

    /// Fails with Kind::Unprocessable: not 6 to 18 digits, a leading zero, wrong check digit,
    /// unknown partition.
    static Result<SnomedId> parse(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] Component component() const;
    /// Whether it comes from an extension (UK Edition, for one) and carries a namespace.
    [[nodiscard]] bool isExtension() const { return text_[text_.size() - 3] == '1'; }

    friend auto operator<=>(const SnomedId&, const SnomedId&) = default;

private:
    explicit SnomedId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace waymark::nhs
