// A BaRS message that takes a referral back (BaRS Core 1.5.0, standard pattern for composites:
// cancellation).
#pragma once

#include <boost/asio/awaitable.hpp>

#include "fhir/core/result.h"
#include "gateway/doors/bars/message.h"
#include "gateway/doors/visit.h"

namespace waymark::doors::bars {

/// The referral is found by the id that we gave its ServiceRequest, else by an identifier of it,
/// else as the only open one of that NHS number. NotFound when there is none; Unprocessable when
/// the Patient of the message is another person, which is kept as a safety event; Conflict when it
/// has ended, or when a message with the visit's repeatKey was processed before (Duplicate).
boost::asio::awaitable<Result<void>> cancel(Visit* visit, CheckedMessage message);

}  // namespace waymark::doors::bars
