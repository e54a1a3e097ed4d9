#include "fhir/tree/json_handler.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "fhir/json/tokenizer.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/sentences.h"

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

JsonHandler::JsonHandler(std::string_view body, const model::Model& model, Arena& arena,
                         const ReadOptions& options)
    : body_(body),
      model_(model),
      shapes_(model.shapes().data()),
      arena_(arena),
      options_(options),
      issues_(body, options.limits.issues),
      scan_(body) {
    frames_ = arena.array<Frame>(std::size_t{options.limits.depth} + 1).data();
    top_ = new (frames_) Frame{};
    top_->expect = Expect::Root;
}

// ---- nodes and frames --------------------------------------------------------------------------

bool JsonHandler::enter(const char* at) {
    if (++nesting_ <= options_.limits.depth) [[likely]]
        return true;
    return tooDeep(at);
}

void JsonHandler::push(Node* node, const model::Shape* shape, bool open) {
    ++depth_;
    top_ = new (top_ + 1) Frame{};
    top_->node = node;
    top_->tail = &node->firstChild;
    top_->shape = shape;
    top_->expect = Expect::Skip;
    top_->open = open;
    if (open) top_->serial = ++serials_;
}

/// Pushes the frame of an object of this type; the abstract Resource waits for its resourceType.
bool JsonHandler::pushTyped(Node* node, model::TypeId type) {
    const model::Shape& shape = shapeOf(type);
    node->type = type;
    if (shape.kind == model::TypeKind::Open) {
        push(node, nullptr, true);
    } else {
        const bool waits = shape.kind == model::TypeKind::Resource && shape.isAbstract;
        push(node, waits ? nullptr : &shape, false);
    }
    return true;
}

/// nullptr when there are too many.
[[gnu::always_inline]] inline Node* JsonHandler::newNode(const Frame& frame,
                                                         const model::ElementDef& def,
                                                         const char* at) {
    if (++elements_ > options_.limits.elements) [[unlikely]] {
        tooManyElements(at);
        return nullptr;
    }
    return new (arena_.allocate(sizeof(Node), alignof(Node)))
        Node{.parent = frame.node,
             .offset = static_cast<std::uint32_t>(offsetOf(at)) + 1,
             .type = def.type,
             .name = def.name,
             .flags = def.repeats ? std::uint16_t{kInArray} : std::uint16_t{0},
             .local = def.json};
}

/// The next repetition of the member: a new one, or the one that the other half left.
[[gnu::always_inline]] inline Node* JsonHandler::take(Frame& frame, const char* at) {
    if (frame.inGroup) [[unlikely]]
        return takeInGroup(frame, at);
    Node* const node = newNode(frame, frame.member->def, at);
    if (!node) [[unlikely]]
        return nullptr;
    *frame.tail = node;
    frame.tail = &node->next;
    return node;
}

Node* JsonHandler::takeInGroup(Frame& frame, const char* at) {
    if (frame.cursor) {
        Node* const node = frame.cursor;
        frame.cursor = writable(Element(node).nextSame().node());
        return node;
    }
    Node* const node = newNode(frame, frame.member->def, at);
    if (!node) return nullptr;
    // Behind the last repetition, wherever that is.
    Node* before = writable(Element(frame.node).child(node->name).node());
    while (before->next && before->next->name == node->name) before = writable(before->next);
    node->next = before->next;
    before->next = node;
    if (frame.tail == &before->next) frame.tail = &node->next;
    return node;
}

// ---- values ------------------------------------------------------------------------------------

namespace {

/// Whether a text is surely of its format, without a call; false means: look closely.
[[gnu::always_inline]] inline bool surelyMatches(model::Format format, const char* text,
                                                 std::uint32_t length) {
    using model::Format;
    constexpr std::uint32_t kSurelyShort = 1U << 20U;
    if (format == Format::String || format == Format::Markdown) {
        return length - 1U < kSurelyShort - 1U;
    }
    if ((format != Format::Uri && format != Format::Code) || length < 8) return false;
    // No byte below 0x21 in any of the eight-byte words, the last of which may overlap.
    std::uint64_t low = 0;
    const auto look = [&low](const char* at) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, 8);
        low |= (word - 0x2121212121212121ULL) & ~word;
    };
    for (std::uint32_t i = 0; i + 8 < length; i += 8) look(text + i);
    look(text + length - 8);
    return (low & 0x8080808080808080ULL) == 0;
}

template <model::JsonKind kKind>
bool takesKind(model::Format format) {
    if constexpr (kKind == model::JsonKind::String) {
        return format >= model::Format::String;
    } else {
        return format != model::Format::None && model::jsonKind(format) == kKind;
    }
}

}  // namespace

template <model::JsonKind kKind>
[[gnu::always_inline]] inline bool JsonHandler::value(const char* at, const char* text,
                                                      std::uint32_t length) {
    Frame& frame = top();
    if (skip_ > 0 || frame.expect != Expect::Value) [[unlikely]] {
        return unusualValue(at, text, length, kKind);
    }
    const model::Member& member = *frame.member;
    ++frame.items;
    if (member.def.repeats != frame.inArray || !takesKind<kKind>(member.format)) [[unlikely]] {
        return wrongValue(at, text, length, kKind);
    }
    if constexpr (kKind == model::JsonKind::String) {
        if (member.codes != 0) {
            if (!model_.codeList(member.codes).find(model::NameKey::ofPadded(text, length), text))
                [[unlikely]]
                return wrongCode(at, member);
        } else if (!surelyMatches(member.format, text, length) &&
                   !model::matches(member.format, {text, length})) [[unlikely]] {
            return wrongFormat(at, member, {text, length});
        }
    } else if (!model::matches(member.format, {text, length})) [[unlikely]] {
        return wrongFormat(at, member, {text, length});
    }
    Node* const node = take(frame, at);
    if (!node) [[unlikely]]
        return false;
    node->text = text;
    node->textLength = length;
    return true;
}

/// An object with nothing, or with one member that is the first of its type.
bool JsonHandler::onlyAnId(Frame& frame, const char* at) {
    const bool hasId = frame.shape->members[0].def.json == model::name::id;
    if (!hasId || frame.shape->kind == model::TypeKind::Resource) return true;
    if (frame.shape->kind == model::TypeKind::Primitive) {
        (&frame)[-1].holes = true;  // its value may come yet
        return true;
    }
    return refuseAt(at, IssueType::Structure, objectPath(), sentences::kOnlyAnId);
}

/// A value of the wrong kind, or one for a member whose shape no one has modelled.
bool JsonHandler::wrongValue(const char* at, const char* text, std::uint32_t length,
                             model::JsonKind kind) {
    Frame& frame = top();
    const model::Member& member = *frame.member;
    if (member.def.repeats != frame.inArray) return wrongKind(at, "a single value");
    if (member.format != model::Format::None) return wrongPrimitive(at, member, kind);
    if (member.def.type != model::kOpen) return wrongKind(at, "a single value");
    return scalarAsOpen(take(frame, at), text, length, kind);
}

/// A value where none of the usual kind is expected.
bool JsonHandler::unusualValue(const char* at, const char* text, std::uint32_t length,
                               model::JsonKind kind) {
    if (skip_ > 0) return true;
    Frame& frame = top();
    switch (frame.expect) {
        case Expect::Root:
            return wrongRoot(at);
        case Expect::Open:
            return scalarAsOpen(appendOpen(frame, at), text, length, kind);
        case Expect::ResourceType:
            if (kind == model::JsonKind::String) return resourceType(frame, at, text, length);
            return wrongResourceType(at);
        case Expect::Companion:
            ++frame.items;
            return wrongKind(at, "a single value");
        case Expect::Value:
        case Expect::Skip:
            break;
    }
    return true;
}

bool JsonHandler::string(const char* at, const char* text, std::uint32_t length) {
    return value<model::JsonKind::String>(at, text, length);
}

bool JsonHandler::number(const char* at, std::uint32_t length) {
    return value<model::JsonKind::Number>(at, at, length);
}

bool JsonHandler::boolean(bool truth, const char* at) {
    return value<model::JsonKind::Boolean>(at, truth ? "true" : "false", truth ? 4 : 5);
}

bool JsonHandler::null(const char* at) {
    if (skip_ > 0) return true;
    Frame& frame = top();
    switch (frame.expect) {
        case Expect::Root:
            return wrongRoot(at);
        case Expect::Skip:
        case Expect::Open:
            return true;
        case Expect::ResourceType:
            return wrongResourceType(at);
        case Expect::Value:
        case Expect::Companion:
            break;
    }
    ++frame.items;
    if (!frame.inArray || !isPrimitive(*frame.member)) return wrongKind(at, "null");
    frame.holes = true;
    return take(frame, at) != nullptr;
}

// ---- objects and arrays
// --------------------------------------------------------------------------

bool JsonHandler::beginRoot(const char* at) {
    root_ = newNode(top(), {}, at);
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
    Frame& frame = top();
    if (frame.expect == Expect::Root) [[unlikely]]
        return beginRoot(at);
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
    Node* const node = take(frame, at);
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
    pop();
    return true;
}

bool JsonHandler::finish(Frame& frame, const char* at) {
    if (frame.open) return true;
    if (frame.members == 0) [[unlikely]] {
        return refuseAt(at, IssueType::Structure, objectPath(),
                        "An object must not be empty; leave the element out.");
    }
    const std::uint64_t absent = frame.shape->required & ~(frame.seen | frame.companions);
    if (absent != 0 && options_.requireElements) [[unlikely]] {
        if (!missing(frame, absent, at)) return false;
    }
    if (frame.holes) [[unlikely]] {
        if (!findHoles(frame, at)) return false;
    }
    // Invariant ele-1; `id` is the first element wherever there is one.
    if ((frame.seen | frame.companions) == 1) [[unlikely]] {
        if (!onlyAnId(frame, at)) return false;
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
    Frame& frame = top();
    if (frame.expect == Expect::Root) [[unlikely]] {
        return options_.root == model::kOpen ? openRootArray(at) : wrongRoot(at);
    }
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

bool JsonHandler::key(const char* at, const char* text, std::uint32_t length) {
    if (skip_ > 0) return true;
    Frame& frame = top();
    ++frame.members;
    if (frame.open) return keyInOpen(frame, at, text, length);
    return keyInTyped(frame, at, text, length);
}

bool JsonHandler::keyInTyped(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    frame.items = 0;
    frame.inArray = false;
    if (!frame.shape) [[unlikely]] {
        if (!settleType(frame, at, text, length)) return !issues_.stopped();
    }
    const model::Member* const found =
        frame.shape->find(model::NameKey::ofPadded(text, length), text);
    if (!found) [[unlikely]]
        return unusualKey(frame, at, text, length);
    const model::Member& member = *found;
    frame.member = found;
    const std::uint64_t bit = bitOf(member);
    if (((frame.seen | frame.companions) & bit) != 0) [[unlikely]] {
        return secondSight(frame, member, at, false);
    }
    frame.seen |= bit;
    frame.expect = Expect::Value;
    frame.inGroup = false;
    return true;
}

/// resourceType, a companion, or a name that the type does not have.
bool JsonHandler::unusualKey(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    const std::string_view name(text, length);
    frame.member = nullptr;
    frame.key = text;
    frame.keyLength = length;
    if (name == kResourceType && frame.shape->kind == model::TypeKind::Resource) {
        if (frame.hasResourceType) {
            frame.expect = Expect::Skip;
            return refuse(at, IssueType::Structure, "resourceType stands here twice.");
        }
        frame.hasResourceType = true;
        frame.node->local = static_cast<std::uint16_t>(frame.members - 1);
        frame.expect = Expect::ResourceType;
        return true;
    }
    if (length > 1 && text[0] == '_') return companionKey(frame, at, text, length);
    return unknownKey(frame, at, text, length);
}

bool JsonHandler::companionKey(Frame& frame, const char* at, const char* text,
                               std::uint32_t length) {
    const std::string_view name(text + 1, length - 1);
    const model::Member* const member = frame.shape->find(model::NameKey::of(name), name.data());
    if (!member || !isPrimitive(*member)) return unknownKey(frame, at, text, length);
    frame.member = member;
    const std::uint64_t bit = bitOf(*member);
    if (((frame.seen | frame.companions) & bit) != 0) return secondSight(frame, *member, at, true);
    frame.companions |= bit;
    frame.expect = Expect::Companion;
    frame.inGroup = false;
    return true;
}

/// A member whose ordinal was seen before: its other half, a duplicate, or a second alternative.
bool JsonHandler::secondSight(Frame& frame, const model::Member& member, const char* at,
                              bool companion) {
    const std::uint64_t bit = bitOf(member);
    const Element before = Element(frame.node).child(member.def.name);
    if (before && before.node()->local != member.def.json) {
        frame.expect = Expect::Skip;
        return refuse(at, IssueType::Structure,
                      sentences::twoAlternatives(model_, member.def, before.node()->local));
    }
    frame.expect = companion ? Expect::Companion : Expect::Value;  // for keyOf()
    std::uint64_t& own = companion ? frame.companions : frame.seen;
    if ((own & bit) != 0) {
        std::string sentence = fmt::format("The key {} stands here twice.", keyOf(frame));
        frame.expect = Expect::Skip;
        return refuse(at, IssueType::Structure, std::move(sentence));
    }
    own |= bit;
    frame.cursor = writable(before.node());
    frame.inGroup = frame.cursor != nullptr;
    if (!companion && frame.cursor) frame.cursor->flags |= kCompanionFirst;
    return true;
}

// ---- resourceType
// ----------------------------------------------------------------------------------

/// Finds the type of a resource of which `key` is the first member: this is resourceType, or it
/// stands further on. False when the object is skipped.
bool JsonHandler::settleType(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    if (std::string_view(text, length) == kResourceType) {
        frame.shape = &shapeOf(model::type::Resource);  // until the value comes
        return true;
    }
    const std::optional<std::string_view> name = scan_.find(offsetOf(at) + 1);
    const model::TypeId type = name ? model_.resourceNamed(*name) : model::kNoType;
    if (type != model::kNoType) {
        frame.node->type = type;
        frame.shape = &shapeOf(type);
        return true;
    }
    if (!name) {
        refuseAt(at, IssueType::Required, objectPath(), "A resource needs a resourceType.");
    } else {
        unknownResource(at, *name);
    }
    abandon();
    return false;
}

bool JsonHandler::resourceType(Frame& frame, const char* at, const char* text,
                               std::uint32_t length) {
    const std::string_view name(text, length);
    const model::TypeId type = model_.resourceNamed(name);
    if (type == model::kNoType) [[unlikely]] {
        const bool goesOn = unknownResource(at, name);
        abandon();
        return goesOn;
    }
    if (frame.node->type == model::type::Resource) [[likely]] {
        frame.node->type = type;
        frame.shape = &shapeOf(type);
        return true;
    }
    if (type == frame.node->type) return true;
    return refuseAt(
        at, IssueType::Structure, objectPath(),
        fmt::format("A {} is expected here, not a {}.", model_.type(frame.node->type).name, name));
}

/// What is left of the innermost object is skipped.
void JsonHandler::abandon() {
    pop();
    ++skip_;
}

json::SaxEnd parse(std::string_view body, JsonHandler& handler) {
    return json::Tokenizer<JsonHandler>(body, handler).run();
}

}  // namespace waymark::tree
