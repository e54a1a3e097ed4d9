// The demo: makes a world, starts the gateway and every simulator as processes of their own, sends
// referrals through it, prints what became of each, and stays up.
#pragma once

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "gateway/simulate/world.h"

namespace waymark::simulate {

struct DemoOptions {
    WorldOptions world;
    bool exit = false;  ///< end when every loop has closed
};

/// Gives whether every loop closed. Prints for people on standard output. Fails when the world
/// cannot be made or a process does not start.
Result<bool> runDemo(const DemoOptions& options, const Clock& clock, Random& random);

}  // namespace waymark::simulate
