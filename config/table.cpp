#include "config/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/secret.h"
#include "config/units.h"

namespace waymark::config {
namespace {

Place at(const File& file, const toml::source_region& region) {
    return Place{.file = file.name,
                 .at = {.line = region.begin.line, .column = region.begin.column}};
}

}  // namespace

Place Table::place() const {
    Place place = at(*file_, table_->source());
    if (place.at.line == 0) place.at = {.line = 1, .column = 1};
    return place;
}

Place Table::placeOf(const toml::node& node) const {
    return at(*file_, node.source());
}

const toml::node* Table::ask(std::string_view key) {
    asked_.emplace_back(key);
    return table_->get(key);
}

bool Table::isText(std::string_view key) const {
    const toml::node* node = table_->get(key);
    return node != nullptr && node->is_string();
}

void Table::missing(std::string_view key) {
    asked_.emplace_back(key);
    fault(place(), fmt::format("The key \"{}\" is missing.", full(key)));
}

void Table::wrongType(std::string_view key, const toml::node& node, std::string_view wanted) {
    fault(placeOf(node), fmt::format("\"{}\" must be {}.", full(key), wanted));
}

void Table::notAChoice(const Placed<std::string>& written,
                       const std::vector<std::string_view>& known) {
    fault(written.place, fmt::format("This must be one of \"{}\".{}", fmt::join(known, "\", \""),
                                     suggestion(written.value, known)));
}

std::optional<Placed<std::string>> Table::text(std::string_view key) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const auto* value = node->as_string();
    if (value == nullptr) {
        wrongType(key, *node, "a text in quotes");
        return std::nullopt;
    }
    if (value->get().empty()) {
        wrongType(key, *node,
                  "more than an empty text; leave the key out if there is nothing to say");
        return std::nullopt;
    }
    return Placed<std::string>{value->get(), placeOf(*node)};
}

Placed<std::string> Table::requiredText(std::string_view key) {
    auto found = text(key);
    if (found) return std::move(*found);
    missingUnlessWritten(key);
    return Placed<std::string>{{}, place()};
}

std::optional<bool> Table::boolean(std::string_view key) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_boolean()) return value->get();
    wrongType(key, *node, "true or false");
    return std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key, std::int64_t least,
                                           std::int64_t most) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const auto* value = node->as_integer();
    if (value != nullptr && value->get() >= least && value->get() <= most) return value->get();
    wrongType(key, *node, fmt::format("a whole number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<double> Table::number(std::string_view key, double least, double most) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const auto value = node->value<double>();
    if (value && *value >= least && *value <= most) return *value;
    wrongType(key, *node, fmt::format("a number from {} to {}", least, most));
    return std::nullopt;
}

std::optional<std::chrono::milliseconds> Table::duration(std::string_view key,
                                                         std::chrono::milliseconds least,
                                                         std::chrono::milliseconds most) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const auto* written = node->as_string();
    const auto value = written != nullptr ? parseDuration(written->get()) : std::nullopt;
    if (value && *value >= least && *value <= most) return value;
    wrongType(key, *node,
              fmt::format("a duration such as \"500ms\", \"30s\", \"15m\", \"24h\" or \"5d\", "
                          "from \"{}\" to \"{}\"",
                          printDuration(least), printDuration(most)));
    return std::nullopt;
}

std::optional<std::uint64_t> Table::size(std::string_view key, std::uint64_t least) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const auto* written = node->as_string();
    const auto value = written != nullptr ? parseSize(written->get()) : std::nullopt;
    if (value && *value >= least) return value;
    wrongType(key, *node,
              fmt::format("a size such as \"512 B\", \"64 KiB\", \"8 MiB\" or \"1 GiB\", at least "
                          "\"{} B\" and at most \"1024 GiB\"",
                          least));
    return std::nullopt;
}

std::optional<std::vector<Placed<std::string>>> Table::texts(std::string_view key) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const toml::array* array = node->as_array();
    if (array == nullptr) {
        wrongType(key, *node, "a list of texts: [\"...\", \"...\"]");
        return std::nullopt;
    }
    std::vector<Placed<std::string>> values;
    for (const toml::node& item : *array) {
        const auto* value = item.as_string();
        if (value == nullptr || value->get().empty()) {
            wrongType(key, item, "a list of texts that are not empty");
            return std::nullopt;
        }
        values.push_back({value->get(), placeOf(item)});
    }
    return values;
}

std::optional<std::vector<std::chrono::milliseconds>> Table::durations(
    std::string_view key, std::chrono::milliseconds least) {
    const auto written = texts(key);
    if (!written) return std::nullopt;
    std::vector<std::chrono::milliseconds> values;
    for (const auto& [text, place] : *written) {
        const auto value = parseDuration(text);
        if (!value || *value < least) {
            fault(place, fmt::format("\"{}\" must hold durations such as \"500ms\", \"30s\", "
                                     "\"15m\", \"24h\" or \"5d\", at least \"{}\".",
                                     full(key), printDuration(least)));
            return std::nullopt;
        }
        values.push_back(*value);
    }
    return values;
}

std::optional<Placed<std::filesystem::path>> Table::path(std::string_view key) {
    auto written = text(key);
    if (!written) return std::nullopt;
    return Placed<std::filesystem::path>{*folder_ / written->value, written->place};
}

std::optional<Placed<std::filesystem::path>> Table::existingFile(std::string_view key) {
    auto file = path(key);
    std::error_code ignored;
    if (file && !std::filesystem::is_regular_file(file->value, ignored)) {
        fault(file->place, fmt::format("The file {} does not exist.", file->value.string()));
        return std::nullopt;
    }
    return file;
}

std::optional<Placed<Secret>> Table::secret(std::string_view key) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const toml::table* source = node->as_table();
    if (source == nullptr) {
        fault(placeOf(*node),
              fmt::format("A secret is never written in the configuration. Put it into a file and "
                          "write {0} = {{ file = \"secrets/{0}\" }}, or write {0} = {{ env = "
                          "\"NAME\" }}; and change it, for it has been seen.",
                          key));
        return std::nullopt;
    }
    const auto* file = source->get_as<std::string>("file");
    const auto* environment = source->get_as<std::string>("env");
    if (source->size() != 1 || (file == nullptr && environment == nullptr)) {
        wrongType(key, *node, "{ file = \"secrets/...\" } or { env = \"NAME\" }");
        return std::nullopt;
    }
    auto secret = file != nullptr ? secretFromFile(*folder_ / file->get())
                                  : secretFromEnvironment(environment->get());
    if (!secret) {
        fault(placeOf(*node), std::move(secret.error()));
        return std::nullopt;
    }
    return Placed<Secret>{std::move(*secret), placeOf(*node)};
}

std::optional<Table> Table::table(std::string_view key) {
    const toml::node* node = ask(key);
    if (node == nullptr) return std::nullopt;
    const toml::table* inner = node->as_table();
    if (inner == nullptr) {
        wrongType(key, *node, fmt::format("a table: [{}]", full(key)));
        return std::nullopt;
    }
    return Table(*inner, full(key) + ".", *file_, *folder_, *faults_);
}

std::vector<Table> Table::tables(std::string_view key) {
    const toml::node* node = ask(key);
    std::vector<Table> inner;
    if (node == nullptr) return inner;
    const toml::array* array = node->as_array();
    if (array == nullptr || !array->is_homogeneous<toml::table>()) {
        wrongType(key, *node, fmt::format("a list of tables, each begun by [[{}]]", full(key)));
        return inner;
    }
    for (const toml::node& item : *array) {
        inner.push_back(Table(*item.as_table(), full(key) + ".", *file_, *folder_, *faults_));
    }
    return inner;
}

Place Table::insideQuotes(std::string_view key) const {
    const toml::node* node = table_->get(key);
    if (node == nullptr) return place();
    Place place = placeOf(*node);
    std::string_view text = file_->text;
    for (std::uint32_t line = 1; line < place.at.line; ++line) {
        text.remove_prefix(std::min(text.find('\n') + 1, text.size()));
    }
    text.remove_prefix(std::min<std::size_t>(place.at.column - 1, text.size()));
    const bool multiline = text.starts_with("\"\"\"") || text.starts_with("'''");
    const std::size_t quotes = multiline ? 3 : 1;
    text.remove_prefix(std::min(quotes, text.size()));
    // A line end straight after three quotes is not part of the text.
    if (multiline && (text.starts_with('\n') || text.starts_with("\r\n"))) {
        place.at = {.line = place.at.line + 1, .column = 1};
    } else {
        place.at.column += static_cast<std::uint32_t>(quotes);
    }
    return place;
}

void Table::finish() {
    std::vector<std::string_view> known(asked_.begin(), asked_.end());
    for (const auto& [key, node] : *table_) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        const std::string likely = suggestion(key.str(), known);
        fault(at(*file_, key.source()),
              fmt::format("The key \"{}\" is not known here.{}", full(key.str()), likely));
    }
}

}  // namespace waymark::config
