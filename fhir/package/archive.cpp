#include "fhir/package/archive.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace waymark::package {
namespace {

constexpr std::size_t kBlock = 512;

std::unexpected<Failure> damaged(std::string text) {
    return fail(Kind::Incorrect, IssueType::Structure, std::move(text));
}

/// One gzip stream, or several one after the other.
Result<std::string> inflated(std::string_view archive, std::size_t limit) {
    z_stream stream{};
    if (inflateInit2(&stream, 15 + 16) != Z_OK) {
        return fail(Kind::Fault, IssueType::Exception, "zlib could not be started");
    }
    const std::unique_ptr<z_stream, void (*)(z_stream*)> guard(
        &stream, [](z_stream* at) { inflateEnd(at); });
    std::string out;
    char buffer[64 * 1024];
    std::string input(archive);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    std::size_t left = input.size();
    stream.avail_in = 0;
    while (true) {
        if (stream.avail_in == 0) {
            stream.avail_in = static_cast<uInt>(std::min<std::size_t>(left, 1U << 30U));
            left -= stream.avail_in;
        }
        stream.next_out = reinterpret_cast<Bytef*>(buffer);
        stream.avail_out = sizeof buffer;
        const int status = inflate(&stream, Z_NO_FLUSH);
        if (status != Z_OK && status != Z_STREAM_END) {
            return damaged("The archive is no gzip stream, or it is damaged.");
        }
        out.append(buffer, sizeof buffer - stream.avail_out);
        if (out.size() > limit) {
            return fail(Kind::TooLarge, IssueType::TooLong, "The archive holds too many bytes.");
        }
        if (status == Z_STREAM_END) return out;
        if (stream.avail_in == 0 && left == 0 && stream.avail_out != 0) {
            return damaged("The archive ends in the middle.");
        }
    }
}

std::string_view field(const char* header, std::size_t at, std::size_t size) {
    const std::string_view whole(header + at, size);
    return whole.substr(0, whole.find('\0'));
}

std::optional<std::size_t> octal(std::string_view digits) {
    while (!digits.empty() && digits.front() == ' ') digits.remove_prefix(1);
    while (!digits.empty() && digits.back() == ' ') digits.remove_suffix(1);
    std::size_t value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
    if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value;
}

/// The path of a pax header ("27 path=package/x.json\n"); empty when it has none.
std::string paxPath(std::string_view records) {
    const std::size_t at = records.find(" path=");
    if (at == std::string_view::npos) return {};
    const std::string_view rest = records.substr(at + 6);
    return std::string(rest.substr(0, rest.find('\n')));
}

}  // namespace

Result<std::vector<ArchivedFile>> unpack(std::string_view archive, const ArchiveLimits& limits) {
    auto tar = inflated(archive, limits.bytes);
    if (!tar) return std::unexpected(std::move(tar).error());
    std::vector<ArchivedFile> files;
    std::string longName;
    std::size_t at = 0;
    while (at + kBlock <= tar->size()) {
        const char* const header = tar->data() + at;
        if (std::all_of(header, header + kBlock, [](char c) { return c == '\0'; })) break;
        const auto size = octal(field(header, 124, 12));
        if (!size || *size > tar->size() - at - kBlock) {
            return damaged("The archive is no tar archive, or it is damaged.");
        }
        const std::string_view content(header + kBlock, *size);
        const char kind = header[156];
        if (kind == 'x') longName = paxPath(content);
        if (kind == 'L') longName = std::string(content.substr(0, content.find('\0')));
        if (kind == '0' || kind == '\0') {
            if (files.size() == limits.files) {
                return fail(Kind::TooLarge, IssueType::TooLong, "The archive has too many files.");
            }
            std::string name(field(header, 0, 100));
            const std::string_view prefix = field(header, 345, 155);
            if (field(header, 257, 5) == "ustar" && !prefix.empty()) {
                name = std::string(prefix) + "/" + name;
            }
            if (!longName.empty()) name = std::exchange(longName, {});
            files.push_back({std::move(name), std::string(content)});
        }
        at += kBlock + (*size + kBlock - 1) / kBlock * kBlock;
    }
    return files;
}

}  // namespace waymark::package
