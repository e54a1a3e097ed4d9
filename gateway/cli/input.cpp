#include "gateway/cli/input.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

namespace waymark::cli {
namespace {

/// A tool may be given more than a message ever holds.
constexpr tree::ReadLimits kToolLimits{
    .bodyBytes = std::size_t{512} << 20U, .depth = 64, .elements = 20'000'000, .issues = 50};

struct Closing {
    void operator()(std::FILE* file) const {
        if (file != stdin) std::fclose(file);
    }
};

std::unexpected<Failure> unreadable(const std::string& file, int error) {
    auto failure = fail(Kind::NotFound, IssueType::NotFound,
                        fmt::format("the file cannot be read: {}", std::strerror(error)));
    failure.error().issues.front().file = shownName(file);
    return failure;
}

}  // namespace

std::string shownName(const std::string& file) {
    return file == "-" ? "<stdin>" : file;
}

Result<std::string> readFile(const std::string& file) {
    const std::unique_ptr<std::FILE, Closing> from(file == "-" ? stdin
                                                               : std::fopen(file.c_str(), "rb"));
    if (!from) return unreadable(file, errno);
    std::string body;
    char piece[64 * 1024];
    while (const std::size_t got = std::fread(piece, 1, sizeof piece, from.get())) {
        body.append(piece, got);
        if (body.size() > kToolLimits.bodyBytes) return unreadable(file, EFBIG);
    }
    if (std::ferror(from.get()) != 0) return unreadable(file, errno);
    return body;
}

Result<void> Input::read(const std::string& file) {
    auto bytes = readFile(file);
    if (!bytes) return std::unexpected(std::move(bytes).error());
    body = std::move(*bytes);
    const tree::ReadOptions options{.limits = kToolLimits, .requireElements = false};
    auto made = tree::read(body, model::Model::r4(), arena, options);
    if (!made) {
        for (Issue& issue : made.error().issues) issue.file = shownName(file);
        return std::unexpected(std::move(made).error());
    }
    document = *made;
    return {};
}

Exit exitFor(const Failure& failure) {
    return failure.kind == Kind::NotFound ? Exit::CouldNotRun : Exit::No;
}

}  // namespace waymark::cli
