// How the tokenizer ended; for those who call it without seeing it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace waymark::json {

struct SaxEnd {
    enum class Kind : std::uint8_t { Done, Stopped, Syntax };
    Kind kind = Kind::Done;
    std::size_t offset = 0;  ///< where the syntax fault is
    const char* what = "";   ///< the fault in a few words
};

}  // namespace waymark::json
