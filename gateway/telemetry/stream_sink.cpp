#include "gateway/telemetry/stream_sink.h"

#include <poll.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>

namespace waymark::telemetry {

namespace {

constexpr std::chrono::milliseconds kPatience{50};

/// Keeps a line in memory, for the one that the sink writes itself.
class LineSink final : public Sink {
public:
    explicit LineSink(std::string& out) : out_(out) {}
    void write(std::string_view line, Level) override { out_.append(line); }

private:
    std::string& out_;
};

}  // namespace

StreamSink::StreamSink(int descriptor, const Clock& clock)
    : descriptor_(descriptor), clock_(clock), thread_([this] { run(); }) {}

StreamSink::~StreamSink() {
    {
        const std::lock_guard guard(lock_);
        ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

void StreamSink::write(std::string_view line, Level level) {
    const std::lock_guard guard(lock_);
    if (waiting_.size() + line.size() > kWaitingBytesMax) {
        ++dropped_;
        return;
    }
    const bool first = waiting_.empty();
    const bool urgent = level >= Level::Warning && !urgent_;
    urgent_ = urgent_ || urgent;
    waiting_.append(line);
    if (first || urgent) wake_.notify_one();
}

void StreamSink::flush() {
    std::unique_lock guard(lock_);
    urgent_ = true;
    wake_.notify_one();
    written_.wait(guard, [this] { return waiting_.empty() && dropped_ == 0 && !writing_; });
}

void StreamSink::run() {
    std::string batch;
    std::unique_lock guard(lock_);
    while (true) {
        wake_.wait(guard, [this] { return !waiting_.empty() || urgent_ || ending_; });
        // More lines of the same moment go out in the same call.
        wake_.wait_for(guard, kPatience, [this] { return urgent_ || ending_; });
        if (waiting_.empty() && ending_) return;
        batch.swap(waiting_);
        if (dropped_ > 0) reportDropped();
        urgent_ = false;
        writing_ = true;
        guard.unlock();
        writeOut(batch);
        batch.clear();
        guard.lock();
        writing_ = false;
        written_.notify_all();
    }
}

void StreamSink::reportDropped() {
    LineSink sink(waiting_);
    Log(clock_, sink).warning("log.dropped", {{"lines", dropped_}});
    dropped_ = 0;
}

void StreamSink::writeOut(std::string_view text) {
    while (!text.empty()) {
        const auto written = ::write(descriptor_, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            pollfd waiting{descriptor_, POLLOUT, 0};
            ::poll(&waiting, 1, -1);
        } else if (errno != EINTR) {
            return;  // the log's reader is gone, and there is nowhere to say so
        }
    }
}

}  // namespace waymark::telemetry
