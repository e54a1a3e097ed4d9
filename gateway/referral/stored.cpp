#include "gateway/referral/stored.h"

#include <limits>

namespace waymark::referral {
namespace {

/// Far above any limit of a door.
constexpr std::size_t kStoredBytesMax = std::size_t{1024} * 1024 * 1024;
constexpr std::uint32_t kStoredDepthMax = 1024;

tree::ReadOptions withoutLimits(model::TypeId root) {
    tree::ReadOptions options;
    options.root = root;
    options.limits.bodyBytes = kStoredBytesMax;
    options.limits.elements = std::numeric_limits<std::uint32_t>::max();
    options.limits.depth = kStoredDepthMax;
    return options;
}

Result<tree::Document> read(std::string_view text, model::TypeId root, const mappings::Set& set,
                            tree::Arena& arena) {
    Result<tree::Document> document = tree::readJson(text, set.model(), arena, withoutLimits(root));
    if (document) return document;
    return fail(Kind::Fault, IssueType::Exception,
                "What is stored of this referral cannot be read; the gateway's operators can see "
                "why in its log.");
}

}  // namespace

Result<tree::Document> readStoredMessage(const Dossier& dossier, const mappings::Set& set,
                                         tree::Arena& arena) {
    return read(dossier.body, model::kNoType, set, arena);
}

Result<tree::Document> readStoredRecord(const Dossier& dossier, const mappings::Set& set,
                                        tree::Arena& arena) {
    if (dossier.record.empty()) return tree::Document{};
    return read(dossier.record, set.referralType(), set, arena);
}

}  // namespace waymark::referral
