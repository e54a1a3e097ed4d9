// A running gateway: everything is made here and handed to what needs it, in an order in which each
// thing outlives its users.
#pragma once

#include <filesystem>
#include <memory>

#include "fhir/core/result.h"
#include "fhir/core/world.h"

namespace waymark::cli {

class App {
public:
    /// Opens the store, starts the delivery loop and the listeners. Fails with what is wrong in the
    /// configuration, the mappings, the store or an address.
    static Result<std::unique_ptr<App>> start(const std::filesystem::path& configFolder,
                                              const Clock& clock, Random& random);
    /// As stop().
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    /// Blocks until SIGTERM or SIGINT, or until the store can write no more; gives whether all was
    /// well.
    bool waitForEnd();
    /// Listeners first, then what is on its way, then the store.
    void stop();

private:
    struct Parts;
    explicit App(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace waymark::cli
