// Reads the answer to one request from bytes as they arrive, with limits. It does no input itself.
// Internal to gateway/net; used on one strand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/net/client.h"

namespace waymark::net {

class AnswerReader {
public:
    enum class Progress : std::uint8_t {
        NeedMore,
        Complete,
        TooLarge,  ///< beyond bodyBytesMax
        Bad,       ///< not HTTP/1.1, or beyond what a header may have
    };

    AnswerReader(std::size_t bodyBytesMax, bool answersHead);
    ~AnswerReader();
    AnswerReader(const AnswerReader&) = delete;
    AnswerReader& operator=(const AnswerReader&) = delete;

    /// Free room for more bytes; never empty after NeedMore.
    [[nodiscard]] std::span<char> room();
    Progress received(std::size_t bytes);
    /// The peer sends no more: Complete when that ends the body, else Bad.
    Progress ended();

    [[nodiscard]] bool gotSome() const { return gotSome_; }
    /// After Complete: whether the connection is good for another request.
    [[nodiscard]] bool keepAlive() const;
    [[nodiscard]] ClientAnswer& answer() { return answer_; }

private:
    class Parser;
    struct Parsing;

    void restart();
    Progress parse();

    const std::size_t bodyBytesMax_;
    const bool answersHead_;
    std::unique_ptr<char[]> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t headerBytes_ = 0;
    unsigned interim_ = 0;
    bool gotSome_ = false;
    std::unique_ptr<Parsing> parsing_;
    ClientAnswer answer_;
};

}  // namespace waymark::net
