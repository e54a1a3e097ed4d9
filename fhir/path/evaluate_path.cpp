// Steps through the tree: chains of names, filters by a literal text, filters by type.
#include "fhir/path/evaluation_frame.h"

namespace waymark::path {
namespace {

/// The member of a System value that has some: a Quantity's value and unit, a TypeInfo's names.
bool systemMember(const Value& of, std::string_view name, Value& member) {
    if (of.is(ValueKind::Quantity)) {
        if (name == "value") {
            member = Value::decimal(of.quantity().value);
            return true;
        }
        if (name != "unit" && name != "code") return false;
        member = Value::string(of.quantity().unit);
        return true;
    }
    if (of.is(ValueKind::TypeInfo)) {
        if (name != "namespace" && name != "name") return false;
        member = Value::string(name == "name" ? of.typeInfo().name : of.typeInfo().nameSpace);
        return true;
    }
    return false;
}

}  // namespace

bool Evaluation::walk(tree::Element from, const PathStep* at, const PathStep* last, Visitor visit) {
    bool seen = false;
    for (tree::Element child = from.firstChild(); child; child = child.next()) {
        const bool isNamed =
            at->key == 0 ? child.name() == at->name : child.key() == plan_.keys[at->key - 1];
        if (!isNamed) {
            if (seen) break;  // Repetitions are neighbours.
            continue;
        }
        seen = true;
        if (at->only != model::kNoType && child.type() != at->only) continue;
        if (!step()) return false;
        if (at == last ? !visit(Value::of(child)) : !walk(child, at + 1, last, visit)) return false;
    }
    return true;
}

bool Evaluation::streamSteps(const Instruction& at, Visitor visit) {
    const PathStep* first = plan_.steps.data() + at.a;
    const PathStep* last = first + at.b - 1;
    const auto follow = [&](const Value& item) {
        return !item.isElement() || walk(item.element(), first, last, visit);
    };
    return stream(at.input, Visitor(follow));
}

bool Evaluation::streamPath(const Instruction& at, Visitor visit) {
    switch (at.mode) {
        case PathMode::All:
            return streamSteps(at, visit);
        case PathMode::First: {
            Value first;
            bool found = false;
            const auto keep = [&](const Value& item) {
                first = item;
                found = true;
                return false;
            };
            streamSteps(at, Visitor(keep));
            return !fault_ && (!found || visit(first));
        }
        case PathMode::Count: {
            std::int64_t count = 0;
            const auto counting = [&](const Value&) { return ++count > 0; };
            streamSteps(at, Visitor(counting));
            return !fault_ && visit(Value::integer(count));
        }
        case PathMode::Exists:
        case PathMode::Empty:
            return streamTruth(truthOf(at), visit);
    }
    return true;
}

bool Evaluation::streamValueOf(const Instruction& at, Visitor visit) {
    const auto give = [&](const Value& item) {
        Value member;
        if (!item.isElement()) return !systemMember(item, "value", member) || visit(member);
        const tree::Element element = item.element();
        const ValueKind kind = systemKind(element.type());
        if (kind != ValueKind::Element && kind != ValueKind::Quantity) {
            const Value value = systemValue(item, arena_);
            return value.isElement() || visit(value);
        }
        const PathStep step{model::name::value, model::kNoType, 0};
        return walk(element, &step, &step, visit);
    };
    return stream(at.input, Visitor(give));
}

bool Evaluation::streamMember(const Instruction& at, Visitor visit) {
    const PathStep& step = plan_.steps[at.a];
    const std::string_view name = plan_.literals[at.c].string();
    const auto give = [&](const Value& item) {
        if (item.isElement()) return walk(item.element(), &step, &step, visit);
        Value member;
        return !systemMember(item, name, member) || visit(member);
    };
    return stream(at.input, Visitor(give));
}

bool Evaluation::streamTypeFilter(const Instruction& at, Visitor visit) {
    const auto pass = [&](const Value& item) {
        return !isType(item, at.type, at.match) || visit(item);
    };
    return stream(at.input, Visitor(pass));
}

bool Evaluation::matchesText(tree::Element element, const Instruction& at) {
    const PathStep* first = plan_.steps.data() + at.a;
    const std::string_view wanted = plan_.literals[at.c].string();
    // As by =: exactly one item, with a value, and that the same.
    int count = 0;
    bool same = false;
    const auto look = [&](const Value& item) {
        same = item.element().hasValue() && item.element().text() == wanted;
        return ++count == 1;
    };
    walk(element, first, first + at.b - 1, Visitor(look));
    return count == 1 && same;
}

bool Evaluation::streamFilterText(const Instruction& at, Visitor visit) {
    if (at.mode == PathMode::Exists || at.mode == PathMode::Empty) {
        return streamTruth(truthOf(at), visit);
    }
    const auto pass = [&](const Value& item) {
        return !item.isElement() || !matchesText(item.element(), at) || visit(item);
    };
    return stream(at.input, Visitor(pass)) && !fault_;
}

}  // namespace waymark::path
