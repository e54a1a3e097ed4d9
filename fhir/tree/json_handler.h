// What becomes of the tokens: builds the tree and checks the structure in the same step. Private to
// the room. Every object that is open has a frame in a fixed array, so the depth of the input is
// bounded by the limit and nothing recurses. What is wrong is noted and skipped, so that one pass
// finds every fault; only a limit or the cap on issues stops it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "fhir/core/result.h"
#include "fhir/json/sax_end.h"
#include "fhir/model/format.h"
#include "fhir/model/shape.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "fhir/tree/issue_list.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/resource_type_scan.h"

namespace waymark::tree {

class JsonHandler {
public:
    JsonHandler(std::string_view body, const model::Model& model, Arena& arena,
                const ReadOptions& options);

    bool null(const char* at);
    bool boolean(bool value, const char* at);
    bool number(const char* at, std::uint32_t length);
    bool string(const char* at, const char* text, std::uint32_t length);
    bool key(const char* at, const char* text, std::uint32_t length);
    bool beginObject(const char* at);
    bool endObject(const char* at);
    bool beginArray(const char* at);
    bool endArray(const char* at);
    char* scratch(std::size_t bytes) { return static_cast<char*>(arena_.allocate(bytes, 8)); }

    [[nodiscard]] const Node* root() const { return root_; }
    [[nodiscard]] IssueList& issues() { return issues_; }
    /// The text is no JSON here.
    void refuseText(std::size_t offset, std::string text);
    /// FHIRPath to the member that is being read.
    [[nodiscard]] std::string expression() const;

private:
    /// What the next value is for.
    enum class Expect : std::uint8_t { Root, Skip, Value, Companion, ResourceType, Open };

    struct Frame {
        Node* node;
        const Node** tail;            ///< where the next child is linked
        const model::Shape* shape;    ///< nullptr in open objects, and while the type is not known
        const model::Member* member;  ///< the member being read; nullptr before the first
        std::uint64_t seen;
        std::uint64_t companions;
        Node* cursor;  ///< its repetition that the next item fills: the other half came before
        std::uint32_t items;  ///< in the array being read
        Expect expect;
        bool inArray;
        bool inGroup;  ///< the member's other half came before: fill, then insert, not append
        bool open;
        bool array;  ///< an open array inside an array: its items have no keys
        bool holes;  ///< there may be repetitions with neither value nor companion
        bool hasResourceType;
        std::uint32_t members;
        std::uint32_t keyLength;  ///< of a key that no member names
        const char* key;          ///< the same; nullptr when `member` names it
        std::uint32_t serial;     ///< of an open object
        model::NameId keyName;    ///< in an open object
    };

    [[nodiscard]] Frame& top() { return *top_; }
    bool enter(const char* at);
    void push(Node* node, const model::Shape* shape, bool open);
    void pop() {
        --depth_;
        --top_;
    }
    bool pushTyped(Node* node, model::TypeId type);
    Node* newNode(const Frame& frame, const model::ElementDef& def, const char* at);
    Node* take(Frame& frame, const char* at);
    Node* takeInGroup(Frame& frame, const char* at);
    template <model::JsonKind kKind>
    bool value(const char* at, const char* text, std::uint32_t length);
    bool wrongValue(const char* at, const char* text, std::uint32_t length, model::JsonKind kind);
    bool unusualValue(const char* at, const char* text, std::uint32_t length, model::JsonKind kind);

    bool beginRoot(const char* at);
    bool finish(Frame& frame, const char* at);
    bool onlyAnId(Frame& frame, const char* at);
    bool keyInTyped(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool unusualKey(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool companionKey(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool secondSight(Frame& frame, const model::Member& member, const char* at, bool companion);
    bool settleType(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool resourceType(Frame& frame, const char* at, const char* text, std::uint32_t length);
    void abandon();

    // Open JSON: json_handler_open.cpp.
    bool keyInOpen(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool scalarAsOpen(Node* node, const char* text, std::uint32_t length, model::JsonKind kind);
    Node* appendOpen(Frame& frame, const char* at);
    bool openObject(Frame& frame, const char* at);
    bool openArray(Frame& frame, const char* at);
    bool openRootArray(const char* at);
    bool endOpenArray(Frame& frame);
    void beginItems(Frame& frame);
    bool firstOfItsKey(const Frame& frame, model::NameId name);
    void growOpenKeys();

    // What is wrong: json_handler_issues.cpp. Each says whether reading goes on.
    bool refuse(const char* at, IssueType type, std::string text);
    bool refuseAt(const char* at, IssueType type, std::string expression, std::string text);
    bool stop(const char* at, IssueType type, std::string text);
    bool tooDeep(const char* at);
    bool tooManyElements(const char* at);
    bool wrongRoot(const char* at);
    bool wrongKind(const char* at, std::string_view got);
    bool wrongPrimitive(const char* at, const model::Member& member, model::JsonKind got);
    bool wrongFormat(const char* at, const model::Member& member, std::string_view text);
    bool wrongCode(const char* at, const model::Member& member);
    bool wrongResourceType(const char* at);
    bool unknownKey(Frame& frame, const char* at, const char* text, std::uint32_t length);
    bool unknownResource(const char* at, std::string_view name);
    bool missing(Frame& frame, std::uint64_t ordinals, const char* at);
    bool findHoles(Frame& frame, const char* at);
    [[nodiscard]] std::string objectPath() const;
    [[nodiscard]] std::string_view keyOf(const Frame& frame) const;
    [[nodiscard]] std::string memberName(const Frame& frame) const;
    [[nodiscard]] const model::Shape& shapeOf(model::TypeId type) const { return shapes_[type]; }
    [[nodiscard]] std::size_t offsetOf(const char* at) const {
        return static_cast<std::size_t>(at - body_.data());
    }

    std::string_view body_;
    const model::Model& model_;
    const model::Shape* shapes_;
    Arena& arena_;
    const ReadOptions& options_;
    Frame* frames_;  ///< the first is a sentinel that stands for no object
    Frame* top_ = nullptr;
    std::uint32_t depth_ = 0;    ///< objects with a frame
    std::uint32_t nesting_ = 0;  ///< objects and arrays that are open
    std::uint32_t skip_ = 0;     ///< of these, how many are inside what is skipped
    std::uint32_t elements_ = 0;
    Node* root_ = nullptr;
    IssueList issues_;
    ResourceTypeScan scan_;
    // Keys of open objects seen, as serial of the object and name id; open addressing.
    std::span<std::uint64_t> openKeys_;
    std::size_t openKeyCount_ = 0;
    std::uint32_t serials_ = 0;
};

/// json_handler.cpp holds the one instance of the tokenizer.
json::SaxEnd parse(std::string_view body, JsonHandler& handler);

}  // namespace waymark::tree
