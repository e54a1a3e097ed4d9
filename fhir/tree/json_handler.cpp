#include "fhir/tree/json_handler.h"

#include <fmt/format.h>

#include "fhir/json/sax.h"
#include "fhir/model/r4_ids.h"

namespace waymark::tree {
namespace {

std::uint64_t bitOf(const model::Member& member) {
    return std::uint64_t{1} << member.def.ordinal;
}

bool isPrimitive(const model::Member& member) {
    return member.format != model::Format::None;
}

constexpr std::string_view kResourceType = "resourceType";

Node* writable(const Node* node) {
    return const_cast<Node*>(node);
}

}  // namespace

JsonHandler::JsonHandler(std::string_view body, const char* text, const model::Model& model,
                         Arena& arena, const ReadOptions& options)
    : body_(body), text_(text), model_(model), arena_(arena), options_(options), scan_(body) {
    frames_ = arena.array<Frame>(std::size_t{options.limits.depth} + 1).data();
}

// ---- nodes and frames --------------------------------------------------------------------------

bool JsonHandler::enter(const char* at) {
    if (++nesting_ <= options_.limits.depth) [[likely]]
        return true;
    return stop(at, IssueType::TooCostly,
                fmt::format("The JSON is nested deeper than {} levels.", options_.limits.depth));
}

void JsonHandler::push(Node* node, const model::Shape* shape, bool open) {
    Frame& frame = frames_[depth_++];
    frame.node = node;
    frame.last = nullptr;
    frame.shape = shape;
    frame.member = nullptr;
    frame.cursor = nullptr;
    frame.key = nullptr;
    frame.seen = 0;
    frame.companions = 0;
    frame.keyLength = 0;
    frame.members = 0;
    frame.items = 0;
    frame.serial = 0;
    frame.keyName = model::kNoName;
    frame.expect = Expect::Skip;
    frame.inArray = false;
    frame.inGroup = false;
    frame.holes = false;
    frame.open = open;
    frame.array = false;
    frame.hasResourceType = false;
    if (open) frame.serial = ++serials_;
}

/// Pushes the frame of an object of this type; the abstract Resource waits for its resourceType.
bool JsonHandler::pushTyped(Node* node, model::TypeId type) {
    const model::Shape& shape = model_.shape(type);
    node->type = type;
    if (shape.kind == model::TypeKind::Open) {
        push(node, nullptr, true);
    } else {
        push(node, shape.kind == model::TypeKind::Resource && shape.isAbstract ? nullptr : &shape,
             false);
    }
    return true;
}

Node* JsonHandler::newNode(const char* at) {
    if (++elements_ > options_.limits.elements) [[unlikely]] {
        tooManyElements(at);
        return nullptr;
    }
    Node* const node = arena_.make<Node>();
    node->offset = static_cast<std::uint32_t>(offsetOf(at)) + 1;
    return node;
}

void JsonHandler::link(Frame& frame, Node* before, Node* node) {
    node->parent = frame.node;
    if (before) {
        node->next = before->next;
        before->next = node;
    } else {
        node->next = frame.node->firstChild;
        frame.node->firstChild = node;
    }
    if (before == frame.last) frame.last = node;
}

Node* JsonHandler::append(Frame& frame, const char* at) {
    Node* const node = newNode(at);
    if (!node) [[unlikely]]
        return nullptr;
    const model::ElementDef& def = frame.member->def;
    node->type = def.type;
    node->name = def.name;
    node->local = def.json;
    if (!frame.inGroup) [[likely]] {
        node->parent = frame.node;
        (frame.last ? frame.last->next : frame.node->firstChild) = node;
        frame.last = node;
        return node;
    }
    // Behind the last repetition, wherever that is.
    Node* before = writable(Element(frame.node).child(def.name).node());
    while (before->next && before->next->name == def.name) before = writable(before->next);
    link(frame, before, node);
    return node;
}

/// The next repetition of the primitive member: the one that the other half left, or a new one.
Node* JsonHandler::takeRepetition(Frame& frame, const char* at) {
    if (!frame.cursor) [[likely]]
        return append(frame, at);
    Node* const node = frame.cursor;
    frame.cursor = writable(Element(node).nextSame().node());
    return node;
}

// ---- values ------------------------------------------------------------------------------------

bool JsonHandler::primitive(const char* at, const char* text, std::uint32_t length,
                            model::JsonKind kind) {
    Frame& frame = top();
    const model::Member& member = *frame.member;
    ++frame.items;
    if (member.def.repeats != frame.inArray) [[unlikely]]
        return wrongKind(at, "a single value");
    if (!isPrimitive(member)) [[unlikely]] {
        if (member.def.type != model::kOpen) return wrongKind(at, "a single value");
        return scalarAsOpen(append(frame, at), text, length, kind);
    }
    if (model::jsonKind(member.format) != kind) [[unlikely]]
        return wrongPrimitive(at, member, kind);
    if (member.codes != 0) {
        const model::Shape& codes = model_.codeList(member.codes);
        if (!codes.find(model::NameKey::ofPadded(text, length), text)) [[unlikely]] {
            return wrongCode(at, member, codes);
        }
    } else if (!model::matches(member.format, {text, length})) [[unlikely]] {
        return wrongFormat(at, member, {text, length});
    }
    Node* const node = takeRepetition(frame, at);
    if (!node) [[unlikely]]
        return false;
    node->text = text;
    node->textLength = length;
    return true;
}

/// A value that is no object and no array.
bool JsonHandler::scalar(const char* at, const char* text, std::uint32_t length,
                         model::JsonKind kind) {
    if (skip_ > 0) return true;
    if (depth_ == 0) [[unlikely]]
        return wrongRoot(at);
    Frame& frame = top();
    switch (frame.expect) {
        case Expect::Value:
            return primitive(at, text, length, kind);
        case Expect::Open:
            return scalarAsOpen(appendOpen(frame, at), text, length, kind);
        case Expect::ResourceType:
            if (kind == model::JsonKind::String) return resourceType(frame, text, length);
            return wrongResourceType(at);
        case Expect::Companion:
            ++frame.items;
            return wrongKind(at, "a single value");
        case Expect::Skip:
            break;
    }
    return true;
}

bool JsonHandler::string(const char* text, std::uint32_t length) {
    return scalar(text - 1, text, length, model::JsonKind::String);
}

bool JsonHandler::number(const char* digits, std::uint32_t length) {
    return scalar(digits, digits, length, model::JsonKind::Number);
}

bool JsonHandler::boolean(bool value, const char* at) {
    return scalar(at, value ? "true" : "false", value ? 4 : 5, model::JsonKind::Boolean);
}

bool JsonHandler::null(const char* at) {
    if (skip_ > 0) return true;
    if (depth_ == 0) return wrongRoot(at);
    Frame& frame = top();
    if (frame.expect == Expect::Skip || frame.expect == Expect::Open) return true;
    if (frame.expect == Expect::ResourceType) return wrongResourceType(at);
    ++frame.items;
    if (!frame.inArray || !isPrimitive(*frame.member)) return wrongKind(at, "null");
    frame.holes = true;
    return takeRepetition(frame, at) != nullptr;
}

// ---- objects and arrays
// --------------------------------------------------------------------------

bool JsonHandler::beginRoot(const char* at) {
    root_ = newNode(at);
    if (!root_) return false;
    const model::TypeId type = options_.root;
    return pushTyped(root_, type == model::kNoType ? model::type::Resource : type);
}

bool JsonHandler::beginObject(const char* at) {
    if (!enter(at)) return false;
    if (skip_ > 0) {
        ++skip_;
        return true;
    }
    if (depth_ == 0) return beginRoot(at);
    Frame& frame = top();
    if (frame.expect == Expect::Open) return openObject(frame, at);
    if (frame.expect == Expect::Skip) {
        skip_ = 1;
        return true;
    }
    if (frame.expect == Expect::ResourceType) {
        skip_ = 1;
        return wrongResourceType(at);
    }
    const model::Member& member = *frame.member;
    ++frame.items;
    if ((frame.expect == Expect::Value && isPrimitive(member)) ||
        member.def.repeats != frame.inArray) [[unlikely]] {
        skip_ = 1;
        return wrongKind(at, "an object");
    }
    Node* const node = takeRepetition(frame, at);
    if (!node) [[unlikely]]
        return false;
    return pushTyped(node, member.def.type);
}

bool JsonHandler::endObject(const char* at) {
    --nesting_;
    if (skip_ > 0) {
        --skip_;
        return true;
    }
    Frame& frame = top();
    if (!finish(frame, at)) return false;
    --depth_;
    return true;
}

bool JsonHandler::finish(Frame& frame, const char* at) {
    if (frame.open) return true;
    if (frame.members == 0) [[unlikely]] {
        return refuseAt(at, IssueType::Structure, objectPath(),
                        "An object must not be empty; leave the element out.");
    }
    const std::uint64_t absent = frame.shape->required & ~(frame.seen | frame.companions);
    if (absent != 0) [[unlikely]] {
        if (!missing(frame, absent, at)) return false;
    }
    if (frame.holes) [[unlikely]] {
        if (!findHoles(frame, at)) return false;
    }
    if (frame.shape->kind == model::TypeKind::Resource && !frame.hasResourceType) [[unlikely]] {
        return refuseAt(at, IssueType::Required, objectPath(), "A resource needs a resourceType.");
    }
    return true;
}

bool JsonHandler::beginArray(const char* at) {
    if (!enter(at)) return false;
    if (skip_ > 0) {
        ++skip_;
        return true;
    }
    if (depth_ == 0) return options_.root == model::kOpen ? openRootArray(at) : wrongRoot(at);
    Frame& frame = top();
    if (frame.expect == Expect::Open) return openArray(frame, at);
    if (frame.expect == Expect::Skip) {
        skip_ = 1;
        return true;
    }
    if (frame.expect == Expect::ResourceType) {
        skip_ = 1;
        return wrongResourceType(at);
    }
    if (!frame.member->def.repeats || frame.inArray) [[unlikely]] {
        ++frame.items;
        skip_ = 1;
        return wrongKind(at, "an array");
    }
    frame.inArray = true;
    return true;
}

bool JsonHandler::endArray(const char* at) {
    --nesting_;
    if (skip_ > 0) {
        --skip_;
        return true;
    }
    Frame& frame = top();
    if (frame.open) return endOpenArray(frame);
    frame.inArray = false;
    if (frame.items > 0) [[likely]]
        return true;
    return refuse(at, IssueType::Structure, "An array must not be empty; leave the element out.");
}

// ---- keys --------------------------------------------------------------------------------------

bool JsonHandler::key(const char* text, std::uint32_t length) {
    if (skip_ > 0) return true;
    Frame& frame = top();
    ++frame.members;
    if (frame.open) return keyInOpen(frame, text, length);
    return keyInTyped(frame, text, length);
}

bool JsonHandler::keyInTyped(Frame& frame, const char* text, std::uint32_t length) {
    frame.key = text;
    frame.keyLength = length;
    frame.items = 0;
    frame.inArray = false;
    if (!frame.shape) [[unlikely]] {
        if (!settleType(frame, text, length)) return !stopped_;
    }
    const model::Member* const member =
        frame.shape->find(model::NameKey::ofPadded(text, length), text);
    if (!member) [[unlikely]]
        return unusualKey(frame, text, length);
    frame.member = member;
    const std::uint64_t bit = bitOf(*member);
    if (((frame.seen | frame.companions) & bit) != 0) [[unlikely]] {
        return secondSight(frame, *member, false);
    }
    frame.seen |= bit;
    frame.expect = Expect::Value;
    frame.cursor = nullptr;
    frame.inGroup = false;
    return true;
}

/// resourceType, a companion, or a name that the type does not have.
bool JsonHandler::unusualKey(Frame& frame, const char* text, std::uint32_t length) {
    const std::string_view name(text, length);
    frame.member = nullptr;
    if (name == kResourceType && frame.shape->kind == model::TypeKind::Resource) {
        if (frame.hasResourceType) {
            frame.expect = Expect::Skip;
            return refuse(text - 1, IssueType::Structure, "resourceType stands here twice.");
        }
        frame.hasResourceType = true;
        frame.node->local = static_cast<std::uint16_t>(frame.members - 1);
        frame.expect = Expect::ResourceType;
        return true;
    }
    if (length > 1 && text[0] == '_') return companionKey(frame, text + 1, length - 1);
    return unknownKey(frame, text, length);
}

bool JsonHandler::companionKey(Frame& frame, const char* text, std::uint32_t length) {
    const model::Member* const member =
        frame.shape->find(model::NameKey::ofPadded(text, length), text);
    if (!member || !isPrimitive(*member)) return unknownKey(frame, text - 1, length + 1);
    frame.member = member;
    const std::uint64_t bit = bitOf(*member);
    if (((frame.seen | frame.companions) & bit) != 0) return secondSight(frame, *member, true);
    frame.companions |= bit;
    frame.expect = Expect::Companion;
    frame.cursor = nullptr;
    frame.inGroup = false;
    return true;
}

/// A member whose ordinal was seen before: its other half, a duplicate, or a second alternative.
bool JsonHandler::secondSight(Frame& frame, const model::Member& member, bool companion) {
    const std::uint64_t bit = bitOf(member);
    const Element before = Element(frame.node).child(member.def.name);
    if (before && before.node()->local != member.def.json) {
        frame.expect = Expect::Skip;
        return refuse(frame.key - 1, IssueType::Structure,
                      fmt::format("{}[x] takes one value, but both {} and {} are here.",
                                  model_.name(member.def.name), model_.name(before.node()->local),
                                  model_.name(member.def.json)));
    }
    std::uint64_t& own = companion ? frame.companions : frame.seen;
    if ((own & bit) != 0) {
        frame.expect = Expect::Skip;
        return refuse(frame.key - 1, IssueType::Structure,
                      fmt::format("The key {} stands here twice.",
                                  std::string_view(frame.key, frame.keyLength)));
    }
    own |= bit;
    frame.expect = companion ? Expect::Companion : Expect::Value;
    frame.cursor = writable(before.node());
    frame.inGroup = frame.cursor != nullptr;
    if (!companion && frame.cursor) frame.cursor->flags |= kCompanionFirst;
    return true;
}

// ---- resourceType
// ----------------------------------------------------------------------------------

/// Finds the type of a resource of which `key` is the first member: this is resourceType, or it
/// stands further on. False when the object is skipped.
bool JsonHandler::settleType(Frame& frame, const char* key, std::uint32_t length) {
    if (std::string_view(key, length) == kResourceType) {
        frame.shape = &model_.shape(model::type::Resource);  // until the value comes
        return true;
    }
    const std::optional<std::string_view> name = scan_.find(offsetOf(key));
    const model::TypeId type = name ? model_.resourceNamed(*name) : model::kNoType;
    if (type != model::kNoType) {
        frame.node->type = type;
        frame.shape = &model_.shape(type);
        return true;
    }
    if (!name) {
        refuseAt(key - 1, IssueType::Required, objectPath(), "A resource needs a resourceType.");
    } else {
        unknownResource(key - 1, *name);
    }
    abandon();
    return false;
}

bool JsonHandler::resourceType(Frame& frame, const char* text, std::uint32_t length) {
    const std::string_view name(text, length);
    const model::TypeId type = model_.resourceNamed(name);
    if (type == model::kNoType) [[unlikely]] {
        const bool goesOn = unknownResource(text - 1, name);
        abandon();
        return goesOn;
    }
    if (frame.node->type == model::type::Resource) [[likely]] {
        frame.node->type = type;
        frame.shape = &model_.shape(type);
        return true;
    }
    if (type == frame.node->type) return true;
    return refuseAt(
        text - 1, IssueType::Structure, objectPath(),
        fmt::format("A {} is expected here, not a {}.", model_.type(frame.node->type).name, name));
}

/// What is left of the innermost object is skipped.
void JsonHandler::abandon() {
    --depth_;
    ++skip_;
}

json::SaxEnd parse(char* text, JsonHandler& handler) {
    return json::parseInPlace(text, handler);
}

}  // namespace waymark::tree
