#include "gateway/store/cursor.h"

#include "gateway/crypto/base64.h"
#include "gateway/store/bytes.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

constexpr char kForm = 1;
constexpr std::size_t kSize = 17;

}  // namespace

std::string print(const Cursor& cursor) {
    std::string bytes(1, kForm);
    appendFixed(bytes, static_cast<std::uint64_t>(cursor.change));
    appendFixed(bytes, cursor.total);
    return crypto::base64Url(bytes);
}

Result<Cursor> parseCursor(std::string_view text) {
    const auto bytes = crypto::fromBase64Url(text);
    if (!bytes || bytes->size() != kSize || bytes->front() != kForm) {
        return std::unexpected(wrongCursor());
    }
    const std::string_view view = *bytes;
    Cursor cursor;
    cursor.change = static_cast<std::int64_t>(readFixed(view.substr(1, 8)));
    cursor.total = readFixed(view.substr(9));
    if (cursor.change < 0) return std::unexpected(wrongCursor());
    return cursor;
}

}  // namespace waymark::store
