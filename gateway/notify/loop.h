// Status back to practices by Subscriptions: follows the changes of referrals, counts an event for
// each Subscription that wants it (in one commit with its delivery and the place reached), shakes
// hands with new endpoints and sends heartbeats. The deliveries go out by the delivery loop, whose
// addressees these are. One strand; poke() and the Addressees part: any thread.
#pragma once

#include <memory>

#include "gateway/delivery/addressees.h"
#include "gateway/delivery/ports.h"
#include "gateway/notify/registry.h"

namespace waymark::notify {

class NotifyLoop final : public delivery::Addressees {
public:
    /// All that is named outlives it. `wakeDelivery` is called after a commit with deliveries.
    NotifyLoop(delivery::Ports ports, Registry& registry, std::function<void()> wakeDelivery);
    ~NotifyLoop() override;
    NotifyLoop(const NotifyLoop&) = delete;
    NotifyLoop& operator=(const NotifyLoop&) = delete;

    /// Reads the registry and the place reached from the store, then begins. Once.
    [[nodiscard]] Result<void> start();
    /// Something was committed, or a Subscription was made or changed. Cheap.
    void poke();
    /// Begins nothing more.
    void stop();

    Result<std::optional<referral::Payload>> payload(const referral::Dossier& dossier,
                                                     const store::Delivery& row) override;
    std::optional<net::ClientRequest> request(const store::Delivery& row,
                                              const delivery::Parcel& parcel) override;
    [[nodiscard]] std::uint32_t toldBy(const store::Delivery& row) const override;
    void changed() override { poke(); }
    void gaveUp(const store::Delivery& row) override;

private:
    class Core;
    std::shared_ptr<Core> core_;
};

}  // namespace waymark::notify
