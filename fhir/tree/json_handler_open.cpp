// Open JSON: objects whose members no one has modelled.
#include <fmt/format.h>

#include <algorithm>

#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_handler.h"
#include "fhir/tree/sentences.h"

namespace waymark::tree {
namespace {

constexpr std::uint32_t kLongestKey = 0xFFFF;

model::TypeId typeOfNumber(std::string_view digits) {
    return model::matches(model::Format::Integer, digits) ? model::type::integer
                                                          : model::type::decimal;
}

}  // namespace

bool JsonHandler::keyInOpen(Frame& frame, const char* at, const char* text, std::uint32_t length) {
    frame.key = text;
    frame.keyLength = length;
    frame.items = 0;
    frame.inArray = false;
    frame.expect = Expect::Open;
    if (length > kLongestKey) {
        frame.expect = Expect::Skip;
        return refuse(at, IssueType::TooLong, "A key of at most 65535 bytes is expected.");
    }
    std::string_view name(text, length);
    frame.keyName = model_.nameId(name);
    if (frame.keyName == model::kNoName) {
        frame.keyName = arena_.intern(name);
        frame.key = name.data();
        if (frame.keyName == model::kNoName) {
            return stop(at, IssueType::TooCostly, "The body has too many different keys.");
        }
    }
    if (firstOfItsKey(frame, frame.keyName)) return true;
    frame.expect = Expect::Skip;
    return refuse(at, IssueType::Structure,
                  fmt::format("The key {} stands here twice.", sentences::quoted(name)));
}

/// Remembers (object, name) pairs in one table for the whole body.
bool JsonHandler::firstOfItsKey(const Frame& frame, model::NameId name) {
    if (openKeyCount_ * 2 >= openKeys_.size()) growOpenKeys();
    const std::uint64_t pair = std::uint64_t{frame.serial} << 16U | name;
    const std::size_t mask = openKeys_.size() - 1;
    std::size_t slot = pair * 0x9E3779B97F4A7C15ULL >> 32U & mask;
    while (openKeys_[slot] != 0) {
        if (openKeys_[slot] == pair) return false;
        slot = (slot + 1) & mask;
    }
    openKeys_[slot] = pair;
    ++openKeyCount_;
    return true;
}

void JsonHandler::growOpenKeys() {
    const auto old = openKeys_;
    openKeys_ = arena_.array<std::uint64_t>(std::max<std::size_t>(256, old.size() * 2));
    std::ranges::fill(openKeys_, std::uint64_t{0});
    const std::size_t mask = openKeys_.size() - 1;
    for (const std::uint64_t pair : old) {
        if (pair == 0) continue;
        std::size_t slot = pair * 0x9E3779B97F4A7C15ULL >> 32U & mask;
        while (openKeys_[slot] != 0) slot = (slot + 1) & mask;
        openKeys_[slot] = pair;
    }
}

Node* JsonHandler::appendOpen(Frame& frame, const char* at) {
    ++frame.items;
    if (++elements_ > options_.limits.elements) [[unlikely]] {
        tooManyElements(at);
        return nullptr;
    }
    auto* const node = arena_.make<OpenNode>();
    node->offset = static_cast<std::uint32_t>(offsetOf(at)) + 1;
    node->name = frame.keyName;
    node->local = static_cast<std::uint16_t>(frame.keyLength);
    node->key = frame.key;
    node->flags = kKeyed;
    if (frame.inArray) node->flags |= kInArray;
    node->parent = frame.node;
    *frame.tail = node;
    frame.tail = &node->next;
    return node;
}

bool JsonHandler::scalarAsOpen(Node* node, const char* text, std::uint32_t length,
                               model::JsonKind kind) {
    if (!node) return false;
    switch (kind) {
        case model::JsonKind::String:
            node->type = model::type::string;
            break;
        case model::JsonKind::Boolean:
            node->type = model::type::boolean;
            break;
        case model::JsonKind::Number:
            node->type = typeOfNumber({text, length});
            break;
    }
    node->text = text;
    node->textLength = length;
    return true;
}

bool JsonHandler::openObject(Frame& frame, const char* at) {
    Node* const node = appendOpen(frame, at);
    return node && pushTyped(node, model::kOpen);
}

bool JsonHandler::openArray(Frame& frame, const char* at) {
    if (!frame.inArray) {
        frame.inArray = true;
        return true;
    }
    Node* const node = appendOpen(frame, at);
    if (!node) return false;
    node->flags |= kIsArray;
    pushTyped(node, model::kOpen);
    beginItems(top());
    return true;
}

bool JsonHandler::openRootArray(const char* at) {
    if (!beginRoot(at)) return false;
    root_->flags |= kIsArray;
    beginItems(top());
    return true;
}

/// The frame becomes that of an array's items, which have no key.
void JsonHandler::beginItems(Frame& frame) {
    std::string_view none;
    frame.keyName = arena_.intern(none);
    frame.key = "";
    frame.keyLength = 0;
    frame.array = true;
    frame.inArray = true;
    frame.expect = Expect::Open;
}

bool JsonHandler::endOpenArray(Frame& frame) {
    if (frame.array) {
        pop();
    } else {
        frame.inArray = false;
    }
    return true;
}

}  // namespace waymark::tree
