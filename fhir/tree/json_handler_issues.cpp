// What the reader says when something is wrong. Never on the hot path.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "fhir/core/nearest.h"
#include "fhir/tree/json_handler.h"
#include "fhir/tree/position.h"

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

/// Names that stand in our sentences are cut, so that an answer stays small.
std::string_view shortened(std::string_view text) {
    std::size_t length = std::min<std::size_t>(text.size(), 64);
    while (length > 0 && length < text.size() &&
           (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) {
        --length;
    }
    return text.substr(0, length);
}

}  // namespace

/// The JSON name of what is being read, without the companion's underscore.
std::string_view JsonHandler::keyOf(const Frame& frame) const {
    if (frame.member) return model_.name(frame.member->def.json);
    return {frame.key, frame.keyLength};
}

std::string JsonHandler::memberName(const Frame& frame) const {
    std::string name(frame.member ? model_.name(frame.member->def.name) : keyOf(frame));
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
    if (stopped_) return false;
    issues_.push_back(Issue{.type = type,
                            .text = std::move(text),
                            .expression = std::move(path),
                            .at = positionIn(body_, offsetOf(at)),
                            .code = {},
                            .file = {}});
    if (issues_.size() < options_.limits.issues) return true;
    stopped_ = true;
    issues_.push_back(
        Issue{.severity = Severity::Fatal,
              .type = IssueType::TooCostly,
              .text = fmt::format("Reading stopped after {} faults; there may be more.",
                                  options_.limits.issues),
              .expression = {},
              .at = {},
              .code = {},
              .file = {}});
    return false;
}

bool JsonHandler::refuse(const char* at, IssueType type, std::string text) {
    return refuseAt(at, type, expression(), std::move(text));
}

bool JsonHandler::stop(const char* at, IssueType type, std::string text) {
    refuse(at, type, std::move(text));
    issues_.back().severity = Severity::Fatal;
    stopped_ = true;
    return false;
}

bool JsonHandler::tooManyElements(const char* at) {
    return stop(at, IssueType::TooCostly,
                fmt::format("The body has more than {} elements.", options_.limits.elements));
}

void JsonHandler::refuseText(std::size_t offset, IssueType type, std::string text) {
    refuseAt(body_.data() + offset, type, expression(), std::move(text));
    issues_.back().severity = Severity::Fatal;
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
    const std::string_view name = keyOf(top());
    if (text.empty()) {
        return refuse(at, IssueType::Value,
                      fmt::format("{} must not be an empty string; leave it out.", name));
    }
    return refuse(at, IssueType::Value,
                  fmt::format("{} ({}) must be {}.", name, model_.type(member.def.type).name,
                              model::expectation(member.format)));
}

bool JsonHandler::wrongCode(const char* at, const model::Member& member,
                            const model::Shape& codes) {
    constexpr std::size_t kMostNamed = 24;
    std::string allowed;
    for (std::size_t i = 0; i < std::min<std::size_t>(codes.memberCount, kMostNamed); ++i) {
        if (i > 0) allowed += ", ";
        allowed += codes.nameOf(codes.members[i]);
    }
    if (codes.memberCount > kMostNamed) {
        allowed += fmt::format(" and {} more", codes.memberCount - kMostNamed);
    }
    return refuse(
        at, IssueType::CodeInvalid,
        fmt::format("{} must be one of the codes {}.", model_.name(member.def.json), allowed));
}

bool JsonHandler::wrongResourceType(const char* at) {
    refuseAt(at, IssueType::Structure, objectPath(),
             "resourceType must be a string that names the resource's type.");
    abandon();
    return !stopped_;
}

bool JsonHandler::unknownKey(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    frame.expect = Expect::Skip;
    const std::string_view name(text, length);
    const bool companion = name.starts_with('_');
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < frame.shape->memberCount; ++i) {
        known.push_back(frame.shape->nameOf(frame.shape->members[i]));
    }
    const std::string_view plain = companion ? name.substr(1) : name;
    const std::string_view typeName = model_.type(frame.node->type).name;
    if (companion && std::ranges::find(known, plain) != known.end()) {
        return refuse(at, IssueType::Structure,
                      fmt::format("{} has no companion {}: only primitive elements have one.",
                                  plain, shortened(name)));
    }
    return refuse(at, IssueType::Structure,
                  fmt::format("{} has no element {}{}.", typeName, shortened(name),
                              didYouMean(plain, known)));
}

bool JsonHandler::unknownResource(const char* at, std::string_view name) {
    std::vector<std::string_view> known;
    for (model::TypeId id = 1; id < model_.typeCount(); ++id) {
        const model::Type& type = model_.type(id);
        if (type.kind == model::TypeKind::Resource && !type.isAbstract) known.push_back(type.name);
    }
    return refuseAt(at, IssueType::Structure, objectPath(),
                    fmt::format("FHIR R4 has no resource type {}{}.", shortened(name),
                                didYouMean(name, known)));
}

bool JsonHandler::missing(Frame& frame, std::uint64_t ordinals, const char* at) {
    while (ordinals != 0) {
        const int ordinal = std::countr_zero(ordinals);
        ordinals &= ordinals - 1;
        for (std::size_t i = 0; i < frame.shape->memberCount; ++i) {
            const model::ElementDef& def = frame.shape->members[i].def;
            if (def.ordinal != ordinal) continue;
            const std::string_view name = model_.name(def.name);
            if (!refuseAt(
                    at, IssueType::Required, fmt::format("{}.{}", objectPath(), name),
                    fmt::format("{} needs the element {}{}.", model_.type(frame.node->type).name,
                                name, def.choice ? "[x]" : ""))) {
                return false;
            }
            break;
        }
    }
    return true;
}

/// Nulls in an array of primitives that the companion array does not fill.
bool JsonHandler::findHoles(Frame& frame, const char* at) {
    for (const Node* node = frame.node->firstChild; node; node = node->next) {
        if (node->text || node->firstChild || node->type == model::kOpen) continue;
        if (model_.shape(node->type).kind != model::TypeKind::Primitive) continue;
        const char* const where = node->offset > 0 ? body_.data() + node->offset - 1 : at;
        if (!refuseAt(where, IssueType::Structure,
                      fmt::format("{}.{}", objectPath(), model_.name(node->name)),
                      fmt::format("null stands in {} although the companion array _{} has nothing "
                                  "at its place.",
                                  model_.name(node->local), model_.name(node->local)))) {
            return false;
        }
    }
    return true;
}

}  // namespace waymark::tree
