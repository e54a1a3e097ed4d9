// Reads HTTP/1.1 requests from bytes as they arrive: Beast's parser fills our Request directly, and
// every limit on its size is kept here. One reader per connection, used on its strand only. It does
// no input itself, so it is tested without a socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "config/config.h"
#include "fhir/core/result.h"
#include "gateway/net/body_budget.h"
#include "gateway/net/http.h"

namespace waymark::net {

/// A refusal by the server itself. The status is the kind's, or a narrower one that only HTTP knows
/// (431, 417, 505).
struct Refusal {
    unsigned status = 500;
    Failure failure;
};

class RequestReader {
public:
    enum class Progress : std::uint8_t {
        NeedMore,      ///< fill room() and call received()
        SendContinue,  ///< as NeedMore, but the client first waits for "100 Continue"
        Complete,      ///< take() gives the request
        Refused,       ///< refusal() says why; the connection's further bytes mean nothing
    };

    /// Limits and budget outlive the reader.
    RequestReader(const config::Limits& limits, BodyBudget& budget);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Starts the next request with what the last one left in the buffer.
    Progress begin();
    /// Free room for more bytes; never empty after NeedMore or SendContinue.
    [[nodiscard]] std::span<char> room();
    Progress received(std::size_t bytes);
    /// The rest did not come in time; gives Refused.
    Progress timedOut();

    /// Whether any byte of the current request has come.
    [[nodiscard]] bool started() const;
    [[nodiscard]] bool headerComplete() const;
    /// What has been read of the request; moved out after Complete or Refused.
    [[nodiscard]] Request& request() { return request_; }
    [[nodiscard]] std::size_t bodyBytes() const { return bodyBytes_; }
    [[nodiscard]] const Refusal& refusal() const { return *refusal_; }
    /// After Complete: whether the client wants the connection kept.
    [[nodiscard]] bool keepAlive() const;
    /// HTTP/1.0 is told explicitly that the connection stays.
    [[nodiscard]] bool isHttp10() const { return version_ == 10; }
    /// The request has been answered and its body is gone.
    void releaseBody() { share_.release(); }

private:
    class Parser;
    struct Parsing;

    Progress parse();
    Progress wait();
    void refuse(unsigned status, Failure failure);
    void skipEmptyLines();

    const config::Limits& limits_;
    BodyBudget::Share share_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;

    std::unique_ptr<Parsing> parsing_;
    Request request_;
    std::optional<Refusal> refusal_;
    std::size_t headerBytes_ = 0;
    std::size_t bodyBytes_ = 0;
    std::optional<std::uint64_t> contentLength_;
    int version_ = 11;
    unsigned hosts_ = 0;
    bool expectsContinue_ = false;
};

}  // namespace waymark::net
