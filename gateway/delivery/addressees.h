// Those who are no providers and are brought something all the same: practices that are told. The
// engine (queue, attempts, circuit, order) is the same; what is sent and what its end means is
// theirs. Implemented by gateway/notify.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/delivery/adapter.h"
#include "gateway/referral/dossier.h"
#include "gateway/referral/presenter.h"
#include "gateway/store/store.h"

namespace waymark::delivery {

class Addressees {
public:
    virtual ~Addressees() = default;

    /// The bytes, made once; nullopt: it is not wanted any more. On the pool.
    virtual Result<std::optional<referral::Payload>> payload(const referral::Dossier& dossier,
                                                             const store::Delivery& row) = 0;
    /// nullopt: it is not wanted any more. Any thread.
    virtual std::optional<net::ClientRequest> request(const store::Delivery& row,
                                                      const Parcel& parcel) = 0;
    /// The version of the referral that was told when this was delivered; 0: none. Any thread.
    [[nodiscard]] virtual std::uint32_t toldBy(const store::Delivery& row) const = 0;
    /// Something was committed that may concern them. Cheap. Any thread.
    virtual void changed() = 0;
    /// It was given up. Any thread.
    virtual void gaveUp(const store::Delivery& row) = 0;
};

}  // namespace waymark::delivery
