// What the files of the evaluation share: frames and nesting that end with their block. Private to
// the room.
#pragma once

#include <cstdint>

#include "fhir/model/r4_ids.h"
#include "fhir/path/evaluation.h"
#include "fhir/path/type_names.h"

namespace waymark::path {

/// Another $this, $index and $total, and the old ones again at the end; the place for faults, too.
class Evaluation::Within {
public:
    Within(Frame& frame, Frame inner, std::uint32_t& place)
        : frame_(frame), place_(place), outer_(frame), outerPlace_(place) {
        frame = inner;
    }
    ~Within() {
        frame_ = outer_;
        place_ = outerPlace_;
    }
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

private:
    Frame& frame_;
    std::uint32_t& place_;
    Frame outer_;
    std::uint32_t outerPlace_;
};

/// Counts nesting.
class Depth {
public:
    explicit Depth(std::uint32_t& depth) : depth_(depth) { ++depth_; }
    ~Depth() { --depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

private:
    std::uint32_t& depth_;
};

}  // namespace waymark::path
