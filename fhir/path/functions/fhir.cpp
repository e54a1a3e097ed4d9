// The functions that FHIR R4 adds (section 2.9.1.5).
#include <optional>

#include "fhir/model/facts.h"
#include "fhir/model/r4_ids.h"
#include "fhir/path/functions/functions.h"
#include "fhir/path/narrative.h"

namespace waymark::path::functions {
namespace {

namespace name = model::name;
namespace type = model::type;

std::string_view textOf(tree::Element parent, model::NameId child) {
    const tree::Element found = parent.child(child);
    return found ? found.text() : std::string_view();
}

bool give(const Call& call, bool answer) {
    call.out.push(Value::boolean(answer));
    return true;
}
bool give(const Call& call, std::optional<bool> answer) {
    if (answer) call.out.push(Value::boolean(*answer));
    return true;
}

/// The reference that an item is or holds; empty for anything else.
std::string_view referenceOf(const Value& item) {
    if (item.is(ValueKind::String)) return item.string();
    if (!item.isElement()) return {};
    const tree::Element element = item.element();
    switch (element.type()) {
        case type::Reference:
            return textOf(element, name::reference);
        case type::uri:
        case type::url:
        case type::canonical:
        case type::uuid:
        case type::oid:
        case type::string:
            return element.text();
        default:
            return {};
    }
}

struct Code {
    std::string_view system;
    std::string_view code;
};

/// Calls `visit` with every code of a Coding, CodeableConcept, Quantity, code or text; stops when
/// it gives false.
template <class Visit>
void eachCode(const Value& item, const Visit& visit) {
    if (item.is(ValueKind::String)) {
        visit(Code{{}, item.string()});
        return;
    }
    if (!item.isElement()) return;
    const tree::Element element = item.element();
    if (element.type() == type::CodeableConcept) {
        for (tree::Element coding = element.child(name::coding); coding;
             coding = coding.nextSame()) {
            if (!visit(Code{textOf(coding, name::system), textOf(coding, name::code)})) return;
        }
        return;
    }
    if (element.child(name::code)) {
        visit(Code{textOf(element, name::system), textOf(element, name::code)});
    } else if (element.hasValue()) {
        visit(Code{{}, element.text()});
    }
}

/// Membership in a value set that R4's own bindings name; none in others.
std::optional<bool> publishedMember(std::string_view url, const Code& code) {
    const model::ValueSet* set = model::Facts::r4().valueSet(url.substr(0, url.find('|')));
    return set ? set->contains(code.system, code.code) : std::nullopt;
}

/// Whether any code of `broad` subsumes any code of `narrow`.
bool subsumption(Evaluation& run, const Call& call, const Value& broad, const Value& narrow) {
    bool isKnown = true;
    bool holds = false;
    eachCode(broad, [&](const Code& above) {
        eachCode(narrow, [&](const Code& below) {
            if (above.system != below.system) return true;
            if (above.code == below.code) {
                holds = true;
                return false;
            }
            const Services* services = run.environment().services;
            const auto found =
                services ? services->subsumes(above.system, above.code, below.code) : std::nullopt;
            isKnown = isKnown && found.has_value();
            holds = found.value_or(false);
            return !holds;
        });
        return !holds;
    });
    if (!holds && !isKnown) return true;
    return give(call, holds);
}

}  // namespace

bool extension(Evaluation& run, const Call& call) {
    const std::string_view url = call.values[0].string();
    for (const Value& item : call.input) {
        if (!item.isElement()) continue;
        for (tree::Element each = item.element().child(name::extension); each;
             each = each.nextSame()) {
            if (!run.step()) return false;
            if (textOf(each, name::url) == url) call.out.push(Value::of(each));
        }
    }
    return true;
}

bool hasValue(Evaluation&, const Call& call) {
    if (call.input.size() != 1) return give(call, false);
    const Value& item = call.input[0];
    return give(call, !item.isElement() || item.element().hasValue());
}

bool getValue(Evaluation& run, const Call& call) {
    const Value value = systemValue(call.item, run.arena());
    if (!value.isElement() && !value.is(ValueKind::Quantity)) call.out.push(value);
    return true;
}

bool resolve(Evaluation& run, const Call& call) {
    const Services* services = run.environment().services;
    for (const Value& item : call.input) {
        if (!run.step()) return false;
        const std::string_view reference = referenceOf(item);
        if (reference.empty()) continue;
        // A text has no place of its own: it is seen from where the evaluation began.
        const tree::Element from = item.isElement() ? item.element() : run.index().root();
        tree::Element found = from ? run.index().find(reference, from) : tree::Element();
        if (!found && services) found = services->resolve(reference);
        if (found) call.out.push(Value::of(found));
    }
    return true;
}

bool memberOf(Evaluation& run, const Call& call) {
    if (call.input.size() != 1) return true;
    const Services* services = run.environment().services;
    const std::string_view url = call.values[0].string();
    std::optional<bool> result;
    bool isKnown = true;
    eachCode(call.input[0], [&](const Code& code) {
        auto found = services ? services->memberOf(url, code.system, code.code) : std::nullopt;
        if (!found) found = publishedMember(url, code);
        isKnown = isKnown && found.has_value();
        result = found;
        return found != true;
    });
    if (result == false && !isKnown) return true;
    return give(call, result);
}

bool conformsTo(Evaluation& run, const Call& call) {
    const std::string_view profile = call.values[0].string();
    const Services* services = run.environment().services;
    if (!call.item.isElement()) return true;
    const tree::Element element = call.item.element();
    const auto found = services ? services->conformsTo(element, profile) : std::nullopt;
    if (found) return give(call, *found);
    // What was read is valid against its own type's structure and that of the types above it.
    const model::TypeId base = run.model().typeAt(profile);
    if (base == model::kNoType) return run.fail("there is no profile of this url");
    return give(call, run.model().isA(element.type(), base));
}

bool subsumes(Evaluation& run, const Call& call) {
    return subsumption(run, call, call.item, call.values[0]);
}

bool subsumedBy(Evaluation& run, const Call& call) {
    return subsumption(run, call, call.values[0], call.item);
}

bool htmlChecks(Evaluation& run, const Call& call) {
    const Value value = systemValue(call.item, run.arena());
    if (!value.is(ValueKind::String)) return true;
    if (!run.step(static_cast<std::uint32_t>(value.string().size() / 64))) return false;
    return give(call, checkNarrative(value.string()) == NarrativeFault::None);
}

bool checkModifiers(Evaluation& run, const Call& call) {
    Items known(run.arena());
    for (const PlanId argument : call.arguments) {
        if (!run.lazy(argument, call.input, known)) return false;
    }
    for (const Value& item : call.input) {
        if (!item.isElement()) continue;
        for (tree::Element each = item.element().child(name::modifierExtension); each;
             each = each.nextSame()) {
            if (!run.step()) return false;
            const std::string_view url = textOf(each, name::url);
            bool isKnown = false;
            for (const Value& candidate : known) {
                const Value text = systemValue(candidate, run.arena());
                isKnown = isKnown || (text.is(ValueKind::String) && text.string() == url);
            }
            if (!isKnown) return run.fail("an element has a modifier extension that is not known");
        }
        call.out.push(item);
    }
    return true;
}

}  // namespace waymark::path::functions
