#include "gateway/security/authenticator.h"

#include <gtest/gtest.h>

namespace waymark::security {
namespace {

config::Config sampleConfig() {
    config::Config config;
    config.operatorToken = config::Secret("operator-operator-operator");
    config::Client practice;
    practice.id = "practice";
    practice.actsFor = {"A99901"};
    practice.token = config::Secret("practice-practice-practice");
    config.clients.push_back(practice);
    config::Client supplier;
    supplier.id = "supplier";
    supplier.actsForAny = true;
    supplier.token = config::Secret("supplier-supplier-supplier");
    config.clients.push_back(supplier);
    config::Provider provider;
    provider.id = "provider";
    provider.token = config::Secret("provider-provider-provider");
    config.providers.push_back(provider);
    config.providers.emplace_back().id = "without-token";
    return config;
}

net::Request requestWith(std::string authorization) {
    net::Request request;
    request.fields.set("authorization", std::move(authorization));
    return request;
}

TEST(Authenticator, KnowsAClientByItsToken) {
    const Authenticator authenticator(sampleConfig());
    const auto principal = authenticator.authenticate(
        requestWith("Bearer practice-practice-practice"), PrincipalKind::Client);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->kind, PrincipalKind::Client);
    EXPECT_EQ(principal->id, "practice");
    EXPECT_TRUE(principal->actsFor("A99901"));
    EXPECT_FALSE(principal->actsFor("A99902"));
    EXPECT_EQ(principal->viewer().client, "practice");
    EXPECT_EQ(principal->viewer().organisations, std::vector<std::string>{"A99901"});
}

TEST(Authenticator, KnowsASupplierAProviderAndTheOperator) {
    const Authenticator authenticator(sampleConfig());
    const auto supplier = authenticator.authenticate(
        requestWith("bearer supplier-supplier-supplier"), PrincipalKind::Client);
    ASSERT_TRUE(supplier);
    EXPECT_TRUE(supplier->actsFor("RND"));
    const auto provider = authenticator.authenticate(
        requestWith("BEARER  provider-provider-provider"), PrincipalKind::Provider);
    ASSERT_TRUE(provider);
    EXPECT_EQ(provider->id, "provider");
    EXPECT_FALSE(provider->actsFor("A99901"));
    const auto person = authenticator.authenticate(requestWith("Bearer operator-operator-operator"),
                                                   PrincipalKind::Operator);
    ASSERT_TRUE(person);
    EXPECT_EQ(person->kind, PrincipalKind::Operator);
}

TEST(Authenticator, RefusesWhatIsNoKnownToken) {
    const Authenticator authenticator(sampleConfig());
    for (const std::string& field :
         {std::string("Bearer practice-practice-practicf"), std::string("Bearer "),
          std::string("Bearer"), std::string("Basic practice-practice-practice"),
          std::string("practice-practice-practice"), std::string(),
          std::string("Bearer practice-practice-practice "), "Bearer " + std::string(100'000, 'x'),
          std::string("Bearer \0", 8)}) {
        const auto principal =
            authenticator.authenticate(requestWith(field), PrincipalKind::Client);
        ASSERT_FALSE(principal) << field.substr(0, 60);
        EXPECT_EQ(principal.error().kind, Kind::Unauthenticated);
        EXPECT_EQ(principal.error().issues.at(0).type, IssueType::Login);
    }
    EXPECT_FALSE(authenticator.authenticate(net::Request(), PrincipalKind::Client));
}

TEST(Authenticator, ForbidsATokenOfAnotherKind) {
    const Authenticator authenticator(sampleConfig());
    for (const PrincipalKind audience : {PrincipalKind::Provider, PrincipalKind::Operator}) {
        const auto principal =
            authenticator.authenticate(requestWith("Bearer practice-practice-practice"), audience);
        ASSERT_FALSE(principal);
        EXPECT_EQ(principal.error().kind, Kind::Forbidden);
    }
}

TEST(Authenticator, NeverTakesTheEmptyTokenOfAProviderWithoutOne) {
    const Authenticator authenticator(sampleConfig());
    EXPECT_FALSE(authenticator.authenticate(requestWith("Bearer "), PrincipalKind::Provider));
}

TEST(Authenticator, SaysNothingOfTheTokenInItsFailures) {
    const Authenticator authenticator(sampleConfig());
    const auto refused =
        authenticator.authenticate(requestWith("Bearer Zx9-secret"), PrincipalKind::Client);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().text().find("Zx9"), std::string_view::npos);
    EXPECT_EQ(challengeFor(requestWith("Bearer Zx9-secret")).find("Zx9"), std::string::npos);
}

TEST(Challenge, SaysWhetherTheTokenWasWrongOrMissing) {
    EXPECT_EQ(challengeFor(net::Request()), "Bearer realm=\"waymark\"");
    EXPECT_EQ(challengeFor(requestWith("Basic x")), "Bearer realm=\"waymark\"");
    EXPECT_EQ(challengeFor(requestWith("Bearer x")),
              "Bearer realm=\"waymark\", error=\"invalid_token\"");
}

}  // namespace
}  // namespace waymark::security
