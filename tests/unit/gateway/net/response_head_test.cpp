#include "gateway/net/response_head.h"

#include <string>

#include <gtest/gtest.h>

#include "fhir/core/check.h"

namespace waymark::net {
namespace {

std::string head(const Response& response, Framing framing = {}) {
    std::string out;
    appendHead(out, response, "Fri, 20 Nov 2026 19:02:11 GMT", framing);
    return out;
}

TEST(ResponseHead, HasTheServersFieldsAndTheHandlers) {
    Response response;
    response.status = 201;
    response.body = "{}";
    response.fields.add("Location", "/x");
    response.fields.add("ETag", "W/\"1\"");
    EXPECT_EQ(head(response),
              "HTTP/1.1 201 Created\r\nDate: Fri, 20 Nov 2026 19:02:11 GMT\r\nLocation: /x\r\n"
              "ETag: W/\"1\"\r\nContent-Length: 2\r\n\r\n");
    EXPECT_TRUE(head(response, {.close = true}).ends_with("Connection: close\r\n\r\n"));
    EXPECT_TRUE(head(response, {.sayKeepAlive = true}).ends_with("Connection: keep-alive\r\n\r\n"));
}

TEST(ResponseHead, LeavesOutWhatTheHandlerSaysOfFraming) {
    Response response;
    response.fields.add("content-length", "99");
    response.fields.add("Transfer-Encoding", "chunked");
    response.fields.add("Connection", "close");
    response.fields.add("Date", "yesterday");
    EXPECT_EQ(
        head(response),
        "HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 2026 19:02:11 GMT\r\nContent-Length: 0\r\n\r\n");
}

TEST(ResponseHead, HasNoLengthWhereThereIsNoBody) {
    for (const unsigned status : {204U, 304U}) {
        Response response;
        response.status = status;
        EXPECT_EQ(head(response).find("Content-Length"), std::string::npos);
    }
}

TEST(ResponseHead, IsRefusedWhenItWouldBreakApart) {
    const auto refused = [](unsigned status, const char* name, std::string_view value) {
        Response response;
        response.status = status;
        response.fields.add(name, value);
        EXPECT_THROW(checkSendable(response), InvariantBroken) << name;
    };
    refused(200, "Location", "/x\r\nSet-Cookie: a=b");
    refused(200, "Location", std::string_view("a\0b", 3));
    refused(200, "Bad Name", "x");
    refused(200, "", "x");
    refused(100, "A", "x");
    refused(600, "A", "x");
    Response fine;
    fine.fields.add("X-Text", "caf\xC3\xA9\tand more");
    EXPECT_NO_THROW(checkSendable(fine));
}

TEST(HttpDate, FollowsTheClock) {
    HttpDate date;
    const Instant instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) +
                          std::chrono::hours(9) + std::chrono::seconds(7));
    EXPECT_EQ(date.text(instant), "Fri, 20 Nov 2026 09:00:07 GMT");
    EXPECT_EQ(date.text(instant + Milliseconds(999)), "Fri, 20 Nov 2026 09:00:07 GMT");
    EXPECT_EQ(date.text(instant + Milliseconds(1000)), "Fri, 20 Nov 2026 09:00:08 GMT");
    EXPECT_EQ(date.text(Instant()), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace waymark::net
