// The head of a response as bytes. Used on a connection's strand.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "fhir/core/world.h"
#include "gateway/net/http.h"

namespace waymark::net {

/// The Date field's value (RFC 9110 section 5.6.7), made anew only when the second changes.
class HttpDate {
public:
    /// Valid until the next call.
    [[nodiscard]] std::string_view text(Instant now);

private:
    std::chrono::sys_seconds second_{};
    std::array<char, 29> text_{};
};

struct Framing {
    bool close = false;         ///< this connection ends with this response
    bool sayKeepAlive = false;  ///< to a client that speaks HTTP/1.0
};

/// Throws InvariantBroken when the status is not a final one, or a field's name or value would
/// break the message apart (RFC 9110 section 5).
void checkSendable(const Response& response);

/// Appends status line and fields up to the empty line. Content-Length is the body's size, also
/// when the body is not sent (HEAD); there is none for 204 and 304.
void appendHead(std::string& out, const Response& response, std::string_view date, Framing framing);

}  // namespace waymark::net
