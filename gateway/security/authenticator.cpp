#include "gateway/security/authenticator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/crypto/key.h"

namespace waymark::security {
namespace {

constexpr std::size_t kTokenLengthMax = 4096;
constexpr std::string_view kScheme = "bearer ";

/// The token of "Authorization: Bearer token"; the scheme in any case.
std::optional<std::string_view> bearerToken(const net::Request& request) {
    const auto field = request.fields.find("Authorization");
    if (!field || field->size() <= kScheme.size()) return std::nullopt;
    const bool bearer =
        std::equal(kScheme.begin(), kScheme.end(), field->begin(), [](char a, char b) {
            return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
        });
    if (!bearer) return std::nullopt;
    std::string_view token = field->substr(kScheme.size());
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    return token;
}

std::uint64_t beginningOf(const crypto::Digest& hash) {
    std::uint64_t beginning = 0;
    for (std::size_t i = 0; i < sizeof beginning; ++i) beginning = beginning << 8U | hash[i];
    return beginning;
}

std::string_view nameOf(PrincipalKind kind) {
    switch (kind) {
        case PrincipalKind::Client:
            return "practices' systems";
        case PrincipalKind::Provider:
            return "providers";
        case PrincipalKind::Operator:
            return "operators";
        case PrincipalKind::None:
            break;
    }
    return "others";
}

}  // namespace

Authenticator::Authenticator(const config::Config& config) {
    for (const config::Client& client : config.clients) {
        add(client.token, {.kind = PrincipalKind::Client,
                           .id = client.id,
                           .anyOrganisation = client.actsForAny,
                           .organisations = client.actsFor,
                           .mayTransform = client.mayTransform});
    }
    for (const config::Provider& provider : config.providers) {
        add(provider.token, {.kind = PrincipalKind::Provider,
                             .id = provider.id,
                             .anyOrganisation = false,
                             .organisations = {},
                             .mayTransform = false});
    }
    add(config.operatorToken, {.kind = PrincipalKind::Operator,
                               .id = "operator",
                               .anyOrganisation = false,
                               .organisations = {},
                               .mayTransform = false});
}

void Authenticator::add(const config::Secret& token, Principal principal) {
    if (token.empty()) return;  // a provider with a FHIR server need not have one
    const crypto::Digest hash = crypto::sha256(token.reveal());
    known_.emplace(beginningOf(hash), Known{.hash = hash, .principal = std::move(principal)});
}

const Authenticator::Known* Authenticator::find(std::string_view token) const {
    const crypto::Digest hash = crypto::sha256(token);
    const auto [begin, end] = known_.equal_range(beginningOf(hash));
    for (auto each = begin; each != end; ++each) {
        if (crypto::equalInConstantTime(crypto::view(each->second.hash), crypto::view(hash))) {
            return &each->second;
        }
    }
    return nullptr;
}

Result<Principal> Authenticator::authenticate(const net::Request& request,
                                              PrincipalKind audience) const {
    const auto token = bearerToken(request);
    if (!token || token->empty()) {
        return fail(Kind::Unauthenticated, IssueType::Login,
                    "This needs a token: send the header Authorization: Bearer, then the token.");
    }
    const Known* known = token->size() <= kTokenLengthMax ? find(*token) : nullptr;
    if (known == nullptr) {
        return fail(Kind::Unauthenticated, IssueType::Login,
                    "The token is not known here. Ask the gateway's operator which one is yours.");
    }
    if (known->principal.kind != audience) {
        return fail(Kind::Forbidden, IssueType::Forbidden,
                    std::string("This part of the gateway is for ") +
                        std::string(nameOf(audience)) + "; the token is not of one of them.");
    }
    return known->principal;
}

std::string challengeFor(const net::Request& request) {
    const auto token = bearerToken(request);
    if (!token || token->empty()) return "Bearer realm=\"waymark\"";
    return "Bearer realm=\"waymark\", error=\"invalid_token\"";
}

}  // namespace waymark::security
