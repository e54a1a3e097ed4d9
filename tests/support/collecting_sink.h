// Keeps log lines for tests that read them.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/telemetry/log.h"

namespace waymark::tests {

/// Any thread.
class CollectingSink final : public telemetry::Sink {
public:
    void write(std::string_view line, telemetry::Level) override {
        const std::lock_guard guard(lock_);
        lines_.emplace_back(line);
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        const std::lock_guard guard(lock_);
        return lines_;
    }
    [[nodiscard]] std::string text() const {
        std::string all;
        for (const auto& line : lines()) all += line;
        return all;
    }

private:
    mutable std::mutex lock_;
    std::vector<std::string> lines_;
};

}  // namespace waymark::tests
