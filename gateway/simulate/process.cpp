#include "gateway/simulate/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

namespace waymark::simulate {
namespace {

constexpr int kStopWaitMs = 10'000;

/// In the child, between fork and exec: only what is safe there.
[[noreturn]] void become(char* const* arguments, int log, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);
    ::dup2(log, STDERR_FILENO);
    ::execv("/proc/self/exe", arguments);
    ::_exit(127);
}

}  // namespace

Result<Process> Process::start(const std::vector<std::string>& arguments,
                               const std::filesystem::path& log) {
    std::vector<std::string> texts{"waymark"};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);

    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const pid_t parent = ::getpid();
    const pid_t pid = file < 0 ? -1 : ::fork();
    if (pid == 0) become(pointers.data(), file, parent);
    const int error = errno;
    if (file >= 0) ::close(file);
    if (pid < 0) {
        return fail(Kind::Fault, IssueType::Exception,
                    fmt::format("A process could not be started: {}.", std::strerror(error)));
    }
    return Process(pid);
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        stop();
        pid_ = std::exchange(other.pid_, -1);
    }
    return *this;
}

Process::~Process() {
    stop();
}

bool Process::running() {
    if (pid_ <= 0) return false;
    if (::waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void Process::stop() {
    if (!running()) return;
    ::kill(pid_, SIGTERM);
    for (int waited = 0; waited < kStopWaitMs; waited += 10) {
        if (!running()) return;
        ::poll(nullptr, 0, 10);
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
}

}  // namespace waymark::simulate
