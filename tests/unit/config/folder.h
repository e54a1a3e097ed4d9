// A configuration folder of a test's own, gone when the test ends.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "config/config.h"

namespace waymark::config {

class TestFolder {
public:
    TestFolder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "waymark-config-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~TestFolder() { std::filesystem::remove_all(path_); }
    TestFolder(const TestFolder&) = delete;
    TestFolder& operator=(const TestFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    void write(const std::string& name, std::string_view text, mode_t mode = 0600) {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << text;
        ASSERT_EQ(chmod(file.c_str(), mode), 0);
    }

    /// A small configuration without faults.
    void writeSound() {
        write("waymark.toml",
              "public_base = \"https://gateway.example/FHIR/R4\"\n"
              "store = \"state/waymark.db\"\n"
              "key_ring = \"state/keys\"\n"
              "operator_token = { file = \"secrets/operator\" }\n"
              "[[listener]]\n"
              "name = \"front\"\n"
              "port = 8080\n"
              "audiences = [\"practices\", \"providers\"]\n");
        write("practices/a.toml", "ods = \"a99901\"\nname = \"A\"\n");
        write("clients/a.toml",
              "id = \"client-a\"\nname = \"A's system\"\nacts_for = [\"A99901\"]\n"
              "token = { file = \"secrets/a\" }\n");
        write("providers/p.toml",
              "id = \"helping-hands\"\nname = \"P\"\nkind = \"community\"\nadapter = \"webhook\"\n"
              "url = \"https://p.example/hook\"\nformat = \"https://example/map\"\n"
              "token = { file = \"secrets/p\" }\n"
              "webhook_secret = { file = \"secrets/p.webhook\" }\n");
        write("routes/all.toml", "name = \"all\"\norder = 9\nproviders = [\"helping-hands\"]\n");
        write("secrets/operator", "operator-operator-operator-1\n");
        write("secrets/a", "client-client-client-client-1\n");
        write("secrets/p", "provider-provider-provider-1\n");
        write("secrets/p.webhook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n");
    }

private:
    std::filesystem::path path_;
};

/// The faults as "file:line:col text", the folder left out, one per line.
inline std::string faultsOf(const TestFolder& folder) {
    const auto config = load(folder.path());
    if (config) return "no fault";
    std::string all;
    for (const Issue& issue : config.error().issues) {
        all += std::filesystem::path(issue.file).lexically_relative(folder.path()).string() + ":" +
               std::to_string(issue.at.line) + ":" + std::to_string(issue.at.column) + " " +
               issue.text + "\n";
    }
    return all;
}

}  // namespace waymark::config
