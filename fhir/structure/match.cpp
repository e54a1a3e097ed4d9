#include "fhir/structure/match.h"

#include "fhir/model/decimal.h"
#include "fhir/model/r4_ids.h"
#include "fhir/model/temporal.h"

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

std::optional<int> compareValues(tree::Element a, tree::Element b) {
    namespace name = model::name;
    if (a.type() == model::type::Quantity && b.type() == model::type::Quantity) {
        const tree::Element left = a.child(name::value);
        const tree::Element right = b.child(name::value);
        const auto same = [&](model::NameId part) {
            const tree::Element one = a.child(part);
            const tree::Element other = b.child(part);
            return (one ? one.text() : "") == (other ? other.text() : "");
        };
        if (!left || !right || !same(name::system) || !same(name::code)) return std::nullopt;
        return compareValues(left, right);
    }
    if (!a.hasValue() || !b.hasValue()) return std::nullopt;
    const auto left = model::Decimal::parse(a.text());
    const auto right = model::Decimal::parse(b.text());
    const bool isDate = a.type() == model::type::date || a.type() == model::type::dateTime ||
                        a.type() == model::type::instant;
    if (!isDate && left && right) return left->compare(*right);
    const auto first =
        isDate ? model::Temporal::parseDateTime(a.text()) : model::Temporal::parseTime(a.text());
    const auto second =
        isDate ? model::Temporal::parseDateTime(b.text()) : model::Temporal::parseTime(b.text());
    return first && second ? model::compare(*first, *second) : std::nullopt;
}

}  // namespace waymark::structure
