// A child process that runs this same program with other arguments, and ends with its parent.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "fhir/core/result.h"

namespace waymark::simulate {

class Process {
public:
    /// Starts this executable. Standard output is the parent's; standard error is appended to
    /// `log`.
    static Result<Process> start(const std::vector<std::string>& arguments,
                                 const std::filesystem::path& log);

    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    /// As stop().
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Whether it still runs; does not wait.
    [[nodiscard]] bool running();
    /// SIGTERM, and SIGKILL when it has not ended after ten seconds.
    void stop();

private:
    explicit Process(pid_t pid) : pid_(pid) {}
    pid_t pid_ = -1;
};

}  // namespace waymark::simulate
