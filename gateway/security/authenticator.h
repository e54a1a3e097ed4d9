// Who sends a request: its bearer token (RFC 6750) against the hashes of those in the
// configuration. Immutable; any thread. No token stays in here, only SHA-256 hashes; a hash that
// was found is compared in constant time.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "config/config.h"
#include "fhir/core/result.h"
#include "gateway/crypto/digest.h"
#include "gateway/net/http.h"
#include "gateway/security/principal.h"

namespace waymark::security {

class Authenticator {
public:
    /// Takes the tokens of clients, providers and the operator; the configuration may then be
    /// replaced by config::withoutTokens().
    explicit Authenticator(const config::Config& config);

    /// Unauthenticated without a token that we know; Forbidden when it is not of the kind that this
    /// part of the surface is for.
    [[nodiscard]] Result<Principal> authenticate(const net::Request& request,
                                                 PrincipalKind audience) const;

private:
    struct Known {
        crypto::Digest hash;
        Principal principal;
    };

    void add(const config::Secret& token, Principal principal);
    [[nodiscard]] const Known* find(std::string_view token) const;

    /// By the hash's first eight bytes. Which entry is looked at depends on the hash alone, from
    /// which the token cannot be approached step by step.
    std::unordered_multimap<std::uint64_t, Known> known_;
};

/// What WWW-Authenticate says to a request that was refused as Unauthenticated: a bare challenge
/// when it had no token, error="invalid_token" when it had one (RFC 6750 section 3.1).
[[nodiscard]] std::string challengeFor(const net::Request& request);

}  // namespace waymark::security
