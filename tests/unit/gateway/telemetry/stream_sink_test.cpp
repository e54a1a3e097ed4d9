#include "gateway/telemetry/stream_sink.h"

#include <array>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/fixed_world.h"

namespace waymark::telemetry {
namespace {

class Pipe {
public:
    Pipe() { EXPECT_EQ(::pipe(ends_.data()), 0); }
    ~Pipe() {
        closeWriter();
        ::close(ends_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    [[nodiscard]] int writer() const { return ends_[1]; }
    void closeWriter() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }
    [[nodiscard]] std::string readSome() const {
        std::array<char, 4096> buffer{};
        const auto n = ::read(ends_[0], buffer.data(), buffer.size());
        return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string();
    }
    [[nodiscard]] std::string readAll() const {
        std::string all;
        for (auto some = readSome(); !some.empty(); some = readSome()) all += some;
        return all;
    }

private:
    std::array<int, 2> ends_{-1, -1};
};

TEST(StreamSink, WritesEveryLineInOrder) {
    const tests::FixedClock clock;
    Pipe pipe;
    std::string want;
    {
        StreamSink sink(pipe.writer(), clock);
        for (int i = 0; i < 500; ++i) {
            const auto line = std::to_string(i) + "\n";
            want += line;
            sink.write(line, Level::Info);
        }
    }
    pipe.closeWriter();
    EXPECT_EQ(pipe.readAll(), want);
}

TEST(StreamSink, FlushReturnsWhenLinesAreWritten) {
    const tests::FixedClock clock;
    Pipe pipe;
    StreamSink sink(pipe.writer(), clock);
    sink.write("one\n", Level::Error);
    sink.flush();
    EXPECT_EQ(pipe.readSome(), "one\n");
}

TEST(StreamSink, DropsAndCountsWhatASlowReaderLeaves) {
    const tests::FixedClock clock;
    Pipe pipe;
    std::string all;
    std::size_t written = 0;
    {
        StreamSink sink(pipe.writer(), clock);
        const std::string line(1023, 'x');
        // Nobody reads yet: the pipe takes 64 KiB, the sink's batch and queue a mebibyte each.
        for (; written < 4096; ++written) sink.write(line + "\n", Level::Info);
        std::jthread reader([&] { all = pipe.readAll(); });
        sink.flush();
        pipe.closeWriter();
    }
    EXPECT_LT(all.size(), written * 1024);
    EXPECT_NE(all.find(R"("event":"log.dropped")"), std::string::npos);
}

}  // namespace
}  // namespace waymark::telemetry
