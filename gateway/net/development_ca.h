// A certificate authority for the demo world and for tests: makes a root and certificates for
// servers and clients, as PEM texts. Never for anything that other people trust.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "fhir/core/world.h"
#include "gateway/net/server_certificates.h"

namespace waymark::net {

class DevelopmentCa {
public:
    static constexpr std::chrono::days kValidity{90};

    /// A new root with a P-256 key, valid from a day before `now` on. Throws InvariantBroken when
    /// OpenSSL fails.
    static DevelopmentCa create(Instant now);

    DevelopmentCa(DevelopmentCa&&) noexcept;
    DevelopmentCa& operator=(DevelopmentCa&&) noexcept;
    ~DevelopmentCa();

    /// The root as PEM: what those who shall trust the others are given.
    [[nodiscard]] const std::string& certificate() const;

    /// A certificate for these host names and IP addresses, good for servers and for clients, with
    /// a key of its own. The first name is also the subject's common name.
    [[nodiscard]] CertificateAndKey issue(const std::vector<std::string>& names) const;
    /// The same, valid for a time that the caller chooses.
    [[nodiscard]] CertificateAndKey issue(const std::vector<std::string>& names, Instant from,
                                          Instant to) const;

private:
    struct Parts;
    explicit DevelopmentCa(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace waymark::net
