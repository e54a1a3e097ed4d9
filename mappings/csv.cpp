#include "mappings/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fhir/json/writer.h"

namespace waymark::mappings {
namespace {

std::unexpected<Failure> wrong(Position at, std::string text) {
    auto failed = fail(Kind::Incorrect, IssueType::Structure, std::move(text));
    failed.error().issues.front().at = at;
    return failed;
}

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    }

    [[nodiscard]] bool atEnd() const { return next_ >= text_.size(); }
    [[nodiscard]] Position at() const {
        return {line_, static_cast<std::uint32_t>(next_ - lineBegin_ + 1)};
    }

    /// The cells of one row; the line's end is taken.
    Result<std::vector<std::string>> row() {
        std::vector<std::string> cells;
        for (;;) {
            auto cell = this->cell();
            if (!cell) return std::unexpected(std::move(cell.error()));
            cells.push_back(*std::move(cell));
            if (atEnd()) return cells;
            const char byte = text_[next_++];
            if (byte == ',') continue;
            if (byte == '\r' && !atEnd() && text_[next_] == '\n') ++next_;
            newLine();
            return cells;
        }
    }

private:
    void newLine() {
        ++line_;
        lineBegin_ = next_;
    }

    Result<std::string> cell() {
        std::string out;
        if (atEnd() || text_[next_] != '"') {
            while (!atEnd() && text_[next_] != ',' && text_[next_] != '\n' &&
                   text_[next_] != '\r') {
                if (text_[next_] == '"')
                    return wrong(at(),
                                 "a quote stands in the middle of a cell; a cell with quotes "
                                 "begins and ends with one and doubles those within");
                out += text_[next_++];
            }
            return out;
        }
        const Position begin = at();
        for (++next_; !atEnd();) {
            const char byte = text_[next_++];
            if (byte == '"') {
                if (atEnd() || text_[next_] != '"') return closed(std::move(out));
                ++next_;
            }
            out += byte;
            if (byte == '\n') newLine();
        }
        return wrong(begin, "this quote is not closed");
    }

    Result<std::string> closed(std::string out) {
        if (atEnd() || text_[next_] == ',' || text_[next_] == '\n' || text_[next_] == '\r')
            return out;
        return wrong(at(), "a comma or the line's end must follow the closing quote");
    }

    std::string_view text_;
    std::size_t next_ = 0;
    std::size_t lineBegin_ = 0;
    std::uint32_t line_ = 1;
};

Result<void> checkHeader(const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const Position at{1, static_cast<std::uint32_t>(i + 1)};
        if (names[i].empty()) return wrong(at, fmt::format("column {} has no name", i + 1));
        if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
            names.begin() + static_cast<std::ptrdiff_t>(i))
            return wrong(at, fmt::format("a second column `{}`", names[i]));
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> csvRows(std::string_view text) {
    Reader reader(text);
    if (reader.atEnd()) return wrong({1, 1}, "the first row names the columns; there is none");
    const auto names = reader.row();
    if (!names) return std::unexpected(names.error());
    if (auto good = checkHeader(*names); !good) return std::unexpected(std::move(good.error()));
    std::vector<std::string> out;
    while (!reader.atEnd()) {
        const Position begin = reader.at();
        const auto cells = reader.row();
        if (!cells) return std::unexpected(cells.error());
        if (cells->size() == 1 && cells->front().empty()) continue;  // an empty line
        if (cells->size() > names->size())
            return wrong(begin,
                         fmt::format("{} cells under {} columns", cells->size(), names->size()));
        json::Writer writer(out.emplace_back());
        writer.beginObject();
        for (std::size_t i = 0; i < cells->size(); ++i)
            writer.memberUnlessEmpty((*names)[i], (*cells)[i]);
        writer.endObject();
    }
    return out;
}

}  // namespace waymark::mappings
