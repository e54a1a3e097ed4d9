// What a run tells a tracer. NoTrace is compiled away.
#pragma once

namespace waymark::map {

struct NoTrace {
    static constexpr bool kOn = false;
};

}  // namespace waymark::map
