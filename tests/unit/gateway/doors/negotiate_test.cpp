#include "gateway/doors/fhir/negotiate.h"

#include <gtest/gtest.h>

namespace waymark::doors::fhir {
namespace {

net::Request with(const char* field, const char* value) {
    net::Request request;
    if (value) request.fields.set(field, value);
    return request;
}

TEST(BodyFormat, TakesTheFhirTypesAndWhatPublicClientsSend) {
    for (const char* type :
         {"application/fhir+json", "application/json", "application/fhir+json; charset=UTF-8",
          "application/fhir+json;version=1.4.0", "application/fhir+json; fhirVersion=4.0",
          "application/json-patch+json; charset=utf-8", "Application/FHIR+JSON"}) {
        EXPECT_EQ(bodyFormat(with("Content-Type", type)).value(), Format::Json) << type;
    }
    for (const char* type :
         {"application/fhir+xml", "application/xml;charset=\"utf-8\"", "text/xml"}) {
        EXPECT_EQ(bodyFormat(with("Content-Type", type)).value(), Format::Xml) << type;
    }
}

TEST(BodyFormat, RefusesWhatItCannotRead) {
    for (const char* type :
         {static_cast<const char*>(nullptr), "", "text/plain", "multipart/form-data",
          "application/fhir+json; charset=latin1", "application/fhir+json; fhirVersion=3.0"}) {
        const auto format = bodyFormat(with("Content-Type", type));
        ASSERT_FALSE(format) << (type ? type : "none");
        EXPECT_EQ(format.error().kind, Kind::MediaType);
    }
}

TEST(AnswerFormat, FollowsAcceptWithItsQualities) {
    struct Case {
        const char* accept;
        Format format;
    };
    for (const Case& c :
         {Case{nullptr, Format::Json},
          {"*/*", Format::Json},
          {"application/fhir+xml", Format::Xml},
          {"application/fhir+xml;q=0.5, application/fhir+json;q=0.9", Format::Json},
          {"application/fhir+json;q=0.5, application/fhir+xml", Format::Xml},
          {"text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", Format::Xml},
          {"application/fhir+json; version=1.4.0", Format::Json},
          {"application/fhir+json; fhirVersion=3.0, application/fhir+xml; fhirVersion=4.0",
           Format::Xml},
          {"", Format::Json},
          {"text/html, */*;q=0.1", Format::Json},
          {"application/fhir+json, application/fhir+xml", Format::Json},
          {"application/fhir+xml, application/fhir+json", Format::Xml},
          {"*/*, application/fhir+xml", Format::Xml},
          {"application/fhir+json;q=0, */*", Format::Xml},
          {"application/fhir+json;q=0.2, application/*;q=0.5", Format::Xml},
          {"application/fhir+xml;q=0.001", Format::Xml},
          {"application/fhir+json; fhirVersion=4.0", Format::Json},
          {"application/fhir+json; fhirVersion=5.0, */*;q=0.5", Format::Json}}) {
        EXPECT_EQ(answerFormat(with("Accept", c.accept)).value(), c.format)
            << (c.accept ? c.accept : "none");
    }
}

TEST(AnswerFormat, RefusesWhatItCannotGive) {
    for (const char* accept : {"text/html", "application/fhir+json;q=0", "application/fhir+turtle",
                               "*/*;q=0", "text/*", "application/fhir+json; fhirVersion=5.0"}) {
        const auto format = answerFormat(with("Accept", accept));
        ASSERT_FALSE(format) << accept;
        EXPECT_EQ(format.error().kind, Kind::NotAcceptable);
    }
}

TEST(AnswerFormat, ReadsEveryAcceptLine) {
    auto request = with("Accept", "text/html");
    request.fields.add("ACCEPT", "application/fhir+xml");
    EXPECT_EQ(answerFormat(request).value(), Format::Xml);
}

TEST(Negotiation, HoldsAnInterfaceToItsOwnMajorVersion) {
    constexpr int kMajor = 1;
    for (const char* type :
         {"application/fhir+json", "application/fhir+json; version=1.4.0",
          "application/fhir+json; version=\"1.0\"", "application/fhir+json;version=1"}) {
        EXPECT_TRUE(answerFormat(with("Accept", type), kMajor)) << type;
        EXPECT_TRUE(bodyFormat(with("Content-Type", type), kMajor)) << type;
    }
    for (const char* type : {"application/fhir+json; version=2.0.0",
                             "application/fhir+xml;version=", "application/fhir+json; version=x",
                             "application/fhir+json; version=11"}) {
        const auto answer = answerFormat(with("Accept", type), kMajor);
        const auto body = bodyFormat(with("Content-Type", type), kMajor);
        ASSERT_FALSE(answer) << type;
        ASSERT_FALSE(body) << type;
        EXPECT_EQ(answer.error().kind, Kind::NotAcceptable);
        EXPECT_EQ(body.error().kind, Kind::MediaType);
    }
    EXPECT_TRUE(answerFormat(with("Accept", "application/fhir+json; version=2.0.0, */*"), kMajor));
}

TEST(AnswerFormat, PutsFormatBeforeAccept) {
    auto request = with("Accept", "application/fhir+json");
    request.query = {{"_format", "xml"}};
    EXPECT_EQ(answerFormat(request).value(), Format::Xml);
    request.query = {{"_format", "application/fhir xml"}};  // a plus that was not escaped
    EXPECT_EQ(answerFormat(request).value(), Format::Xml);
    request.query = {{"_format", "application/fhir+xml; fhirVersion=4.0"}};
    EXPECT_EQ(answerFormat(request).value(), Format::Xml);
    request.query = {{"_format", ""}};
    EXPECT_EQ(answerFormat(request).value(), Format::Json);
    for (const char* format : {"turtle", "html", "application/fhir+xml; fhirVersion=3.0"}) {
        request.query = {{"_format", format}};
        EXPECT_FALSE(answerFormat(request)) << format;
    }
}

TEST(Prefer, IsTakenCalmly) {
    EXPECT_EQ(preferredReturn(with("Prefer", nullptr)), Return::Representation);
    EXPECT_EQ(preferredReturn(with("Prefer", "return=minimal")), Return::Minimal);
    EXPECT_EQ(preferredReturn(with("Prefer", "respond-async, return=OperationOutcome")),
              Return::OperationOutcome);
    EXPECT_EQ(preferredReturn(with("Prefer", "return=everything")), Return::Representation);
    EXPECT_TRUE(strictHandling(with("Prefer", "return=minimal; handling=strict")));
    EXPECT_FALSE(strictHandling(with("Prefer", "handling=lenient")));
}

}  // namespace
}  // namespace waymark::doors::fhir
