#include "gateway/net/response_head.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

#include "fhir/core/check.h"

namespace waymark::net {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

bool isTokenCharacter(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isValueCharacter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

/// What the server says itself.
bool isOurs(std::string_view name) {
    switch (name.size()) {
        case 4:
            return equalsIgnoringCase(name, "Date");
        case 10:
            return equalsIgnoringCase(name, "Connection");
        case 14:
            return equalsIgnoringCase(name, "Content-Length");
        case 17:
            return equalsIgnoringCase(name, "Transfer-Encoding");
        default:
            return false;
    }
}

void appendNumber(std::string& out, std::size_t number) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

std::string_view HttpDate::text(Instant now) {
    static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto second = std::chrono::floor<std::chrono::seconds>(now);
    if (second != second_ || text_[0] == '\0') {
        second_ = second;
        const auto day = std::chrono::floor<std::chrono::days>(second);
        const std::chrono::year_month_day date(day);
        const std::chrono::hh_mm_ss time(second - day);
        fmt::format_to_n(
            text_.data(), text_.size(), "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
            kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
            kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
            time.hours().count(), time.minutes().count(), time.seconds().count());
    }
    return {text_.data(), text_.size()};
}

void checkSendable(const Response& response) {
    check(response.status >= 200 && response.status <= 599, "a handler gives a final status");
    for (const auto [name, value] : response.fields) {
        check(!name.empty() && std::ranges::all_of(name, isTokenCharacter),
              "a response field's name is a token");
        check(std::ranges::all_of(value, isValueCharacter),
              "a response field's value has no control character");
    }
}

void appendHead(std::string& out, const Response& response, std::string_view date,
                Framing framing) {
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(response.status));
    out.append("HTTP/1.1 ");
    appendNumber(out, response.status);
    out.append(" ").append(reason.data(), reason.size()).append(kLineEnd);
    out.append("Date: ").append(date).append(kLineEnd);
    for (const auto [name, value] : response.fields) {
        if (isOurs(name)) continue;
        out.append(name).append(": ").append(value).append(kLineEnd);
    }
    if (response.status != 204 && response.status != 304) {
        out.append("Content-Length: ");
        appendNumber(out, response.body.size());
        out.append(kLineEnd);
    }
    if (framing.close) {
        out.append("Connection: close\r\n");
    } else if (framing.sayKeepAlive) {
        out.append("Connection: keep-alive\r\n");
    }
    out.append(kLineEnd);
}

}  // namespace waymark::net
