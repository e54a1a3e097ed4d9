// What becomes of the tokens: builds the tree and checks the structure in the same step. Private to
// the room. Every object that is open has a frame in a fixed array, so the depth of the input is
// bounded by the limit and nothing recurses. What is wrong is noted and skipped, so that one pass
// finds every fault; only a limit or the cap on issues stops it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/json/sax_end.h"
#include "fhir/model/format.h"
#include "fhir/model/shape.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/resource_type_scan.h"

namespace waymark::tree {

class JsonHandler {
public:
    /// `text` is the padded copy that is parsed in place, `body` the original.
    JsonHandler(std::string_view body, const char* text, const model::Model& model, Arena& arena,
                const ReadOptions& options);

    bool null(const char* at);
    bool boolean(bool value, const char* at);
    bool number(const char* digits, std::uint32_t length);
    bool string(const char* text, std::uint32_t length);
    bool key(const char* text, std::uint32_t length);
    bool beginObject(const char* at);
    bool endObject(const char* at);
    bool beginArray(const char* at);
    bool endArray(const char* at);

    [[nodiscard]] const Node* root() const { return root_; }
    [[nodiscard]] std::vector<Issue>& issues() { return issues_; }
    /// Adds an issue without an element, at an offset of the body.
    void refuseText(std::size_t offset, IssueType type, std::string text);
    /// FHIRPath to the member that is being read.
    [[nodiscard]] std::string expression() const;

private:
    /// What the next value is for.
    enum class Expect : std::uint8_t { Skip, Value, Companion, ResourceType, Open };

    struct Frame {
        Node* node;
        Node* last;                   ///< last child
        const model::Shape* shape;    ///< nullptr in open objects, and while the type is not known
        const model::Member* member;  ///< the member being read
        Node* cursor;  ///< its repetition that the next item fills: the other half came before
        const char* key;
        std::uint64_t seen;
        std::uint64_t companions;
        std::uint32_t keyLength;
        std::uint32_t members;
        std::uint32_t items;    ///< in the array being read
        std::uint32_t serial;   ///< of an open object
        model::NameId keyName;  ///< in an open object
        Expect expect;
        bool inArray;
        bool inGroup;  ///< the member's other half came before: fill, then insert, not append
        bool holes;    ///< there may be repetitions with neither value nor companion
        bool open;
        bool array;  ///< an open array inside an array: its items have no keys
        bool hasResourceType;
    };

    [[nodiscard]] Frame& top() { return frames_[depth_ - 1]; }
    bool enter(const char* at);
    void push(Node* node, const model::Shape* shape, bool open);
    bool pushTyped(Node* node, model::TypeId type);
    Node* newNode(const char* at);
    Node* append(Frame& frame, const char* at);
    Node* takeRepetition(Frame& frame, const char* at);
    void link(Frame& frame, Node* before, Node* node);
    bool scalar(const char* at, const char* text, std::uint32_t length, model::JsonKind kind);
    bool primitive(const char* at, const char* text, std::uint32_t length, model::JsonKind kind);

    bool beginRoot(const char* at);
    bool finish(Frame& frame, const char* at);
    bool keyInTyped(Frame& frame, const char* text, std::uint32_t length);
    bool unusualKey(Frame& frame, const char* text, std::uint32_t length);
    bool companionKey(Frame& frame, const char* text, std::uint32_t length);
    bool secondSight(Frame& frame, const model::Member& member, bool companion);
    bool settleType(Frame& frame, const char* key, std::uint32_t length);
    bool resourceType(Frame& frame, const char* text, std::uint32_t length);
    void abandon();

    // Open JSON: json_handler_open.cpp.
    bool keyInOpen(Frame& frame, const char* text, std::uint32_t length);
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
    bool tooManyElements(const char* at);
    bool wrongRoot(const char* at);
    bool wrongKind(const char* at, std::string_view got);
    bool wrongPrimitive(const char* at, const model::Member& member, model::JsonKind got);
    bool wrongFormat(const char* at, const model::Member& member, std::string_view text);
    bool wrongCode(const char* at, const model::Member& member, const model::Shape& codes);
    bool wrongResourceType(const char* at);
    bool unknownKey(Frame& frame, const char* text, std::uint32_t length);
    bool unknownResource(const char* at, std::string_view name);
    bool missing(Frame& frame, std::uint64_t ordinals, const char* at);
    bool findHoles(Frame& frame, const char* at);
    [[nodiscard]] std::string objectPath() const;
    [[nodiscard]] std::string memberName(const Frame& frame) const;
    [[nodiscard]] std::size_t offsetOf(const char* at) const {
        return static_cast<std::size_t>(at - text_);
    }

    std::string_view body_;
    const char* text_;
    const model::Model& model_;
    Arena& arena_;
    const ReadOptions& options_;
    Frame* frames_;
    std::uint32_t depth_ = 0;    ///< frames in use
    std::uint32_t nesting_ = 0;  ///< objects and arrays that are open
    std::uint32_t skip_ = 0;     ///< of these, how many are inside what is skipped
    std::uint32_t elements_ = 0;
    Node* root_ = nullptr;
    bool stopped_ = false;
    std::vector<Issue> issues_;
    ResourceTypeScan scan_;
    // Keys of open objects seen, as serial of the object and name id; open addressing.
    std::span<std::uint64_t> openKeys_;
    std::size_t openKeyCount_ = 0;
    std::uint32_t serials_ = 0;
};

/// Parses the padded text in place; json_handler.cpp holds the one instance of the tokenizer.
json::SaxEnd parse(char* text, JsonHandler& handler);

}  // namespace waymark::tree
