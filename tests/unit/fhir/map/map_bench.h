// What the tests of maps share: compile maps, run one on JSON, compare JSON.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/map/map_set.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"
#include "tests/support/fixed_world.h"

namespace waymark::map::tests {

/// A map from `source` to `target` (types of the model) with these rules in its one group.
inline std::string simpleMap(std::string_view source, std::string_view target,
                             std::string_view rules) {
    const auto uses = [](std::string_view type, std::string_view mode) {
        return "uses \"http://hl7.org/fhir/StructureDefinition/" + std::string(type) + "\" as " +
               std::string(mode) + "\n";
    };
    return "map \"http://x/m\" = \"M\"\n" + uses(source, "source") + uses(target, "target") +
           "group g(source src : " + std::string(source) + ", target tgt : " + std::string(target) +
           ") {\n" + std::string(rules) + "\n}\n";
}

inline std::string printed(const std::vector<Issue>& issues) {
    std::string out;
    for (const Issue& issue : issues)
        out += issue.file + ":" + std::to_string(issue.at.line) + ":" +
               std::to_string(issue.at.column) + " " + issue.code + " " + issue.text +
               (issue.expression.empty() ? "" : " [" + issue.expression + "]") + "\n";
    return out;
}

class Bench {
public:
    explicit Bench(const model::Model& model = model::Model::r4()) : model_(model) {}

    Result<MapSet> compile(std::vector<std::string> texts, const CompileOptions& options = {}) {
        std::vector<Source> sources;
        for (std::string& text : texts)
            sources.push_back({"m" + std::to_string(sources.size() + 1) + ".map", std::move(text)});
        return MapSet::compile(sources, model_, terminology_, options);
    }

    tree::Element read(std::string_view json, model::TypeId root = model::kNoType) {
        // The texts of the tree point into it.
        bodies_.push_back(std::make_unique<std::string>(json));
        tree::ReadOptions options;
        options.root = root;
        const auto document = tree::readJson(*bodies_.back(), model_, arena, options);
        if (!document) {
            ADD_FAILURE() << printed(document.error().issues) << json;
            return {};
        }
        return document->root;
    }

    Run run() {
        Run out;
        out.arena = &arena;
        out.random = &random_;
        out.now = clock_.now();
        out.log = log;
        return out;
    }

    /// The target as JSON, or the failure's issues after "! ".
    std::string transform(const MapSet& set, std::initializer_list<std::string_view> inputs,
                          std::string_view url = "http://x/m", tree::Node* target = nullptr) {
        std::vector<tree::Element> elements;
        for (const std::string_view each : inputs) elements.push_back(read(each));
        return transformed(set, elements, url, target);
    }
    std::string transformed(const MapSet& set, const std::vector<tree::Element>& inputs,
                            std::string_view url = "http://x/m", tree::Node* target = nullptr) {
        const auto made = set.transform(url, inputs, run(), target);
        if (!made) return "! " + printed(made.error().issues);
        std::string out;
        tree::writeJson(*made, model_, out);
        return out;
    }

    /// Compiles, runs, writes.
    std::string result(std::string map, std::string_view input) {
        const auto set = compile({std::move(map)});
        if (!set) return "! " + printed(set.error().issues);
        return transform(*set, {input});
    }

    /// What compiling says: the issues of the failure, or the warnings.
    std::string says(std::vector<std::string> texts, const CompileOptions& options = {}) {
        const auto set = compile(std::move(texts), options);
        return printed(set ? set->warnings() : set.error().issues);
    }

    terminology::Terminology& terminology() { return terminology_; }
    [[nodiscard]] const model::Model& model() const { return model_; }

    tree::Arena arena;
    Log* log = nullptr;

private:
    const model::Model& model_;
    terminology::Terminology terminology_;
    waymark::tests::SeededRandom random_;
    waymark::tests::FixedClock clock_;
    std::vector<std::unique_ptr<std::string>> bodies_;
};

}  // namespace waymark::map::tests
