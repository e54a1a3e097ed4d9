// The rules on narrative XHTML (FHIR R4 section 2.4.0: txt-1, txt-2): one well-formed <div> in the
// XHTML name space, only the elements and attributes of basic formatting, and something to read.
#pragma once

#include <string_view>

namespace waymark::path {

enum class NarrativeFault : unsigned char {
    None,
    Malformed,         ///< not one well-formed element, or nested more than 64 deep
    NotADiv,           ///< the root is no <div xmlns="http://www.w3.org/1999/xhtml">
    ForbiddenElement,  ///< script, form, ...
    ForbiddenAttribute,
    Empty,  ///< no text and no image
};

/// The first fault. Linear in the text, no allocation.
NarrativeFault checkNarrative(std::string_view xhtml);

/// How many elements and attributes stand in the text that may not.
struct ForbiddenMarkup {
    unsigned elements = 0;
    unsigned attributes = 0;
};
/// As checkNarrative(), but looks behind the first forbidden name and counts them all.
NarrativeFault checkNarrative(std::string_view xhtml, ForbiddenMarkup& forbidden);

}  // namespace waymark::path
