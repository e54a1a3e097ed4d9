// The transforms that compute: texts, codes, dates, and the small datatypes built from parameters.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "fhir/core/uuid.h"
#include "fhir/map/date_format.h"
#include "fhir/map/machine.h"
#include "fhir/map/transform_work.h"
#include "fhir/model/format.h"
#include "fhir/model/r4_ids.h"

namespace waymark::map {
namespace {

namespace type = model::type;
using path::Value;

}  // namespace

/// Computes a transform's value. Empty when a parameter that matters is empty: then nothing is
/// written.
bool Machine::transform(const plan::Target& target, const Frame& frame, const Value* item,
                        path::Collection& out) {
    const auto* parameters = plan_.parameters.data() + target.parameters.first;
    const std::size_t count = target.parameters.count;
    out = {};
    if (target.op == Op::Evaluate) {
        Value focus;
        bool has = item != nullptr;
        if (count == 2 && !parameter(parameters[0], frame, focus, has)) return false;
        if (count == 2 && !has) return true;
        return evaluate(parameters[count - 1].expression, count == 2 ? &focus : item, frame, out);
    }
    const auto values = arena_.array<Value>(count);
    const auto has = arena_.array<bool>(count);
    for (std::size_t i = 0; i < count; ++i)
        if (!parameter(parameters[i], frame, values[i], has[i])) return false;
    const bool first = count == 0 || has[0];
    // append leaves out what is empty; all others need their first parameter.
    if (!first && target.op != Op::Append) return true;
    Value result;
    bool some = true;
    const Arguments arguments{values, has};
    if (!compute(target, arguments, result, some)) return false;
    if (some) out = path::Collection::of(result, arena_);
    return true;
}

bool Machine::compute(const plan::Target& target, const Arguments& arguments, Value& out,
                      bool& some) {
    switch (target.op) {
        case Op::Copy:
            out = arguments.values[0];
            return true;
        case Op::Create:
            return createTree(target, out);
        case Op::Truncate:
            return truncate(arguments, out);
        case Op::Escape:
            return escape(arguments, out);
        case Op::Cast:
            return cast(target, arguments, out, some);
        case Op::Append:
            return append(arguments, out, some);
        case Op::Translate:
            return translate(target, arguments, out, some);
        case Op::Reference:
            return reference(arguments.values[0], false, out);
        case Op::Pointer:
            return reference(arguments.values[0], true, out);
        case Op::Uuid:
            out = Value::string(uuid());
            return true;
        case Op::Cc:
            return codeableConcept(arguments, out);
        case Op::C:
            out = built(type::Coding, {{"system", at(arguments, 0)},
                                       {"code", at(arguments, 1)},
                                       {"display", at(arguments, 2)}});
            return true;
        case Op::Qty:
            return quantity(arguments, out);
        case Op::Id:
            return identifier(arguments, out);
        case Op::Cp:
            return contactPoint(arguments, out);
        case Op::DateOp:
        case Op::ToDate:
        case Op::ToDateTime:
        case Op::ToTime:
            return moment(target.op, arguments, out);
        case Op::UnixToDate:
        case Op::UnixToDateTime:
        case Op::UnixToTime:
            return unixMoment(target.op, arguments, out);
        case Op::Evaluate:
            break;
    }
    return true;
}

std::string_view Machine::at(const Arguments& arguments, std::size_t index) {
    return index < arguments.values.size() && arguments.has[index] ? text(arguments.values[index])
                                                                   : std::string_view();
}

/// create('Type') without a place: a tree of its own, until a rule puts it somewhere.
bool Machine::createTree(const plan::Target& target, Value& out) {
    if (target.created == model::kNoType)
        return fail(RunCode::TypeNeeded, "create needs a type here");
    if (!countElements(1)) return false;
    tree::Node* const node = builder_.root(target.created);
    loose_ = arena_.make<Made>(node, loose_);
    out = value(node);
    return true;
}

/// Characters, not bytes.
bool Machine::truncate(const Arguments& arguments, Value& out) {
    const std::string_view whole = text(arguments.values[0]);
    const std::string_view length = at(arguments, 1);
    std::size_t left = 0;
    if (std::from_chars(length.data(), length.data() + length.size(), left).ec != std::errc())
        return fail(RunCode::BadParameter, "truncate needs a length that is a whole number");
    std::size_t end = 0;
    while (end < whole.size() && left > 0) {
        ++end;
        while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0U) == 0x80U)
            ++end;
        --left;
    }
    out = Value::string(whole.substr(0, end));
    return true;
}

bool Machine::append(const Arguments& arguments, Value& out, bool& some) {
    const std::size_t count = arguments.values.size();
    const auto parts = arena_.array<std::string_view>(count);
    std::size_t length = 0;
    some = false;
    for (std::size_t i = 0; i < count; ++i) {
        parts[i] = at(arguments, i);
        length += parts[i].size();
        some = some || arguments.has[i];
    }
    const auto joined = arena_.array<char>(length);
    auto end = joined.begin();
    for (const std::string_view part : parts) end = std::ranges::copy(part, end).out;
    out = Value::string({joined.data(), length});
    return true;
}

/// escape(source, from, to), or escape(source, to) from plain text.
bool Machine::escape(const Arguments& arguments, Value& out) {
    const bool both = arguments.values.size() == 3;
    const auto from = both ? escapeFormat(at(arguments, 1)) : EscapeFormat::Plain;
    const auto to = escapeFormat(at(arguments, both ? 2 : 1));
    if (!from || !to)
        return fail(RunCode::BadParameter,
                    "escape knows the formats text, xml, html, json and url");
    const auto plain = unescaped(text(arguments.values[0]), *from);
    if (!plain) return fail(RunCode::DoesNotFit, "the text is not escaped as escape() was told");
    out = Value::string(arena_.copy(escaped(*plain, *to)));
    return true;
}

/// The value as a primitive of the named type; its text must have the format.
bool Machine::cast(const plan::Target& target, const Arguments& arguments, Value& out, bool&) {
    out = arguments.values[0];
    if (target.created == model::kNoType) return true;
    std::string_view content = text(out);
    if (types_.fit(typeOf(out), target.created) == Fit::Narrow) content = content.substr(0, 10);
    if (target.created == type::boolean && (content == "1" || content == "0"))
        content = content == "1" ? "true" : "false";
    const model::Format format = plan_.formats[target.created];
    if (!model::matches(format, content))
        return fail(RunCode::DoesNotFit,
                    fmt::format("the {} here cannot be cast: {}", types_.name(typeOf(out)),
                                model::expectation(format)));
    tree::Node* const node = builder_.root(target.created);
    builder_.setTextView(node, content);
    out = value(node);
    return true;
}

/// A complex value as a tree of its own: texts by JSON name, empty ones left out.
Value Machine::built(model::TypeId id, std::initializer_list<Part> parts) {
    tree::Node* const node = builder_.root(id);
    loose_ = arena_.make<Made>(node, loose_);
    for (const Part& part : parts)
        if (!part.text.empty()) builder_.setTextView(builder_.add(node, part.name), part.text);
    return value(node);
}

/// cc(text) or cc(system, code, display).
bool Machine::codeableConcept(const Arguments& arguments, Value& out) {
    if (arguments.values.size() == 1) {
        out = built(type::CodeableConcept, {{"text", at(arguments, 0)}});
        return true;
    }
    out = built(type::CodeableConcept, {});
    const Value coding = built(
        type::Coding,
        {{"system", at(arguments, 0)}, {"code", at(arguments, 1)}, {"display", at(arguments, 2)}});
    builder_.copy(coding.element(), node(out), "coding");
    return countElements(5);
}

/// qty(value, unit, system, code), or qty(text) as in ">= 5.4 mg".
bool Machine::quantity(const Arguments& arguments, Value& out) {
    if (arguments.values.size() > 1) {
        out = built(type::Quantity, {{"value", at(arguments, 0)},
                                     {"unit", at(arguments, 1)},
                                     {"system", at(arguments, 2)},
                                     {"code", at(arguments, 3)}});
    } else {
        const QuantityText parts = quantityText(at(arguments, 0));
        out =
            built(type::Quantity,
                  {{"value", parts.value}, {"comparator", parts.comparator}, {"unit", parts.unit}});
    }
    const tree::Element number = out.element().child(model::name::value);
    if (!number || !model::matches(model::Format::Decimal, number.text()))
        return fail(RunCode::BadParameter, "qty needs a number");
    return true;
}

bool Machine::identifier(const Arguments& arguments, Value& out) {
    out = built(type::Identifier, {{"system", at(arguments, 0)}, {"value", at(arguments, 1)}});
    if (at(arguments, 2).empty()) return true;
    const Value coding = built(
        type::Coding,
        {{"system", "http://terminology.hl7.org/CodeSystem/v2-0203"}, {"code", at(arguments, 2)}});
    builder_.copy(coding.element(), builder_.add(node(out), "type"), "coding");
    return true;
}

/// cp(system, value), or cp(value) with the system seen from the value.
bool Machine::contactPoint(const Arguments& arguments, Value& out) {
    const bool both = arguments.values.size() == 2;
    const std::string_view content = at(arguments, both ? 1 : 0);
    out = built(type::ContactPoint,
                {{"system", both ? at(arguments, 0) : contactSystem(content)}, {"value", content}});
    return true;
}

std::string_view Machine::uuid() {
    Uuid::Bytes bytes{};
    if (run_.random) run_.random->fill(bytes);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    return arena_.copy(Uuid(bytes).text());
}

/// How another element refers to a resource: the fullUrl of its Bundle entry when that is a URN,
/// else Type/id. A resource of the target without an id gets one. `pointer` is always a URN.
bool Machine::reference(const Value& resource, bool pointer, Value& out) {
    if (!resource.isElement() ||
        (types_.kind(resource.element().type()) != model::TypeKind::Resource &&
         !resource.element().childWithKey("resourceType")))
        return fail(RunCode::BadParameter, "only a resource can be referred to");
    const tree::Element element = resource.element();
    if (const tree::Element entry = element.parent()) {
        const tree::Element url = entry.child(model::name::fullUrl);
        if (url && url.text().starts_with("urn:")) {
            out = Value::string(url.text());
            return true;
        }
    }
    const tree::Element openType = element.childWithKey("resourceType");
    tree::Element id = openType ? element.childWithKey("id") : element.child(model::name::id);
    if (!id) {
        tree::Element root = element;
        while (root.parent()) root = root.parent();
        const bool ours = root.node() == targetRoot_ || isLoose(root.node());
        if (!ours)
            return fail(RunCode::BadParameter,
                        fmt::format("this {} has no id to refer to", types_.name(element.type())));
        tree::Node* const made =
            builder_.add(node(resource), "id", openType ? "string" : std::string_view());
        builder_.setTextView(made, uuid());
        id = tree::view(made);
    }
    const std::string_view name = openType ? openType.text() : types_.name(element.type());
    out = Value::string(arena_.copy(pointer ? fmt::format("urn:uuid:{}", id.text())
                                            : fmt::format("{}/{}", name, id.text())));
    return true;
}

bool Machine::isLoose(const tree::Node* node) const {
    for (const Made* at = loose_; at; at = at->before)
        if (at->node == node) return true;
    return false;
}

}  // namespace waymark::map
