#include "fhir/path/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace waymark::path {
namespace {

constexpr int kMostGroups = 20;
constexpr std::int64_t kMostMemory = 4 << 20;

/// RE2 of this age names groups (?P<name>...), the rest of the world (?<name>...).
std::string translated(std::string_view text) {
    std::string result;
    result.reserve(text.size() + 8);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) {
            result += text[at++];
            result += text[at];
            continue;
        }
        result += text[at];
        const bool isNamed = text.substr(at).starts_with("(?<") && at + 3 < text.size() &&
                             text[at + 3] != '=' && text[at + 3] != '!';
        if (!isNamed) continue;
        result += "?P";
        ++at;
    }
    return result;
}

/// Texts grow in the arena, doubling.
class Writer {
public:
    Writer(tree::Arena& arena, std::size_t mostBytes) : arena_(arena), mostBytes_(mostBytes) {}
    void append(std::string_view text) {
        if (text.empty() || isFull()) return;
        if (text.size() > mostBytes_ - size_) {
            size_ = mostBytes_ + 1;
            return;
        }
        if (size_ + text.size() > buffer_.size()) {
            const auto larger =
                arena_.array<char>(std::max(buffer_.size() * 2, size_ + text.size() + 32));
            std::copy_n(buffer_.begin(), size_, larger.begin());
            buffer_ = larger;
        }
        std::ranges::copy(text, buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += text.size();
    }
    /// More was appended than there may be.
    [[nodiscard]] bool isFull() const { return size_ > mostBytes_; }
    [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

private:
    tree::Arena& arena_;
    std::size_t mostBytes_;
    std::span<char> buffer_;
    std::size_t size_ = 0;
};

using Groups = std::array<re2::StringPiece, kMostGroups>;

std::string_view viewOf(const re2::StringPiece& piece) {
    return {piece.data(), piece.size()};
}

/// The group that a reference names: a number, or a name of the pattern; -1 for none.
int groupOf(std::string_view reference, const re2::RE2& expression) {
    int number = 0;
    const char* end = reference.data() + reference.size();
    const auto read = std::from_chars(reference.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) return number;
    const auto& names = expression.NamedCapturingGroups();
    const auto found = names.find(std::string(reference));
    return found == names.end() ? -1 : found->second;
}

void substitute(std::string_view substitution, const Groups& groups, const re2::RE2& expression,
                Writer& to) {
    for (std::size_t at = 0; at < substitution.size(); ++at) {
        const char next = at + 1 < substitution.size() ? substitution[at + 1] : '\0';
        if (substitution[at] != '$' || next == '\0') {
            to.append(substitution.substr(at, 1));
            continue;
        }
        if (next == '$') {
            to.append("$");
            ++at;
            continue;
        }
        std::size_t begin = at + 1;
        std::size_t end = begin;
        if (next == '{') {
            end = std::min(substitution.find('}', ++begin), substitution.size());
            at = end;
        } else {
            while (end < substitution.size() && substitution[end] >= '0' &&
                   substitution[end] <= '9') {
                ++end;
            }
            if (end == begin) {
                to.append("$");
                continue;
            }
            at = end - 1;
        }
        const int group = groupOf(substitution.substr(begin, end - begin), expression);
        if (group >= 0 && group < kMostGroups) {
            to.append(viewOf(groups[static_cast<std::size_t>(group)]));
        }
    }
}

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> expression) : expression_(std::move(expression)) {}
Pattern::~Pattern() = default;

Result<std::shared_ptr<const Pattern>> Pattern::compile(std::string_view text) {
    re2::RE2::Options options;
    options.set_dot_nl(true);
    options.set_log_errors(false);
    options.set_max_mem(kMostMemory);
    auto expression = std::make_unique<re2::RE2>(translated(text), options);
    if (!expression->ok()) {
        return fail(Kind::Incorrect, IssueType::Value,
                    "the regular expression cannot be used: " + expression->error());
    }
    return std::shared_ptr<const Pattern>(new Pattern(std::move(expression)));
}

bool Pattern::matches(std::string_view text) const {
    return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

bool Pattern::matchesFull(std::string_view text) const {
    return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *expression_);
}

std::optional<std::string_view> Pattern::replace(std::string_view text,
                                                 std::string_view substitution, tree::Arena& arena,
                                                 std::size_t mostBytes) const {
    if (expression_->pattern().empty()) return text;
    const int count = std::min(expression_->NumberOfCapturingGroups() + 1, kMostGroups);
    const re2::StringPiece whole(text.data(), text.size());
    Writer result(arena, mostBytes);
    Groups groups;
    std::size_t at = 0;
    std::size_t copied = 0;
    while (at <= text.size() && !result.isFull() &&
           expression_->Match(whole, at, text.size(), re2::RE2::UNANCHORED, groups.data(), count)) {
        const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
        const std::size_t end = begin + groups[0].size();
        result.append(text.substr(copied, begin - copied));
        substitute(substitution, groups, *expression_, result);
        copied = end;
        at = end > begin ? end : end + 1;
    }
    result.append(text.substr(std::min(copied, text.size())));
    if (result.isFull()) return std::nullopt;
    return result.text();
}

}  // namespace waymark::path
