// The delivery loop: reads what is due, sends it, records what became of it; runs the clocks that
// ran out; looks at FHIR providers' Tasks. The decisions are the scheduler's and the lifecycle's;
// this carries them out, each attempt as a coroutine on a strand of its own, everything else on
// one.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "gateway/delivery/ports.h"

namespace waymark::delivery {

class DeliveryLoop {
public:
    /// All that `ports` names outlives the loop, and the loop outlives the runtime's threads.
    explicit DeliveryLoop(Ports ports);
    ~DeliveryLoop();
    DeliveryLoop(const DeliveryLoop&) = delete;
    DeliveryLoop& operator=(const DeliveryLoop&) = delete;

    /// Begins with what the store holds. Once.
    void start();
    /// Something may be due: call it after a commit with deliveries or clocks. Any thread, cheap.
    void poke();
    /// These deliveries were changed by others (held, released, to be sent again): what is known of
    /// them is read again. One that is being sent comes to its end first. Any thread.
    void moved(std::vector<store::DeliveryId> deliveries);
    /// Other providers may be configured now. Any thread.
    void configured();

    /// Begins nothing more; `done` is called when all that is on its way has come to its end and is
    /// recorded. Any thread, once.
    void requestStop(std::function<void()> done);
    /// The same, blocking a thread that is not the runtime's for at most `within`. False when that
    /// was not enough: what is left goes on after the next start, with the same bytes and keys.
    bool stop(std::chrono::milliseconds within);

private:
    class Core;
    std::shared_ptr<Core> core_;
};

}  // namespace waymark::delivery
