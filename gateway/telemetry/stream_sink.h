// Log lines to a file descriptor (standard error), written by a thread of its own, so that a slow
// reader of the log never holds up a request.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "gateway/telemetry/log.h"

namespace waymark::telemetry {

/// Lines wait at most 50 ms, warnings and errors not at all. When the reader is so slow that a
/// mebibyte waits, further lines are dropped, and their number is logged once there is room again.
class StreamSink final : public Sink {
public:
    static constexpr std::size_t kWaitingBytesMax = std::size_t{1} << 20U;

    /// The descriptor stays open as long as the sink; the clock is for the line about dropped ones.
    StreamSink(int descriptor, const Clock& clock);
    /// Writes what waits.
    ~StreamSink() override;
    StreamSink(const StreamSink&) = delete;
    StreamSink& operator=(const StreamSink&) = delete;

    void write(std::string_view line, Level level) override;
    /// Returns when every line that was written before is with the operating system.
    void flush();

private:
    void run();
    void reportDropped();
    void writeOut(std::string_view text);

    const int descriptor_;
    const Clock& clock_;
    std::mutex lock_;
    std::condition_variable wake_;
    std::condition_variable written_;
    std::string waiting_;
    std::uint64_t dropped_ = 0;
    bool urgent_ = false;
    bool writing_ = false;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace waymark::telemetry
