// What becomes of the events of an XML body: builds the tree and checks the structure in the same
// step, as JsonHandler does for JSON. Private to the room. Frames stand in a fixed array; nothing
// recurses. Expat has done the text itself: encoding, well-formedness, attributes and entities.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fhir/model/shape.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "fhir/tree/issue_list.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/narrative.h"

namespace waymark::tree {

/// A name as expat gives it: namespace and local part.
struct XmlName {
    /// Stands between the two in expat's names.
    static constexpr char kSeparator = '\x01';

    explicit XmlName(std::string_view joined);
    std::string_view space;
    std::string_view local;
};

class XmlHandler {
public:
    XmlHandler(std::string_view body, const model::Model& model, Arena& arena,
               const ReadOptions& options);

    // Each says whether reading goes on. `at` is the offset of the markup.
    bool start(std::string_view name, const char** attributes, std::size_t at);
    bool end(std::string_view name, std::size_t at, std::size_t after);
    bool text(std::string_view text, std::size_t at);
    bool refuseText(std::size_t at, std::string text);

    [[nodiscard]] const Node* root() const { return root_; }
    [[nodiscard]] IssueList& issues() { return issues_; }

private:
    struct Frame {
        Node* node = nullptr;
        const Node** tail = nullptr;
        const model::Shape* shape = nullptr;
        /// In a wrapper (<resource>, <contained>): the element that holds the resource.
        const model::Member* wrapper = nullptr;
        const model::Member* member = nullptr;  ///< the child being read
        std::uint64_t seen = 0;
        std::uint32_t repetition = 0;  ///< of the child, for the expression
        std::uint8_t ordinal = 0;      ///< of the last child
        bool filled = false;           ///< it has its resource, or anything at all
    };

    [[nodiscard]] Frame& top() { return frames_[depth_ - 1]; }
    bool push(const Frame& frame, std::size_t at);
    Node* newNode(const Node* parent, const model::ElementDef& def, std::size_t at);
    Node* append(Frame& frame, const model::ElementDef& def, std::size_t at);

    bool startRoot(const XmlName& name, const char** attributes, std::size_t at);
    bool startWrapped(const XmlName& name, const char** attributes, std::size_t at);
    bool startChild(const XmlName& name, const char** attributes, std::size_t at);
    bool startElement(Frame& frame, const model::Member& member, const char** attributes,
                      std::size_t at);
    bool startDiv(Frame& frame, const model::Member& member, const char** attributes,
                  std::size_t at);
    bool startInDiv(const XmlName& name, const char** attributes, std::size_t at);
    void endDiv(std::size_t after);
    bool admit(Frame& frame, const model::Member& member, std::size_t at);
    bool attributes(const char** attributes, std::size_t at);
    bool attribute(const XmlName& name, std::string_view value, std::size_t at);
    bool setValue(Node* node, const model::Member& member, std::string_view text, std::size_t at);
    bool finish(std::size_t at);
    bool missing(const Frame& frame, std::uint64_t ordinals, std::size_t at);
    /// Skips the element that just began, with all in it.
    void skip() { skip_ = 1; }

    /// FHIRPath to the innermost element, and to the child that is being read.
    [[nodiscard]] std::string elementPath() const;
    [[nodiscard]] std::string expression() const;
    bool refuse(std::size_t at, IssueType type, std::string text);
    bool refuseAttribute(std::string_view name, std::size_t at);

    std::string_view body_;
    const model::Model& model_;
    Arena& arena_;
    const ReadOptions& options_;
    IssueList issues_;
    Frame* frames_;
    std::uint32_t depth_ = 0;
    std::uint32_t skip_ = 0;
    std::uint32_t inDiv_ = 0;  ///< XHTML elements that are open
    std::size_t divAt_ = 0;
    Node* div_ = nullptr;
    NarrativeBuilder narrative_;
    std::uint32_t elements_ = 0;
    Node* root_ = nullptr;
};

}  // namespace waymark::tree
