#include "fhir/structure/native.h"

#include <algorithm>
#include <string_view>

#include "fhir/model/r4_ids.h"

namespace waymark::structure {

namespace {

struct Row {
    model::TypeId type;
    NativeCheck check;
    bool derived;  ///< what derives from the type, too
};

constexpr Row kChecks[] = {
    {model::type::Bundle, checkBundle, false},
    {model::type::DomainResource, checkDomainResource, true},
    {model::type::Reference, checkReference, true},
    {model::type::Extension, checkExtension, true},
    {model::type::Narrative, checkNarrative, true},
    {model::type::Identifier, checkIdentifier, true},
    {model::type::Coding, checkCoding, true},
    {model::type::Quantity, checkQuantity, true},
    {model::type::Attachment, checkAttachment, true},
    {model::type::ContactPoint, checkContactPoint, true},
    {model::type::Period, checkPeriod, true},
    {model::type::string, checkText, false},
    {model::type::uri, checkUri, true},
    {model::type::date, checkDate, true},
    {model::type::dateTime, checkDate, true},
    {model::type::instant, checkDate, true},
};

/// What the checks answer.
constexpr std::string_view kKeys[] = {
    "bdl-1",  "bdl-2",  "bdl-3", "bdl-4", "bdl-5", "bdl-7", "bdl-8", "bdl-9", "bdl-10",
    "bdl-11", "bdl-12", "dom-2", "dom-3", "dom-4", "dom-5", "dom-6", "ref-1", "ext-1",
    "txt-1",  "txt-2",  "qty-3", "att-1", "cpt-2", "ele-1", "per-1",
};

}  // namespace

std::vector<NativeCheck> nativeChecks(model::TypeId type) {
    std::vector<NativeCheck> checks;
    const model::Model& model = model::Model::r4();
    for (const Row& row : kChecks) {
        if (type == row.type || (row.derived && model.isA(type, row.type))) {
            checks.push_back(row.check);
        }
    }
    return checks;
}

bool isNative(const model::Invariant& invariant) {
    return std::ranges::find(kKeys, invariant.key) != std::end(kKeys);
}

}  // namespace waymark::structure
