#include "gateway/referral/stored.h"

#include <limits>

#include "fhir/tree/reader.h"

namespace waymark::referral {
namespace {

tree::ReadOptions withoutLimits(model::TypeId root) {
    tree::ReadOptions options;
    options.root = root;
    options.limits.bodyBytes = tree::kLargestBody;
    options.limits.elements = std::numeric_limits<std::uint32_t>::max();
    options.limits.depth = tree::kDeepestBody;
    return options;
}

Result<tree::Document> read(std::string_view text, model::TypeId root, const mappings::Set& set,
                            tree::Arena& arena) {
    // As it came: JSON or XML.
    Result<tree::Document> document = tree::read(text, set.model(), arena, withoutLimits(root));
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
