// The examples beside the maps: `examples/<map>/<case>.in.json` (`.in2.json` a second input,
// `.in2.path` a part of the first as the second, `.begun.json` a begun target) and
// `<case>.out.json`. Each run sees the same time and the same chance. One thread.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fhir/core/result.h"
#include "fhir/core/world.h"
#include "fhir/map/trace.h"
#include "fhir/tree/arena.h"
#include "fhir/tree/element.h"
#include "mappings/workshop.h"

namespace waymark::mappings {

struct Example {
    std::string map;  ///< the last part of the map's url: the folder's name
    std::string name;
    std::filesystem::path folder;

    [[nodiscard]] std::filesystem::path file(std::string_view ending) const;
    [[nodiscard]] std::string title() const { return map + "/" + name; }
};

/// All examples in a folder and below it, in the order of map and name.
std::vector<Example> examplesBelow(const std::filesystem::path& folder);

/// A file's bytes. Fails with Kind::NotFound.
Result<std::string> readText(const std::filesystem::path& file);

/// What a map made, and what it made it of. Trees live as long as this and the workshop.
class ExampleRun {
public:
    explicit ExampleRun(const Workshop& workshop)
        : workshop_(&workshop), bodies_(workshop.model()) {}

    /// Reads an example's inputs as its map takes them. Fails with the file in the issues.
    /// `first` stands for the first input, if it is not empty.
    Result<void> read(const Example& example, std::string first = {});
    /// Reads texts as the inputs of the map at `url`.
    Result<void> read(std::string_view url, std::vector<std::pair<std::string, std::string>> named);
    /// The begun target: what stands there already.
    Result<void> begin(std::string text);
    /// Runs the map at `url`; may be called again.
    Result<tree::Element> run(map::Trace* trace = nullptr, map::Log* log = nullptr);

    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::vector<tree::Element>& inputs() const { return inputs_; }
    [[nodiscard]] tree::Arena& arena() { return arena_; }

private:
    Result<void> readPart(const Example& example);

    const Workshop* workshop_;
    Bodies bodies_;
    std::string url_;
    std::vector<tree::Element> inputs_;
    tree::Element begun_;
    tree::Arena arena_;
};

/// The JSON of a tree, laid out for people, with a line's end.
std::string shown(tree::Element element, const model::Model& model);

}  // namespace waymark::mappings
