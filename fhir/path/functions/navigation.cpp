// FHIRPath 5.9 and the parts of 5.10 and 10.2 that look at the tree: children, types, traces.
#include "fhir/model/r4_ids.h"
#include "fhir/path/functions/functions.h"

namespace waymark::path::functions {
namespace {

/// Every element below, each before its own children, without recursion.
bool below(Evaluation& run, tree::Element top, Items& out) {
    tree::Element at = top.firstChild();
    while (at) {
        if (!run.step()) return false;
        out.push(Value::of(at));
        if (at.firstChild()) {
            at = at.firstChild();
            continue;
        }
        while (at != top && !at.next()) at = at.parent();
        if (at == top) break;
        at = at.next();
    }
    return run.holds(out);
}

std::string_view systemName(ValueKind kind) {
    switch (kind) {
        case ValueKind::Boolean:
            return "Boolean";
        case ValueKind::Integer:
            return "Integer";
        case ValueKind::Decimal:
            return "Decimal";
        case ValueKind::String:
            return "String";
        case ValueKind::Date:
            return "Date";
        case ValueKind::DateTime:
            return "DateTime";
        case ValueKind::Time:
            return "Time";
        case ValueKind::Quantity:
            return "Quantity";
        default:
            return "TypeInfo";
    }
}

}  // namespace

bool children(Evaluation& run, const Call& call) {
    for (const Value& item : call.input) {
        if (!item.isElement()) continue;
        for (const tree::Element child : item.element().children()) {
            if (!run.step()) return false;
            call.out.push(Value::of(child));
        }
    }
    return true;
}

bool descendants(Evaluation& run, const Call& call) {
    for (const Value& item : call.input) {
        if (item.isElement() && !below(run, item.element(), call.out)) return false;
    }
    return true;
}

bool type(Evaluation& run, const Call& call) {
    for (const Value& item : call.input) {
        auto* info = run.arena().make<TypeInfo>();
        if (item.isElement()) {
            *info = {"FHIR", run.model().type(item.element().type()).name};
        } else {
            *info = {"System", systemName(item.kind())};
        }
        call.out.push(Value::typeInfo(info));
    }
    return true;
}

bool trace(Evaluation& run, const Call& call) {
    const Services* services = run.environment().services;
    if (call.arguments.size() < 2) {
        if (services) services->trace(call.values[0].string(), call.input);
    } else {
        Items projected(run.arena());
        std::int64_t index = 0;
        for (const Value& item : call.input) {
            if (!run.each(call.arguments[1], item, index++, projected)) return false;
        }
        if (services) services->trace(call.values[0].string(), projected.view());
    }
    for (const Value& item : call.input) call.out.push(item);
    return true;
}

}  // namespace waymark::path::functions
