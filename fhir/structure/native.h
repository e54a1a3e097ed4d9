// The checks in C++, and the invariants that they stand for. Frequent rules (of Reference,
// Extension, Bundle, DomainResource) are asked of every message many times; here one look at an
// element answers several of them.
#pragma once

#include <vector>

#include "fhir/structure/rules.h"

namespace waymark::structure {

/// The checks for elements of this type, those of its bases included.
[[nodiscard]] std::vector<NativeCheck> nativeChecks(model::TypeId type);
/// Whether one of them answers this invariant.
[[nodiscard]] bool isNative(const model::Invariant& invariant);

// bundle.cpp
void checkBundle(tree::Element bundle, Run& run);
// document.cpp: of a Bundle that is a document
void checkDocument(tree::Element bundle, Run& run);
// reference.cpp
void checkReference(tree::Element reference, Run& run);
// contained.cpp
void checkDomainResource(tree::Element resource, Run& run);
// datatypes.cpp
void checkExtension(tree::Element extension, Run& run);
void checkNarrative(tree::Element narrative, Run& run);
void checkIdentifier(tree::Element identifier, Run& run);
void checkCoding(tree::Element coding, Run& run);
void checkQuantity(tree::Element quantity, Run& run);
void checkAttachment(tree::Element attachment, Run& run);
void checkContactPoint(tree::Element contact, Run& run);
void checkPeriod(tree::Element period, Run& run);
void checkText(tree::Element text, Run& run);
void checkUri(tree::Element uri, Run& run);
void checkDate(tree::Element date, Run& run);

}  // namespace waymark::structure
