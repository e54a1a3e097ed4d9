// The shipped mapping set with everything that a run of a map needs, for the golden tests: inputs
// read from files or texts, outputs as JSON. Inputs live as long as the workbench. One thread.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/json/value.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/builder.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "fhir/tree/xml_reader.h"
#include "mappings/set.h"
#include "tests/support/fixed_world.h"
#include "tests/support/shared_files.h"

namespace waymark::golden {

inline std::string describe(const Failure& failure) {
    std::string out;
    for (const Issue& issue : failure.issues) {
        out += issue.file + ":" + std::to_string(issue.at.line) + ":" +
               std::to_string(issue.at.column) + " " + issue.code + " " + issue.expression + " " +
               issue.text + "\n";
    }
    return out;
}

class Workbench {
public:
    explicit Workbench(std::shared_ptr<const mappings::Set> set) : set_(std::move(set)) {}

    [[nodiscard]] const mappings::Set& set() const { return *set_; }

    /// JSON with a resourceType is that resource, other JSON a link-worker referral. None, and a
    /// failed test, when it cannot be read.
    tree::Element read(std::string text) {
        bodies_.push_back(std::make_unique<std::string>(std::move(text)));
        arenas_.push_back(std::make_unique<tree::Arena>());
        tree::ReadOptions options;
        const auto plain = json::Value::parse(*bodies_.back());
        if (plain && !plain->find("resourceType")) options.root = set_->referralType();
        auto document = tree::readJson(*bodies_.back(), set_->model(), *arenas_.back(), options);
        EXPECT_TRUE(document) << describe(document.error());
        return document ? document->root : tree::Element();
    }
    tree::Element readXml(std::string text) {
        bodies_.push_back(std::make_unique<std::string>(std::move(text)));
        arenas_.push_back(std::make_unique<tree::Arena>());
        auto document = tree::readXml(*bodies_.back(), set_->model(), *arenas_.back());
        EXPECT_TRUE(document) << describe(document.error());
        return document ? document->root : tree::Element();
    }
    tree::Element readFile(const std::filesystem::path& file) {
        const testing::ScopedTrace trace(__FILE__, __LINE__, file.string());
        return file.extension() == ".xml" ? readXml(tests::readFile(file))
                                          : read(tests::readFile(file));
    }

    /// Runs the map at `url`. What comes out is read again as its own type, so it is structurally
    /// right.
    std::string transform(std::string_view url, const std::vector<tree::Element>& inputs,
                          tree::Element begun = {}) {
        tree::Arena arena;
        tests::SeededRandom random;
        const tests::FixedClock clock;
        map::Run run;
        run.arena = &arena;
        run.random = &random;
        run.now = clock.now();
        tree::Builder builder(arena, set_->model());
        tree::Node* const target = begun ? builder.copyRoot(begun) : nullptr;
        const auto made = set_->maps().transform(url, inputs, run, target);
        EXPECT_TRUE(made) << describe(made.error());
        if (!made) return {};
        std::string out;
        tree::writeJson(*made, set_->model(), out, tree::Layout::Indented);
        readAgain(out, made->type());
        return out + "\n";
    }

private:
    void readAgain(const std::string& text, model::TypeId type) {
        tree::Arena arena;
        tree::ReadOptions options;
        if (set_->model().type(type).kind != model::TypeKind::Resource) options.root = type;
        const auto document = tree::readJson(text, set_->model(), arena, options);
        EXPECT_TRUE(document) << describe(document.error());
    }

    std::shared_ptr<const mappings::Set> set_;
    // Bodies and arenas outlive the trees that view them.
    std::vector<std::unique_ptr<std::string>> bodies_;
    std::vector<std::unique_ptr<tree::Arena>> arenas_;
};

/// The set of this checkout, loaded once; the test fails with its faults when it does not compile.
inline std::shared_ptr<const mappings::Set> shippedSet() {
    static const auto loaded = mappings::Set::load("mappings");
    EXPECT_TRUE(loaded) << describe(loaded.error());
    return loaded ? *loaded : nullptr;
}

}  // namespace waymark::golden
