// Plain HTTP messages: what doors and adapters see instead of Beast's.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::net {

/// Header fields in order; names compare without case. All text is in one block, so that a message
/// costs two allocations and not two for each field. Views into it end with the next change.
class Fields {
public:
    struct Field {
        std::string_view name;
        std::string_view value;
    };
    class Iterator {
    public:
        using value_type = Field;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        Iterator(const Fields* fields, std::size_t index) : fields_(fields), index_(index) {}
        Field operator*() const { return fields_->at(index_); }
        Iterator& operator++() {
            ++index_;
            return *this;
        }
        Iterator operator++(int) {
            auto before = *this;
            ++index_;
            return before;
        }
        friend bool operator==(const Iterator&, const Iterator&) = default;

    private:
        const Fields* fields_ = nullptr;
        std::size_t index_ = 0;
    };

    void set(std::string_view name, std::string_view value);  ///< replaces all of this name
    void add(std::string_view name, std::string_view value);
    void remove(std::string_view name);  ///< all of this name
    /// The first field of this name; nullopt when there is none.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    [[nodiscard]] Iterator begin() const { return {this, 0}; }
    [[nodiscard]] Iterator end() const { return {this, spans_.size()}; }
    [[nodiscard]] std::size_t size() const { return spans_.size(); }
    [[nodiscard]] bool empty() const { return spans_.empty(); }

private:
    /// The value follows the name in text_.
    struct Span {
        std::uint32_t at;
        std::uint32_t nameSize;
        std::uint32_t valueSize;
    };
    [[nodiscard]] Field at(std::size_t index) const;

    std::string text_;
    std::vector<Span> spans_;
};

/// ASCII letters compare without case, as field names do.
[[nodiscard]] bool equalsIgnoringCase(std::string_view left, std::string_view right);

struct Request {
    std::string method;  ///< "GET"
    std::string target;  ///< as it came: path and query
    std::string path;    ///< decoded, without the query
    /// Decoded query parameters in order.
    std::vector<std::pair<std::string, std::string>> query;
    Fields fields;
    std::string body;
    std::string scheme;     ///< "https" or "http"
    std::string requestId;  ///< ours, a UUID; also in every log line of the request
    std::string peer;       ///< address, for rate limits; never with patient data
    Instant received{};
    std::chrono::steady_clock::time_point deadline{};  ///< shrinks downwards; nothing outlives it
};

/// The server writes Date, Content-Length and Connection itself; those set here are left out.
struct Response {
    unsigned status = 200;
    Fields fields;
    std::string body;
    /// The template of the route that answered ("/FHIR/R4/ServiceRequest/{id}"), for logs, metrics.
    std::string route;
};

/// Runs on the connection's strand. What it throws becomes 500 with the request's id only. When the
/// request's deadline passes it is cancelled (total), and its next co_await throws.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

/// How a listener prints the refusals that the server makes itself (unreadable, too large, too
/// slow, busy, a bug). The request holds what was read of it until then. The server writes its own
/// status over the page's.
using ErrorPage = std::function<Response(const Failure&, const Request&)>;

}  // namespace waymark::net
