#include "gateway/net/request_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "fhir/core/check.h"
#include "gateway/net/target.h"

namespace waymark::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

/// Room for a usual message (a 16.5 KB BaRS Bundle with its header) in one read.
constexpr std::size_t kBufferBytes = 32768;
/// A body up to this size is reserved as soon as its length is known; a longer one grows with what
/// has really come, so that a promise of bytes costs nothing.
constexpr std::size_t kReservedAtOnce = 65536;
/// The end of a chunked body ("0", two line ends); Beast asserts that it is there before it looks.
constexpr std::size_t kChunkedEndBytes = 5;

std::string_view view(BeastView text) {
    return {text.data(), text.size()};
}

Failure failure(Kind kind, IssueType type, std::string sentence) {
    return std::move(fail(kind, type, std::move(sentence)).error());
}

}  // namespace

/// Takes what Beast recognises into the reader. A refusal stops the parser by an error code of
/// which only the presence matters.
class RequestReader::Parser final : public http::basic_parser<true> {
public:
    explicit Parser(RequestReader& reader) : reader_(reader) {
        header_limit(static_cast<std::uint32_t>(reader.limits_.headerBytes));
        body_limit(reader.limits_.bodyBytes);
        eager(true);
    }

private:
    void refuse(error_code& error, unsigned status, Kind kind, std::string sentence) {
        reader_.refuse(status, failure(kind, IssueType::Invalid, std::move(sentence)));
        error = http::error::bad_value;
    }

    bool countHeader(std::size_t bytes, error_code& error) {
        reader_.headerBytes_ += bytes;
        if (reader_.headerBytes_ <= reader_.limits_.headerBytes) return true;
        error = http::error::header_limit;
        return false;
    }

    void on_request_impl(http::verb, BeastView method, BeastView target, int version,
                         error_code& error) override {
        if (!countHeader(method.size() + target.size(), error)) return;
        reader_.version_ = version;
        reader_.request_.method = view(method);
        reader_.request_.target = view(target);
    }

    void on_response_impl(int, BeastView, int, error_code&) override {}

    void on_field_impl(http::field field, BeastView name, BeastView value,
                       error_code& error) override {
        if (is_header_done()) return;  // a trailer: nothing here has a meaning for one
        if (!countHeader(name.size() + value.size() + 4, error)) return;
        if (field == http::field::host) ++reader_.hosts_;
        if (field == http::field::transfer_encoding) return takeTransferEncoding(value, error);
        if (field == http::field::expect) {
            if (!equalsIgnoringCase(view(value), "100-continue")) {
                return refuse(error, 417, Kind::Incorrect,
                              "The only expectation that is met here is 100-continue.");
            }
            reader_.expectsContinue_ = true;
        }
        reader_.request_.fields.add(view(name), view(value));
    }

    void takeTransferEncoding(BeastView value, error_code& error) {
        // Anything else would leave two readings of where the message ends.
        if (!equalsIgnoringCase(view(value), "chunked")) {
            refuse(error, 501, Kind::NotImplemented,
                   "The only transfer coding that is understood here is chunked.");
        } else if (reader_.version_ == 10) {
            refuse(error, 400, Kind::Incorrect, "HTTP/1.0 has no Transfer-Encoding.");
        }
    }

    void on_header_impl(error_code& error) override {
        if (reader_.hosts_ > 1 || (reader_.hosts_ == 0 && reader_.version_ == 11)) {
            return refuse(error, 400, Kind::Incorrect,
                          "A request has exactly one Host header field.");
        }
        auto target = parseTarget(reader_.request_.target);
        if (!target) {
            reader_.refuse(400, std::move(target.error()));
            error = http::error::bad_target;
            return;
        }
        reader_.request_.path = std::move(target->path);
        reader_.request_.query = std::move(target->query);
    }

    void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                           error_code& error) override {
        if (length) reader_.contentLength_ = *length;
        if (length && *length <= kReservedAtOnce) makeRoom(*length, error);
    }

    std::size_t on_body_impl(BeastView body, error_code& error) override {
        auto& whole = reader_.request_.body;
        if (makeRoom(whole.size() + body.size(), error)) whole.append(body.data(), body.size());
        reader_.bodyBytes_ = whole.size();
        return body.size();
    }

    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}

    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& error) override {
        return on_body_impl(body, error);
    }

    void on_finish_impl(error_code&) override {}

    bool makeRoom(std::size_t needed, error_code& error) {
        auto& body = reader_.request_.body;
        if (needed <= body.capacity()) {
            if (reader_.share_.growTo(needed)) return true;
        } else {
            auto wanted = std::max(needed, std::min(2 * needed, reader_.limits_.bodyBytes));
            if (reader_.contentLength_) {
                wanted = std::min<std::size_t>(wanted, *reader_.contentLength_);
            }
            if (reader_.share_.growTo(wanted)) {
                body.reserve(wanted);
                return true;
            }
        }
        auto busy = failure(Kind::Unavailable, IssueType::Throttled,
                            "Too many request bodies are being read at this moment; send the "
                            "request again shortly.");
        busy.retryAfter = std::chrono::seconds(1);
        reader_.refuse(503, std::move(busy));
        error = http::error::bad_value;
        return false;
    }

    RequestReader& reader_;
};

struct RequestReader::Parsing {
    std::optional<Parser> parser;
};

RequestReader::RequestReader(const config::Limits& limits, BodyBudget& budget)
    : limits_(limits),
      share_(budget),
      capacity_(std::max(kBufferBytes, limits.headerBytes + 1024)),
      parsing_(std::make_unique<Parsing>()) {
    buffer_ = std::make_unique_for_overwrite<char[]>(capacity_);
}

RequestReader::~RequestReader() = default;

RequestReader::Progress RequestReader::begin() {
    request_ = {};
    refusal_.reset();
    share_.release();
    contentLength_.reset();
    headerBytes_ = bodyBytes_ = 0;
    version_ = 11;
    hosts_ = 0;
    expectsContinue_ = false;
    parsing_->parser.emplace(*this);
    return parse();
}

std::span<char> RequestReader::room() {
    return {buffer_.get() + end_, capacity_ - end_};
}

RequestReader::Progress RequestReader::received(std::size_t bytes) {
    check(bytes <= capacity_ - end_, "no more was received than there was room for");
    end_ += bytes;
    return parse();
}

RequestReader::Progress RequestReader::timedOut() {
    refuse(408, failure(Kind::TimedOut, IssueType::Timeout,
                        headerComplete() ? "The request's body did not arrive in time."
                                         : "The request's header did not arrive in time."));
    return Progress::Refused;
}

bool RequestReader::started() const {
    return begin_ < end_ || parsing_->parser->got_some();
}

bool RequestReader::headerComplete() const {
    return parsing_->parser->is_header_done();
}

bool RequestReader::keepAlive() const {
    return parsing_->parser->keep_alive();
}

void RequestReader::refuse(unsigned status, Failure failure) {
    refusal_.emplace(Refusal{status, std::move(failure)});
}

/// RFC 9112 section 2.2: empty lines before a request are ignored.
void RequestReader::skipEmptyLines() {
    while (begin_ < end_ && (buffer_[begin_] == '\r' || buffer_[begin_] == '\n')) ++begin_;
}

RequestReader::Progress RequestReader::parse() {
    auto& parser = *parsing_->parser;
    while (!parser.is_done()) {
        if (!parser.got_some()) skipEmptyLines();
        const auto available = end_ - begin_;
        if (available == 0) break;
        if (parser.is_header_done() && parser.chunked() && available < kChunkedEndBytes) break;
        error_code error;
        begin_ += parser.put(boost::asio::const_buffer(buffer_.get() + begin_, available), error);
        if (refusal_) return Progress::Refused;
        if (error == http::error::need_more) break;
        if (error == http::error::header_limit) {
            refuse(431, failure(Kind::TooLarge, IssueType::TooLong,
                                fmt::format("The request's header is larger than {} bytes.",
                                            limits_.headerBytes)));
        } else if (error == http::error::body_limit) {
            refuse(413, failure(Kind::TooLarge, IssueType::TooLong,
                                fmt::format("The body is larger than {} bytes, the most that is "
                                            "taken here.",
                                            limits_.bodyBytes)));
        } else if (error) {
            refuse(400, failure(Kind::Incorrect, IssueType::Structure,
                                fmt::format("This is not an HTTP/1.1 request that can be read: {}.",
                                            error.message())));
        }
        if (refusal_) return Progress::Refused;
    }
    return parser.is_done() ? Progress::Complete : wait();
}

RequestReader::Progress RequestReader::wait() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
    } else if (begin_ > 0 && end_ > capacity_ / 2) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == capacity_) {
        refuse(headerComplete() ? 400 : 431,
               failure(Kind::TooLarge, IssueType::TooLong,
                       "A line of the request is longer than what is read here."));
        return Progress::Refused;
    }
    if (expectsContinue_ && headerComplete() && bodyBytes_ == 0 && begin_ == end_) {
        expectsContinue_ = false;
        return Progress::SendContinue;
    }
    return Progress::NeedMore;
}

}  // namespace waymark::net
