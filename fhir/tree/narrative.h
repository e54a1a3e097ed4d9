// The XHTML of a narrative (FHIR R4 section 2.4): its text in the tree is the markup of one <div>
// that names its namespace itself. Private to the room.
#pragma once

#include <string>
#include <string_view>

namespace waymark::tree {

inline constexpr std::string_view kXhtmlNamespace = "http://www.w3.org/1999/xhtml";

/// Rebuilds the markup from a reader's events, for markup that does not stand alone: prefixes, or a
/// namespace that an element around it declares.
class NarrativeBuilder {
public:
    void begin() { *this = NarrativeBuilder(); }
    /// `markup` is the text from the tag on; attributes are name and value by turns, ended by null.
    /// False when an attribute is in a namespace.
    bool start(std::string_view local, const char** attributes, std::string_view markup);
    void text(std::string_view text);
    void end(std::string_view local);

    /// Whether the markup as it came stands alone.
    [[nodiscard]] bool standsAlone() const { return standsAlone_; }
    [[nodiscard]] const std::string& markup() const { return markup_; }

private:
    void closeTag();
    bool standsAlone_ = true;
    bool tagIsOpen_ = false;
    bool first_ = true;
    std::string markup_;
};

/// Line ends as XML readers see them: \r\n and \r become \n.
[[nodiscard]] std::string withPlainLineEnds(std::string_view markup);

/// Whether the text can be written into XML: one well-formed <div> in XHTML's namespace, without
/// DTD.
[[nodiscard]] bool isDiv(std::string_view text);

}  // namespace waymark::tree
