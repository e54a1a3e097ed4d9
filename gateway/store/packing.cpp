#include "gateway/store/packing.h"

#include <cstdint>
#include <memory>
#include <optional>

#include <zstd.h>

#include "fhir/core/check.h"
#include "gateway/store/bytes.h"
#include "gateway/store/refusal.h"

namespace waymark::store {
namespace {

constexpr char kPlain = 0;
constexpr char kZstd = 1;
constexpr std::size_t kWorthPacking = 200;    ///< below, the frame costs more than it saves
constexpr std::size_t kKeptMax = 512 * 1024;  ///< a larger compressor is not kept by its thread
constexpr std::uint64_t kSizeMax = 1ULL << 30U;

struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Appends the frame to `out`; false when it would not be smaller than `plain`.
bool compress(std::string_view plain, int level, std::string& out) {
    thread_local std::unique_ptr<ZSTD_CCtx, Free> context;
    if (!context) context.reset(ZSTD_createCCtx());
    check(context != nullptr, "a compressor is allocated");
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 0);
    const std::size_t before = out.size();
    bool smaller = false;
    out.resize_and_overwrite(before + plain.size(), [&](char* bytes, std::size_t) {
        const std::size_t written =
            ZSTD_compress2(context.get(), bytes + before, plain.size(), plain.data(), plain.size());
        smaller = ZSTD_isError(written) == 0;
        return before + (smaller ? written : 0);
    });
    if (ZSTD_sizeof_CCtx(context.get()) > kKeptMax) context.reset();
    return smaller;
}

std::optional<std::string> decompress(std::string_view frame, std::uint64_t size) {
    if (size > kSizeMax) return std::nullopt;
    thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
    check(context != nullptr, "a decompressor is allocated");
    std::string plain(size, '\0');
    const std::size_t written =
        ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), frame.data(), frame.size());
    if (ZSTD_isError(written) != 0 || written != size) return std::nullopt;
    return plain;
}

}  // namespace

std::string pack(std::span<const std::string_view> texts, int level) {
    std::size_t size = 1;
    for (const auto text : texts) size += text.size() + 5;
    std::string plain;
    plain.reserve(size);
    plain.push_back(kPlain);
    ByteWriter writer(plain);
    for (const auto text : texts) writer.text(text);
    if (plain.size() < kWorthPacking) return plain;

    std::string packed(1, kZstd);
    packed.reserve(plain.size() + 10);
    ByteWriter(packed).number(plain.size() - 1);
    if (!compress(std::string_view(plain).substr(1), level, packed)) return plain;
    return packed;
}

Result<std::vector<std::string>> unpack(std::string_view packed) {
    const auto refused = [] { return std::unexpected(damaged("packed text")); };
    if (packed.empty()) return refused();
    const char form = packed.front();
    packed.remove_prefix(1);
    std::optional<std::string> plain;
    if (form == kZstd) {
        ByteReader reader(packed);
        const auto size = reader.number();
        if (!reader.ok()) return refused();
        plain = decompress(reader.rest(), size);
        if (!plain) return refused();
        packed = *plain;
    } else if (form != kPlain) {
        return refused();
    }
    std::vector<std::string> texts;
    ByteReader reader(packed);
    while (!reader.atEnd()) texts.emplace_back(reader.text());
    if (!reader.finished()) return refused();
    return texts;
}

}  // namespace waymark::store
