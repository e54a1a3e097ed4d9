#include "gateway/simulate/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "gateway/crypto/secret_file.h"

namespace waymark::simulate {
namespace {

std::unexpected<Failure> cannot(std::string_view what, const std::filesystem::path& path) {
    return fail(Kind::Fault, IssueType::Exception,
                fmt::format("{} cannot be {}: {}.", path.string(), what, std::strerror(errno)));
}

}  // namespace

Result<std::string> readFile(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return cannot("read", path);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

Result<void> writeFile(const std::filesystem::path& path, std::string_view text) {
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    return crypto::writeSecretFile(path, text, crypto::Existing::Replace);
}

}  // namespace waymark::simulate
