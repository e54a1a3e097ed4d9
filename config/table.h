// One TOML table while it is read: each key is asked for once with its type, faults are collected
// with their places, and finish() reports the keys that nobody asked for. The only user of toml++
// beside files.cpp. One thread; the file's text and tree must outlive it.
#pragma once

#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/config.h"
#include "config/faults.h"

namespace waymark::config {

/// A file that parsed.
struct File {
    std::string name;  ///< as the user gave the folder, for faults
    std::string text;
    toml::table table;
};

/// A value and where it is written.
template <class T>
struct Placed {
    T value{};
    Place place;
};

class Table {
public:
    /// `folder` is what relative paths start from.
    Table(const File& file, const std::filesystem::path& folder, Faults& faults)
        : Table(file.table, {}, file, folder, faults) {}

    /// Where the table begins.
    [[nodiscard]] Place place() const;

    // Each gives nullopt when the key is absent or its value is at fault (then a fault is added).
    // `required...` add a fault for an absent key and give the default value then.
    std::optional<Placed<std::string>> text(std::string_view key);
    Placed<std::string> requiredText(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    std::optional<double> number(std::string_view key, double least, double most);
    std::optional<std::chrono::milliseconds> duration(
        std::string_view key, std::chrono::milliseconds least,
        std::chrono::milliseconds most = std::chrono::days(3660));
    std::optional<std::uint64_t> size(std::string_view key, std::uint64_t least);
    std::optional<std::vector<Placed<std::string>>> texts(std::string_view key);
    std::optional<std::vector<std::chrono::milliseconds>> durations(
        std::string_view key, std::chrono::milliseconds least);
    std::optional<Placed<std::filesystem::path>> path(std::string_view key);
    std::optional<Placed<std::filesystem::path>> existingFile(std::string_view key);
    /// Written as { file = "..." } or { env = "..." }; inline it is a fault.
    std::optional<Placed<Secret>> secret(std::string_view key);
    std::optional<Table> table(std::string_view key);
    std::vector<Table> tables(std::string_view key);  ///< [[key]]

    /// One of the names, each with its meaning.
    template <class T>
    std::optional<T> choice(std::string_view key,
                            const std::vector<std::pair<std::string_view, T>>& names) {
        const auto written = text(key);
        if (!written) return std::nullopt;
        return chosen(*written, names);
    }
    template <class T>
    std::optional<T> chosen(const Placed<std::string>& written,
                            const std::vector<std::pair<std::string_view, T>>& names) {
        std::vector<std::string_view> known;
        for (const auto& [name, meaning] : names) {
            if (name == written.value) return meaning;
            known.push_back(name);
        }
        notAChoice(written, known);
        return std::nullopt;
    }

    [[nodiscard]] bool has(std::string_view key) const { return table_->get(key) != nullptr; }
    [[nodiscard]] bool isText(std::string_view key) const;
    void missing(std::string_view key);
    void missingUnlessWritten(std::string_view key) {
        if (!has(key)) missing(key);
    }
    /// Where the content of the text `key` begins, inside its quotes.
    [[nodiscard]] Place insideQuotes(std::string_view key) const;
    void fault(const Place& place, std::string text) { faults_->add(place, std::move(text)); }
    /// Adds a fault for every key that was not asked for.
    void finish();

private:
    Table(const toml::table& table, std::string prefix, const File& file,
          const std::filesystem::path& folder, Faults& faults)
        : table_(&table),
          prefix_(std::move(prefix)),
          file_(&file),
          folder_(&folder),
          faults_(&faults) {}

    const toml::node* ask(std::string_view key);
    [[nodiscard]] Place placeOf(const toml::node& node) const;
    [[nodiscard]] std::string full(std::string_view key) const {
        return prefix_ + std::string(key);
    }
    void wrongType(std::string_view key, const toml::node& node, std::string_view wanted);
    void notAChoice(const Placed<std::string>& written, const std::vector<std::string_view>& known);

    const toml::table* table_;
    std::string prefix_;  ///< "limits." for nested tables
    const File* file_;
    const std::filesystem::path* folder_;
    Faults* faults_;
    std::vector<std::string> asked_;
};

}  // namespace waymark::config
