// FHIRPath's grammar (N1, with the later drafts' long literals and sort directions) by precedence
// climbing. Depth is bounded, so that no text can exhaust the stack here or further on.
#pragma once

#include <string_view>

#include "fhir/core/result.h"
#include "fhir/path/lexer.h"
#include "fhir/path/syntax.h"
#include "fhir/tree/arena.h"

namespace waymark::path {

/// Deepest nesting of a parsed expression, long chains included.
inline constexpr std::uint16_t kMostDepth = 400;

/// The whole text must be one expression. Fails with Kind::Incorrect and the place.
Result<Syntax> parse(std::string_view text, LexerOptions options, tree::Arena& arena);

/// The longest expression at the beginning of the text; gives the bytes that it takes.
Result<std::size_t> parsePrefix(std::string_view text, LexerOptions options, tree::Arena& arena);

/// A failure about a stretch of an expression.
[[nodiscard]] Issue syntaxIssue(std::string_view text, std::uint32_t begin, std::string message);

}  // namespace waymark::path
