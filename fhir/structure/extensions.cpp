// Extensions against their definitions (FHIR R4 section 2.4 and 5.1.0.11): content, and where they
// may stand.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/profile_check.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

/// "Patient.contact.name": from the resource to the element, without indexes.
std::string plainPath(tree::Element element, const model::Model& model) {
    std::vector<std::string_view> names;
    tree::Element at = element;
    while (at && model.type(at.type()).kind != model::TypeKind::Resource && at.parent()) {
        names.push_back(model.name(at.name()));
        at = at.parent();
    }
    std::string path(model.type(at.type()).name);
    for (auto each = names.rbegin(); each != names.rend(); ++each)
        path += fmt::format(".{}", *each);
    return path;
}

}  // namespace

bool ProfileCheck::fitsContext(tree::Element holder, const ExtensionContext& context) {
    const model::Model& model = run_.model();
    if (context.kind == "fhirpath") return true;  // Asked of the root: rare, and never decisive.
    if (context.kind == "extension") {
        return holder.type() == type::Extension &&
               childText(holder, name::url) == context.expression;
    }
    std::string_view wanted = context.expression;
    if (wanted.find('#') != std::string_view::npos ||
        wanted.find("://") != std::string_view::npos) {
        return true;  // Of a profile's or a logical model's element: not decided here.
    }
    if (wanted.ends_with("[x]")) wanted.remove_suffix(3);
    if (wanted == "Element" || wanted == "Base") return true;
    const model::TypeId named = model.typeNamed(wanted);
    if (named != model::kNoType && model.isA(holder.type(), named)) return true;
    const std::string path = plainPath(holder, model);
    if (path == wanted) return true;
    // "DomainResource.text", "Timing.repeat": an element of a base or of a datatype.
    const std::size_t dot = wanted.rfind('.');
    if (dot == std::string_view::npos || !holder.parent()) return false;
    const model::TypeId owner = model.typeNamed(wanted.substr(0, dot));
    return owner != model::kNoType && model.isA(holder.parent().type(), owner) &&
           model.name(holder.name()) == wanted.substr(dot + 1);
}

void ProfileCheck::checkContext(tree::Element extension, const Profile& profile) {
    const tree::Element holder = extension.parent();
    if (!holder || profile.contexts.empty()) return;
    const bool fits = std::ranges::any_of(profile.contexts, [&](const ExtensionContext& context) {
        return fitsContext(holder, context);
    });
    if (fits) return;
    std::string places;
    for (const ExtensionContext& context : profile.contexts) {
        places += fmt::format("{}{}", places.empty() ? "" : ", ", context.expression);
    }
    run_.error(extension, IssueType::Extension, "extension-context",
               fmt::format("The extension {} may stand in {} only.", profile.url, places));
}

/// A complex extension has the parts that its definition names, and no others.
void ProfileCheck::checkParts(tree::Element extension, const Profile& profile) {
    const ProfileNode* const parts = profile.root->child(name::extension);
    if (!parts || parts->slices.empty()) return;
    for (tree::Element at = extension.child(name::extension); at; at = at.nextSame()) {
        if (childText(at, name::url).find(':') != std::string_view::npos) continue;
        const bool known = std::ranges::any_of(
            parts->slices, [&](const auto& slice) { return isInSlice(at, *parts, *slice); });
        if (known) continue;
        run_.error(at, IssueType::Structure, "extension-part",
                   fmt::format("The extension {} has no part of this url.", profile.url));
    }
}

void ProfileCheck::checkExtension(tree::Element extension) {
    const std::string_view url = childText(extension, name::url);
    // The parts of a complex extension are its definition's business.
    if (url.find(':') == std::string_view::npos) return;
    const bool isModifier = extension.name() == name::modifierExtension;
    const Profile* const profile = set_.find(url);
    if (!profile || !profile->isExtension) {
        if (isModifier) return run_.unknownModifier(extension);
        return run_.report(extension, Severity::Information, IssueType::Extension,
                           "extension-unknown",
                           "This extension's definition is in no package that is known here.");
    }
    if (isModifier != profile->isModifierExtension) {
        run_.error(extension, IssueType::Extension, "extension-modifier",
                   isModifier ? "This extension does not modify; it belongs into extension."
                              : "This extension modifies; it belongs into modifierExtension.");
    }
    checkContext(extension, *profile);
    checkParts(extension, *profile);
    check(extension, *profile);
}

}  // namespace waymark::structure
