// What is wrong in the configuration, collected so that one start shows all of it. One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "fhir/core/result.h"

namespace waymark::config {

/// " Did you mean \"x\"?" or nothing.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& candidates);

/// "file:12:3", as an editor understands it.
[[nodiscard]] std::string print(const Place& place);

class Faults {
public:
    /// `text` is a sentence that says how to mend it and never holds a secret.
    void add(const Place& place, std::string text);
    [[nodiscard]] bool empty() const { return issues_.empty(); }
    /// By file, then by place in it.
    [[nodiscard]] Failure failure() &&;

private:
    std::vector<Issue> issues_;
};

}  // namespace waymark::config
