// Where the JSON reader finds something wrong. Never on the hot path.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_handler.h"
#include "fhir/tree/sentences.h"

namespace waymark::tree {
namespace {

constexpr std::string_view kindName(model::JsonKind kind) {
    switch (kind) {
        case model::JsonKind::String:
            return "a string in quotes";
        case model::JsonKind::Number:
            return "a number without quotes";
        case model::JsonKind::Boolean:
            return "true or false without quotes";
    }
    return "";
}

}  // namespace

/// The JSON name of what is being read, without the companion's underscore.
std::string_view JsonHandler::keyOf(const Frame& frame) const {
    if (frame.member) return model_.name(frame.member->def.json);
    return {frame.key, frame.keyLength};
}

std::string JsonHandler::memberName(const Frame& frame) const {
    std::string name = frame.member ? std::string(model_.name(frame.member->def.name))
                                    : sentences::quoted(keyOf(frame));
    if (frame.inArray && frame.items > 0) name += fmt::format("[{}]", frame.items - 1);
    return name;
}

std::string JsonHandler::objectPath() const {
    if (depth_ == 0 || !root_) return {};
    std::string path(model_.type(root_->type).name);
    for (std::uint32_t i = 1; i < depth_; ++i) path += "." + memberName(frames_[i]);
    return path;
}

std::string JsonHandler::expression() const {
    std::string path = objectPath();
    if (depth_ == 0 || (!top_->member && !top_->key)) return path;
    return path + "." + memberName(*top_);
}

bool JsonHandler::refuseAt(const char* at, IssueType type, std::string path, std::string text) {
    return issues_.add(offsetOf(at), type, std::move(path), std::move(text));
}

bool JsonHandler::refuse(const char* at, IssueType type, std::string text) {
    return issues_.add(offsetOf(at), type, expression(), std::move(text));
}

bool JsonHandler::stop(const char* at, IssueType type, std::string text) {
    return issues_.stop(offsetOf(at), type, expression(), std::move(text));
}

bool JsonHandler::tooDeep(const char* at) {
    return stop(at, IssueType::TooCostly, sentences::tooDeep("JSON", options_.limits.depth));
}

bool JsonHandler::tooManyElements(const char* at) {
    return stop(at, IssueType::TooCostly, sentences::tooMany(options_.limits.elements));
}

void JsonHandler::refuseText(std::size_t offset, std::string text) {
    issues_.stop(offset, IssueType::Structure, expression(), std::move(text));
}

bool JsonHandler::wrongRoot(const char* at) {
    const bool isArray = *at == '[';
    if (isArray) skip_ = 1;
    return refuseAt(at, IssueType::Structure, {},
                    isArray ? "One JSON object is expected, not an array."
                            : "One JSON object is expected, not a single value.");
}

bool JsonHandler::wrongKind(const char* at, std::string_view got) {
    const Frame& frame = top();
    const model::Member& member = *frame.member;
    const std::string_view name = keyOf(frame);
    if (got == "null") {
        return refuse(at, IssueType::Structure,
                      fmt::format("null is not allowed for {}; leave it out.", name));
    }
    const bool companion = frame.expect == Expect::Companion;
    const bool isObject = companion || member.format == model::Format::None;
    const std::string_view what =
        isObject ? (member.def.repeats ? "an array of objects [{...}]" : "one object {...}")
                 : (member.def.repeats ? "an array [...] of single values" : "one single value");
    if (got == "an array" && frame.inArray) got = "an array inside an array";
    return refuse(at, IssueType::Structure,
                  fmt::format("{} takes {}; here stands {}{}.", name, what, got,
                              member.def.repeats && !frame.inArray ? " without an array" : ""));
}

bool JsonHandler::wrongPrimitive(const char* at, const model::Member& member, model::JsonKind got) {
    return refuse(at, IssueType::Value,
                  fmt::format("{} is {} and is written as {}; here stands {}.", keyOf(top()),
                              model_.type(member.def.type).name,
                              kindName(model::jsonKind(member.format)), kindName(got)));
}

bool JsonHandler::wrongFormat(const char* at, const model::Member& member, std::string_view text) {
    return refuse(at, IssueType::Value, sentences::wrongFormat(model_, member, text));
}

bool JsonHandler::wrongCode(const char* at, const model::Member& member) {
    return refuse(at, IssueType::CodeInvalid, sentences::wrongCode(model_, member));
}

bool JsonHandler::wrongResourceType(const char* at) {
    refuseAt(at, IssueType::Structure, objectPath(),
             "resourceType must be a string that names the resource's type.");
    abandon();
    return !issues_.stopped();
}

bool JsonHandler::unknownKey(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    frame.expect = Expect::Skip;
    return refuse(at, IssueType::Structure,
                  sentences::unknownElement(model_, frame.node->type, {text, length}));
}

bool JsonHandler::unknownResource(const char* at, std::string_view name) {
    return refuseAt(at, IssueType::Structure, objectPath(),
                    sentences::unknownResource(model_, name));
}

bool JsonHandler::missing(Frame& frame, std::uint64_t ordinals, const char* at) {
    for (; ordinals != 0; ordinals &= ordinals - 1) {
        const int ordinal = std::countr_zero(ordinals);
        std::size_t i = 0;
        while (frame.shape->members[i].def.ordinal != ordinal) ++i;
        const model::ElementDef& def = frame.shape->members[i].def;
        if (!refuseAt(at, IssueType::Required,
                      fmt::format("{}.{}", objectPath(), model_.name(def.name)),
                      sentences::missing(model_, frame.node->type, def))) {
            return false;
        }
    }
    return true;
}

/// Repetitions of primitives that have neither a value nor an extension: a null that the companion
/// array does not fill, or a companion with an id only.
bool JsonHandler::findHoles(Frame& frame, const char* at) {
    for (const Node* node = frame.node->firstChild; node; node = node->next) {
        if (node->text || model_.shape(node->type).kind != model::TypeKind::Primitive) continue;
        const Node* child = node->firstChild;
        if (child && child->name == model::name::id) child = child->next;
        if (child) continue;
        const char* const where = node->offset > 0 ? body_.data() + node->offset - 1 : at;
        const std::string_view name = model_.name(node->local);
        if (!refuseAt(where, IssueType::Structure,
                      fmt::format("{}.{}", objectPath(), model_.name(node->name)),
                      node->firstChild
                          ? std::string(sentences::kOnlyAnId)
                          : fmt::format("null stands in {} although the companion array _{} has "
                                        "nothing at its place.",
                                        name, name))) {
            return false;
        }
    }
    return true;
}

}  // namespace waymark::tree
