#include "fhir/structure/reference.h"

#include <fmt/format.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/native.h"

namespace waymark::structure {

namespace name = model::name;
namespace type = model::type;

namespace {

bool hasScheme(std::string_view url) {
    const std::size_t colon = url.find(':');
    return colon != std::string_view::npos && colon > 0 && colon < url.find('/');
}

/// "Patient" of "Patient/1", "https://host/fhir/Patient/1" and ".../Patient/1/_history/2".
model::TypeId typeInUrl(std::string_view url, const model::Model& model) {
    url = url.substr(0, url.find('|'));
    if (const std::size_t history = url.find("/_history/"); history != std::string_view::npos) {
        url = url.substr(0, history);
    }
    const std::size_t last = url.rfind('/');
    if (last == std::string_view::npos || last == 0 || last + 1 == url.size()) {
        return model::kNoType;
    }
    const std::string_view before = url.substr(0, last);
    return model.resourceNamed(before.substr(before.rfind('/') + 1));
}

bool isInBundle(const Run& run) {
    return run.document().root.type() == type::Bundle && run.resource() != run.document().root;
}

/// "#" alone, in a contained resource, is its container.
void checkLocal(tree::Element reference, std::string_view text, Run& run) {
    const tree::Element holder = run.rootResource();
    if (text == "#") {
        if (run.resource() == holder) run.violated(reference, type::Reference, "ref-1");
        return;
    }
    if (run.contained(text.substr(1))) return;
    run.violated(reference, type::Reference, "ref-1");
    run.error(reference.child(name::reference), IssueType::NotFound, "reference-contained",
              "No contained resource has the id behind the #; add it, or correct the reference.");
}

/// Section 2.3.0.1: a relative reference is [type]/[id], with a version or without.
bool isRelativeUrl(std::string_view text, const model::Model& model) {
    if (text.find('?') != std::string_view::npos) return true;  // Conditional, in transactions.
    return typeInUrl(text, model) != model::kNoType;
}

/// What a document or message says in its Composition or MessageHeader must be in it.
bool isOfHeader(const Run& run) {
    return run.resource().type() == type::Composition;
}

void checkInBundle(tree::Element reference, std::string_view text, Run& run) {
    if (run.targetOf(reference)) return;
    const std::string_view kind = childText(run.document().root, name::type);
    if (kind == "document" && isOfHeader(run)) {
        return run.error(reference, IssueType::NotFound, "reference-in-bundle",
                         "The document has no entry for what its Composition refers to; add the "
                         "entry or correct the reference.");
    }
    if (text.starts_with("urn:")) {
        return run.warning(reference, IssueType::NotFound, "reference-in-bundle",
                           "No entry of the Bundle has this fullUrl, and a urn: cannot be found "
                           "elsewhere; add the entry or correct the reference.");
    }
    const bool mustBeWhole = kind == "document" || kind == "message";
    if (!mustBeWhole || hasScheme(text)) return;
    run.warning(reference, IssueType::NotFound, "reference-in-bundle",
                "No entry of the Bundle has what this relative reference names; add the entry, or "
                "give the whole URL.");
}

}  // namespace

model::TypeId targetTypeOf(tree::Element reference, Run& run) {
    const std::string_view text = childText(reference, name::reference);
    if (!text.empty()) {
        if (const tree::Element found = run.targetOf(reference)) return found.type();
        const model::TypeId named = typeInUrl(text, run.model());
        if (named != model::kNoType) return named;
    }
    return run.model().resourceNamed(childText(reference, name::type));
}

void checkReference(tree::Element reference, Run& run) {
    const std::string_view text = childText(reference, name::reference);
    if (text.empty()) return;
    if (text.front() == '#') return checkLocal(reference, text, run);
    if (!hasScheme(text) && !isRelativeUrl(text, run.model())) {
        return run.error(reference, IssueType::Invalid, "reference-format",
                         "A relative reference is written Type/id; anything else needs a scheme "
                         "before it.");
    }
    if (isInBundle(run)) checkInBundle(reference, text, run);
    const std::string_view said = childText(reference, name::type);
    if (said.empty()) return;
    const model::TypeId named = run.model().resourceNamed(said);
    const model::TypeId real = targetTypeOf(reference, run);
    if (named != model::kNoType && real != named) {
        run.error(reference, IssueType::Invalid, "reference-type",
                  fmt::format("Reference.type says {}, but the reference leads to a {}; make them "
                              "agree.",
                              run.model().type(named).name, run.model().type(real).name));
    }
}

void checkTarget(tree::Element reference, std::span<const model::TypeId> targets, Run& run) {
    if (reference.type() != type::Reference) return;
    const model::TypeId found = targetTypeOf(reference, run);
    if (found == model::kNoType || std::ranges::find(targets, found) != targets.end()) return;
    std::string names;
    for (const model::TypeId target : targets) {
        if (run.model().isA(found, target)) return;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", run.model().type(target).name);
    }
    run.error(reference, IssueType::Structure, "reference-target",
              fmt::format("This leads to a {}, but only {} may stand here.",
                          run.model().type(found).name, names));
}

}  // namespace waymark::structure
