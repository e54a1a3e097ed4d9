#include "gateway/net/answer_reader.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "fhir/core/check.h"

namespace waymark::net {

namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr std::size_t kBufferBytes = 16384;
constexpr std::size_t kHeaderBytesMax = 16128;
/// Answers of 1xx before the final one.
constexpr unsigned kInterimMax = 10;
/// The end of a chunked body; Beast asserts that it is there before it looks.
constexpr std::size_t kChunkedEndBytes = 5;
constexpr unsigned kSwitchingProtocols = 101;

std::string_view view(BeastView text) {
    return {text.data(), text.size()};
}

}  // namespace

class AnswerReader::Parser final : public http::basic_parser<false> {
public:
    explicit Parser(AnswerReader& reader) : reader_(reader) {
        header_limit(kHeaderBytesMax);
        body_limit(reader.bodyBytesMax_);
        eager(true);
        skip(reader.answersHead_);
    }

private:
    void on_request_impl(http::verb, BeastView, BeastView, int, error_code&) override {}

    void on_response_impl(int status, BeastView, int, error_code&) override {
        reader_.answer_.status = static_cast<unsigned>(status);
    }

    void on_field_impl(http::field field, BeastView name, BeastView value,
                       error_code& error) override {
        if (is_header_done()) return;  // a trailer
        reader_.headerBytes_ += name.size() + value.size() + 4;
        const bool coded =
            field == http::field::transfer_encoding && !equalsIgnoringCase(view(value), "chunked");
        if (coded || reader_.headerBytes_ > kHeaderBytesMax) {
            error = http::error::bad_field;
            return;
        }
        reader_.answer_.fields.add(view(name), view(value));
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
        // The limit has been checked, and is the caller's own promise of memory.
        if (length) reader_.answer_.body.reserve(static_cast<std::size_t>(*length));
    }
    std::size_t on_body_impl(BeastView body, error_code&) override {
        reader_.answer_.body.append(body.data(), body.size());
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& error) override {
        return on_body_impl(body, error);
    }
    void on_finish_impl(error_code&) override {}

    AnswerReader& reader_;
};

struct AnswerReader::Parsing {
    std::optional<Parser> parser;
};

AnswerReader::AnswerReader(std::size_t bodyBytesMax, bool answersHead)
    : bodyBytesMax_(bodyBytesMax),
      answersHead_(answersHead),
      buffer_(std::make_unique_for_overwrite<char[]>(kBufferBytes)),
      parsing_(std::make_unique<Parsing>()) {
    restart();
}

AnswerReader::~AnswerReader() = default;

void AnswerReader::restart() {
    answer_ = {};
    headerBytes_ = 0;
    parsing_->parser.emplace(*this);
}

std::span<char> AnswerReader::room() {
    return {buffer_.get() + end_, kBufferBytes - end_};
}

AnswerReader::Progress AnswerReader::received(std::size_t bytes) {
    check(bytes <= kBufferBytes - end_, "no more was received than there was room for");
    gotSome_ = gotSome_ || bytes > 0;
    end_ += bytes;
    return parse();
}

AnswerReader::Progress AnswerReader::ended() {
    auto& parser = *parsing_->parser;
    if (!parser.got_some() || !parser.is_header_done() || !parser.need_eof()) return Progress::Bad;
    error_code error;
    parser.put_eof(error);
    return error ? Progress::Bad : Progress::Complete;
}

bool AnswerReader::keepAlive() const {
    // What comes after the answer without being asked for is nothing to build on.
    return parsing_->parser->keep_alive() && begin_ == end_;
}

AnswerReader::Progress AnswerReader::parse() {
    while (begin_ < end_) {
        auto& parser = *parsing_->parser;
        const auto available = end_ - begin_;
        if (parser.got_some() && parser.is_header_done() && parser.chunked() &&
            available < kChunkedEndBytes) {
            break;
        }
        error_code error;
        begin_ += parser.put(boost::asio::const_buffer(buffer_.get() + begin_, available), error);
        if (error == http::error::need_more) break;
        if (error == http::error::body_limit) return Progress::TooLarge;
        if (error) return Progress::Bad;
        if (!parser.is_done()) continue;
        if (answer_.status / 100 != 1) return Progress::Complete;
        if (answer_.status == kSwitchingProtocols || ++interim_ > kInterimMax) return Progress::Bad;
        restart();
    }
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    return end_ < kBufferBytes ? Progress::NeedMore : Progress::Bad;
}

}  // namespace waymark::net
