// Text as it stands in XML: escapes, and the characters that XML 1.0 cannot carry at all.
#pragma once

#include <string>
#include <string_view>

namespace waymark::tree {

/// Whether XML 1.0 can carry every character of this UTF-8 text (section 2.2: no control characters
/// but tab, line feed and carriage return, no U+FFFE and U+FFFF).
[[nodiscard]] bool fitsXml(std::string_view text);

/// Appends with &amp; &lt; &gt; &quot; and references for tab and line ends, so that an attribute's
/// value reads back the same.
void appendAttribute(std::string& out, std::string_view text);
/// Appends with &amp; &lt; &gt; and a reference for carriage return.
void appendXmlText(std::string& out, std::string_view text);

}  // namespace waymark::tree
