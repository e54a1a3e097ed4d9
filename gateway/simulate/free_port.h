// TCP ports of 127.0.0.1 on which nobody listens at the moment.
#pragma once

#include <cstdint>

#include "fhir/core/result.h"

namespace waymark::simulate {

/// Gives each port once. Processes begin at places of their own, so that worlds side by side rarely
/// meet. Somebody else may take a port before its user listens; the demo then says so.
class FreePorts {
public:
    FreePorts();
    /// Unavailable when none is left.
    Result<std::uint16_t> next();

private:
    std::uint16_t next_;
};

}  // namespace waymark::simulate
