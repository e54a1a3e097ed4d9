#include "gateway/store/refusal.h"

#include <string>
#include <utility>

namespace waymark::store {
namespace {

Failure make(Kind kind, IssueType type, std::string_view code, std::string text,
             std::source_location where = std::source_location::current()) {
    auto failure = fail(kind, type, std::move(text), {}, where);
    failure.error().issues.front().code = code;
    return std::move(failure).error();
}

}  // namespace

Failure conflict(std::string_view code) {
    std::string text = "The referral has changed meanwhile; read it again.";
    if (code == kReferralExists) text = "A referral with this id exists already.";
    if (code == kVerdictExists) text = "A request with this key was answered before.";
    if (code == kDeliveryMoved) text = "The delivery has moved on meanwhile; look at it again.";
    if (code == kPayloadExists)
        text = "This delivery has its payload already; it is not made again.";
    return make(Kind::Conflict, IssueType::Conflict, code, std::move(text));
}

Failure unknown(std::string_view what) {
    return make(Kind::NotFound, IssueType::NotFound, {},
                "The store has no such " + std::string(what) + ".");
}

Failure queueFull() {
    auto failure =
        make(Kind::Unavailable, IssueType::Transient, kQueueFull,
             "The gateway takes in as much as it can store; send this again in a moment.");
    failure.retryAfter = std::chrono::seconds(1);
    return failure;
}

Failure notWritable() {
    auto failure = make(Kind::Unavailable, IssueType::NoStore, kNotWritable,
                        "The gateway cannot store anything at present; send this again later.");
    failure.retryAfter = std::chrono::seconds(30);
    return failure;
}

Failure hindered(std::string_view what) {
    auto failure =
        make(Kind::Unavailable, IssueType::NoStore, {},
             "The gateway could not store this (" + std::string(what) + "); send it again later.");
    failure.retryAfter = std::chrono::seconds(10);
    return failure;
}

Failure damaged(std::string_view what, std::source_location where) {
    return make(Kind::Fault, IssueType::Exception, kDamaged,
                "The store's " + std::string(what) +
                    " does not match its checksum; restore it from a backup.",
                where);
}

Failure malformed(std::string_view what, std::source_location where) {
    return make(Kind::Fault, IssueType::Exception, {}, std::string(what), where);
}

Failure wrongCursor() {
    return make(
        Kind::Incorrect, IssueType::Value, {},
        "The page's cursor is not one that this gateway gave out; start at the first page.");
}

}  // namespace waymark::store
