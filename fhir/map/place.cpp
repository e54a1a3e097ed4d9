// Where values go: elements of the target are found, made, filled and replaced here.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/core/nearest.h"
#include "fhir/map/machine.h"
#include "fhir/model/format.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;

/// Characters of a date in a dateTime.
constexpr std::size_t kDateBytes = 10;

bool contains(tree::Element ancestor, const tree::Node* node) {
    for (const tree::Node* at = node; at; at = at->parent)
        if (at == ancestor.node()) return true;
    return false;
}

}  // namespace

/// Walks to the parent of a target's last step. Elements on the way that hold one value are used
/// again, others are made.
bool Machine::spot(const plan::Target& target, tree::Node* context, Spot& out) {
    out.parent = context;
    out.step = nullptr;
    for (plan::Index i = 0; i < target.steps.count; ++i) {
        const plan::TargetStep& step = plan_.targetSteps[target.steps.first + i];
        out.step = &step;
        if (i + 1 == target.steps.count) break;
        tree::Node* next = nullptr;
        plan::Target between;
        if (!make(between, out, model::kNoType, next)) return false;
        out.parent = next;
    }
    if (out.step && out.step->self) out.step = nullptr;
    return true;
}

/// The definitions of the element that a spot names. `self`: it is `value` of a primitive. Empty
/// for open content.
bool Machine::definitions(const Spot& spot, std::span<const model::ElementDef>& out, bool& self) {
    const plan::TargetStep& step = *spot.step;
    self = false;
    if (step.def) {
        out = {step.def, step.alternatives};
        return true;
    }
    const model::TypeId owner = spot.parent->type;
    if (owner == model::kOpen) return true;
    const Types::Found found = types_.find(owner, step.key);
    self = found.self;
    out = found.defs;
    if (self || !out.empty()) return true;
    return fail(RunCode::UnknownElement,
                fmt::format("no element `{}` on {}{}", step.key, types_.name(owner),
                            didYouMean(step.key, types_.elementNames(TypeSet(owner)))));
}

tree::Node* Machine::existing(const Spot& spot, const model::ElementDef& def) const {
    return const_cast<tree::Node*>(tree::Element(spot.parent).child(def.name).node());
}

bool Machine::make(const plan::Target& target, const Spot& spot, model::TypeId type,
                   tree::Node*& out) {
    if (!spot.step) {
        out = spot.parent;
        return true;
    }
    if (target.share != plan::kNone) {
        for (const Shared* at = shared_; at; at = at->before) {
            if (at->id != target.share || at->parent != spot.parent) continue;
            out = at->node;
            return true;
        }
    }
    std::span<const model::ElementDef> defs;
    bool self = false;
    if (!definitions(spot, defs, self)) return false;
    if (self) {
        out = spot.parent;
        return true;
    }
    if (defs.empty()) {
        if (!countElements(1)) return false;
        out = builder_.add(spot.parent, spot.step->key);
        // A resource in open content says what it is.
        if (type != model::kNoType && types_.kind(type) == model::TypeKind::Resource)
            builder_.setTextView(builder_.add(out, "resourceType", "string"), types_.name(type));
    } else {
        const model::ElementDef* def = &defs.front();
        if (type == model::kNoType) {
            if (defs.size() > 1 || types_.isAbstract(def->type))
                return fail(RunCode::TypeNeeded,
                            fmt::format("`{}` can be {}; say which with create('Type')",
                                        spot.step->key, types_.describe(defs)));
            type = def->type;
        } else {
            def = types_.best(type, defs);
            if (!def)
                return fail(RunCode::DoesNotFit,
                            fmt::format("`{}` cannot be a {}", spot.step->key, types_.name(type)));
        }
        tree::Node* there = existing(spot, *def);
        const bool again = !def->repeats || target.again;
        if (there && again && there->type == type) {
            out = there;
        } else {
            if (there && !def->repeats) builder_.remove(there);
            if (!makeAt(spot.parent, *def, type, out)) return false;
        }
    }
    if (target.share != plan::kNone)
        shared_ = arena_.make<Shared>(target.share, spot.parent, out, shared_);
    return true;
}

bool Machine::makeAt(tree::Node* parent, const model::ElementDef& def, model::TypeId type,
                     tree::Node*& out) {
    if (!countElements(1)) return false;
    out = builder_.add(parent, def, type);
    made_ = arena_.make<Made>(out, made_);
    return true;
}

bool Machine::doesNotFit(const path::Value& value, model::TypeId type) {
    const model::TypeId from = typeOf(value);
    if (types_.isPrimitive(from) && types_.isPrimitive(type))
        return fail(RunCode::DoesNotFit,
                    fmt::format("the {} here is no {}: {}", types_.name(from), types_.name(type),
                                model::expectation(plan_.formats[type])));
    return fail(RunCode::DoesNotFit,
                fmt::format("a {} cannot become a {}", types_.name(from), types_.name(type)));
}

/// Puts a value where a target's path ends. What holds one value is replaced.
bool Machine::put(const plan::Target& target, const Spot& spot, const path::Value& value,
                  tree::Node*& out) {
    out = nullptr;
    if (!spot.step) {
        out = spot.parent;
        return assign(spot.parent, value);
    }
    std::span<const model::ElementDef> defs;
    bool self = false;
    if (!definitions(spot, defs, self)) return false;
    if (self) {
        out = spot.parent;
        return assign(spot.parent, value);
    }
    if (defs.empty()) return putOpen(spot.parent, spot.step->key, value, out);
    const model::TypeId from = typeOf(value);
    const model::ElementDef* def = &defs.front();
    Fit fit = Fit::Same;
    if (defs.size() > 1 || def->type != from) {
        def = types_.best(from, defs);
        fit = def ? types_.fit(from, def->type) : Fit::Never;
        if (fit == Fit::Never && target.wraps) {
            const auto reference =
                std::ranges::find(defs, type::Reference, &model::ElementDef::type);
            if (reference != defs.end()) {
                def = &*reference;
                fit = Fit::Wrap;
            }
        }
        if (fit == Fit::Never) return doesNotFit(value, defs.front().type);
    }
    if (!def->repeats) {
        tree::Node* there = existing(spot, *def);
        if (there && there->type == def->type && types_.isPrimitive(def->type) &&
            !there->firstChild) {
            out = there;
            return assignText(there, value);
        }
        // What is copied may be part of what it replaces.
        if (there && value.isElement() && contains(tree::Element(there), value.element().node())) {
            const tree::Node* kept = builder_.copyRoot(value.element());
            builder_.remove(there);
            return putAt(spot.parent, *def, Machine::value(kept), fit, out);
        }
        if (there) builder_.remove(there);
    }
    return putAt(spot.parent, *def, value, fit, out);
}

tree::Node* Machine::copy(tree::Element from, tree::Node* parent, const model::ElementDef& def) {
    // A tree that stands nowhere yet is not copied but hung up, so that its variable goes on
    // naming it.
    for (Made* at = loose_; at; at = at->before) {
        if (at->node != from.node() || from.parent() || contains(from, parent)) continue;
        return builder_.adopt(at->node, parent, def);
    }
    if (contains(from, parent)) from = tree::view(builder_.copyRoot(from));
    return builder_.copy(from, parent, def);
}

bool Machine::putAt(tree::Node* parent, const model::ElementDef& def, const path::Value& value,
                    Fit fit, tree::Node*& out) {
    if (fit == Fit::Same && value.isElement()) {
        const std::size_t before = arena_.used();
        out = copy(value.element(), parent, def);
        return countElements(1 + (arena_.used() - before) / sizeof(tree::Node));
    }
    if (fit == Fit::Convert) {
        if (types_.isAbstract(def.type)) return convertResource(value.element(), parent, def, out);
        return makeAt(parent, def, def.type, out) && convert(value.element(), out);
    }
    if (fit == Fit::Wrap) {
        if (!makeAt(parent, def, def.type, out)) return false;
        if (def.type == type::Reference) {
            builder_.setTextView(builder_.add(out, "reference"), text(value));
            return countElements(1);
        }
        builder_.copy(value.element(), out, "coding");
        return countElements(1);
    }
    if (value.is(path::ValueKind::Quantity)) {
        if (!makeAt(parent, def, def.type, out)) return false;
        return assign(out, value);
    }
    if (types_.isAbstract(def.type)) return doesNotFit(value, def.type);
    if (!makeAt(parent, def, def.type, out)) return false;
    return assignText(out, value);
}

/// An open object that says by its resourceType what it is.
bool Machine::convertResource(tree::Element from, tree::Node* parent, const model::ElementDef& def,
                              tree::Node*& out) {
    const tree::Element named = from.childWithKey("resourceType");
    const model::TypeId type = named ? types_.model().resourceNamed(named.text()) : model::kNoType;
    if (type == model::kNoType || !types_.model().isA(type, def.type))
        return fail(RunCode::DoesNotFit, "the object here does not say which resource it is");
    return makeAt(parent, def, type, out) && convert(from, out);
}

/// Fills a typed element from an open object, member by member. Members that the type does not have
/// fail, but are left out where the map is of other versions.
bool Machine::convert(tree::Element from, tree::Node* to) {
    for (const tree::Element child : from.children()) {
        std::string_view key = child.isKeyed() ? child.key() : tree::nameOf(child, types_.model());
        if (key == "resourceType") continue;
        const bool companion = key.starts_with('_');
        if (companion) key.remove_prefix(1);
        const model::ElementDef* def = types_.model().elementNamed(to->type, key);
        if (!def) {
            if (plan_.lenient) continue;
            return fail(RunCode::UnknownElement,
                        fmt::format("no element `{}` on {}{}", key, types_.name(to->type),
                                    didYouMean(key, types_.elementNames(TypeSet(to->type)))));
        }
        const Spot spot{to, nullptr};
        tree::Node* made = existing(spot, *def);
        if (companion && made) {
            if (!convert(child, made)) return false;
            continue;
        }
        if (made && !def->repeats)
            return fail(RunCode::SeveralValues, fmt::format("several values for `{}`", key));
        const path::Value item = path::Value::of(child);
        const Fit fit = types_.fit(child.type(), def->type);
        if (fit == Fit::Never) return doesNotFit(item, def->type);
        if (!putAt(to, *def, item, fit, made)) return false;
    }
    return true;
}

/// A member of an object that no one has modelled.
bool Machine::putOpen(tree::Node* parent, std::string_view key, const path::Value& value,
                      tree::Node*& out) {
    if (value.isElement()) {
        tree::Element from = value.element();
        if (contains(from, parent)) from = tree::view(builder_.copyRoot(from));
        const std::size_t before = arena_.used();
        out = builder_.copy(from, parent, key);
        return countElements(1 + (arena_.used() - before) / sizeof(tree::Node));
    }
    std::string_view kind = "string";
    if (value.is(path::ValueKind::Boolean)) kind = "boolean";
    if (value.is(path::ValueKind::Integer)) kind = "integer";
    if (value.is(path::ValueKind::Decimal)) kind = "decimal";
    out = builder_.add(parent, key, kind);
    builder_.setTextView(out, text(value));
    return countElements(1);
}

/// Sets an element itself: a primitive's text, or the whole content of a complex one.
bool Machine::assign(tree::Node* node, const path::Value& value) {
    if (types_.isPrimitive(node->type)) return assignText(node, value);
    if (value.is(path::ValueKind::Quantity) && types_.model().isA(node->type, type::Quantity)) {
        const model::Quantity& quantity = value.quantity();
        char digits[model::Decimal::kTextBytes];
        builder_.value(node, "value", {digits, quantity.value.write(digits)});
        if (quantity.unit != "1") builder_.value(node, "unit", quantity.unit);
        if (!quantity.calendar && quantity.unit != "1") {
            builder_.value(node, "system", "http://unitsofmeasure.org");
            builder_.value(node, "code", quantity.unit);
        }
        return countElements(4);
    }
    if (value.isElement() && value.element().type() == model::kOpen && node->type != model::kOpen)
        return convert(value.element(), node);
    if (!value.isElement() || types_.fit(value.element().type(), node->type) != Fit::Same)
        return doesNotFit(value, node->type);
    if (value.element().node() == node) return true;
    tree::Element from = value.element();
    if (contains(from, node) || contains(tree::Element(node), from.node()))
        from = tree::view(builder_.copyRoot(from));
    while (node->firstChild) builder_.remove(const_cast<tree::Node*>(node->firstChild));
    const std::size_t before = arena_.used();
    for (const tree::Element child : from.children()) {
        const bool named =
            !child.isKeyed() && types_.kind(child.type()) != model::TypeKind::Resource;
        builder_.copy(
            child, node,
            named ? types_.model().name(child.node()->local) : tree::nameOf(child, types_.model()));
    }
    return countElements((arena_.used() - before) / sizeof(tree::Node));
}

bool Machine::assignText(tree::Node* node, const path::Value& value) {
    const model::TypeId from = typeOf(value);
    Fit fit = from == node->type ? Fit::Same : types_.fit(from, node->type);
    if (fit == Fit::Never) return doesNotFit(value, node->type);
    std::string_view content = text(value);
    if (value.isElement() && !value.element().hasValue()) return true;
    if (fit == Fit::Narrow) {
        content = content.substr(0, kDateBytes);
    } else if (fit == Fit::Maybe || (fit == Fit::Same && !value.isElement())) {
        if (!model::matches(plan_.formats[node->type], content))
            return doesNotFit(value, node->type);
    }
    builder_.setTextView(node, content);
    return true;
}

/// Takes away what was made and never filled: FHIR has no empty elements. Newest first, so that an
/// element whose only child goes away goes too.
void Machine::prune() {
    for (const Made* at = made_; at; at = at->before) {
        const tree::Node* node = at->node;
        if (node->firstChild || node->text || !node->parent) continue;
        if (types_.kind(node->type) == model::TypeKind::Resource) continue;
        builder_.remove(at->node);
    }
}

}  // namespace waymark::map
