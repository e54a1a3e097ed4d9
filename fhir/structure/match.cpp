#include "fhir/structure/match.h"

#include "fhir/model/decimal.h"
#include "fhir/model/r4_ids.h"

namespace waymark::structure {
namespace {

/// Decimals are equal by value: 1.0 is 1.
bool sameText(tree::Element a, tree::Element b) {
    if (a.hasValue() != b.hasValue()) return false;
    if (a.text() == b.text()) return true;
    if (a.type() != model::type::decimal) return false;
    const auto left = model::Decimal::parse(a.text());
    const auto right = model::Decimal::parse(b.text());
    return left && right && *left == *right;
}

/// A definition's own ids of elements say nothing about instances.
tree::Element counted(tree::Element child) {
    while (child && child.name() == model::name::id) child = child.next();
    return child;
}

}  // namespace

// Recursion is bounded by the depth of the definition, which a reader has bounded.

bool equalsFixed(tree::Element element, tree::Element fixed) {
    if (!sameText(element, fixed)) return false;
    tree::Element a = counted(element.firstChild());
    tree::Element b = counted(fixed.firstChild());
    std::size_t left = 0;
    std::size_t right = 0;
    for (tree::Element at = a; at; at = counted(at.next())) ++left;
    for (tree::Element at = b; at; at = counted(at.next())) ++right;
    if (left != right) return false;
    // The order of different elements is a matter of format, that of repetitions is not.
    for (; b; b = counted(b.next())) {
        std::size_t index = 0;
        for (tree::Element at = fixed.child(b.name()); at != b; at = at.nextSame()) ++index;
        tree::Element other = element.child(b.name());
        for (; other && index > 0; --index) other = other.nextSame();
        if (!other || !equalsFixed(other, b)) return false;
    }
    return true;
}

bool matchesPattern(tree::Element element, tree::Element pattern) {
    if (pattern.hasValue() && !sameText(element, pattern)) return false;
    for (tree::Element wanted = counted(pattern.firstChild()); wanted;
         wanted = counted(wanted.next())) {
        bool found = false;
        for (tree::Element at = element.child(wanted.name()); at && !found; at = at.nextSame()) {
            found = matchesPattern(at, wanted);
        }
        if (!found) return false;
    }
    return true;
}

}  // namespace waymark::structure
