#include "gateway/store/cursor.h"

#include "gateway/crypto/base64.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

constexpr char kForm = 1;
constexpr std::size_t kSize = 17;

void put(std::string& out, std::uint64_t number) {
    for (unsigned shift = 64; shift > 0; shift -= 8) {
        out.push_back(static_cast<char>(number >> (shift - 8) & 0xFFU));
    }
}

std::uint64_t take(std::string_view bytes) {
    std::uint64_t number = 0;
    for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
    return number;
}

}  // namespace

std::string print(const Cursor& cursor) {
    std::string bytes(1, kForm);
    put(bytes, static_cast<std::uint64_t>(cursor.change));
    put(bytes, cursor.total);
    return crypto::base64Url(bytes);
}

Result<Cursor> parseCursor(std::string_view text) {
    const auto bytes = crypto::fromBase64Url(text);
    if (!bytes || bytes->size() != kSize || bytes->front() != kForm) {
        return std::unexpected(wrongCursor());
    }
    const std::string_view view = *bytes;
    Cursor cursor;
    cursor.change = static_cast<std::int64_t>(take(view.substr(1, 8)));
    cursor.total = take(view.substr(9));
    if (cursor.change < 0) return std::unexpected(wrongCursor());
    return cursor;
}

}  // namespace waymark::store
