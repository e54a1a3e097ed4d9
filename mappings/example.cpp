#include "mappings/example.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "fhir/tree/builder.h"
#include "fhir/tree/json_writer.h"

namespace waymark::mappings {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kInput = ".in.json";

/// The moment at which all examples are run.
constexpr Instant kThen{std::chrono::milliseconds(1'790'000'000'000)};

/// splitmix64 from a fixed seed: an example that makes ids makes the same ones each time.
class SameChance final : public Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(step() >> 56U);
    }

private:
    std::uint64_t step() {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }
    std::uint64_t state_ = 1;
};

std::unexpected<Failure> named(Failure&& failure, const std::string& file) {
    for (Issue& issue : failure.issues)
        if (issue.file.empty()) issue.file = file;
    return std::unexpected(std::move(failure));
}

}  // namespace

fs::path Example::file(std::string_view ending) const {
    return folder / (name + std::string(ending));
}

std::vector<Example> examplesBelow(const fs::path& folder) {
    std::vector<Example> out;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (!name.ends_with(kInput)) continue;
        const fs::path in = at->path().parent_path();
        out.push_back(Example{.map = fs::absolute(in).filename().string(),
                              .name = name.substr(0, name.size() - kInput.size()),
                              .folder = in});
    }
    std::ranges::sort(out, {}, &Example::title);
    return out;
}

Result<std::string> readText(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    std::error_code error;
    if (stream.is_open() && !stream.bad() && !fs::is_directory(file, error)) return text;
    auto failed = fail(Kind::NotFound, IssueType::NotFound, "the file cannot be read");
    return named(std::move(failed.error()), file.string());
}

Result<void> ExampleRun::read(const Example& example, std::string first) {
    auto url = workshop_->mapNamed(example.map);
    if (!url) return named(std::move(url.error()), example.folder.string());
    std::vector<std::pair<std::string, std::string>> texts;
    for (const std::string_view ending : {kInput, std::string_view(".in2.json")}) {
        const fs::path file = example.file(ending);
        if (ending == kInput && !first.empty()) {
            texts.emplace_back(file.string(), std::move(first));
            continue;
        }
        if (ending != kInput && !fs::exists(file)) continue;
        auto text = readText(file);
        if (!text) return std::unexpected(std::move(text.error()));
        texts.emplace_back(file.string(), *std::move(text));
    }
    if (auto done = read(*url, std::move(texts)); !done) return done;
    if (fs::exists(example.file(".in2.path")))
        if (auto done = readPart(example); !done) return done;
    if (!fs::exists(example.file(".begun.json"))) return {};
    auto begun = readText(example.file(".begun.json"));
    if (!begun) return std::unexpected(std::move(begun.error()));
    auto done = begin(*std::move(begun));
    if (!done) return named(std::move(done.error()), example.file(".begun.json").string());
    return {};
}

/// A second input that is a part of the first, as a contained Patient is.
Result<void> ExampleRun::readPart(const Example& example) {
    auto path = readText(example.file(".in2.path"));
    if (!path) return std::unexpected(std::move(path.error()));
    std::erase(*path, '\n');
    const tree::Element found = tree::follow(inputs_.front(), *path, workshop_->model());
    if (!found) {
        auto failed = fail(Kind::Incorrect, IssueType::NotFound,
                           fmt::format("`{}` leads nowhere in the first input", *path));
        return named(std::move(failed.error()), example.file(".in2.path").string());
    }
    inputs_.push_back(found);
    return {};
}

Result<void> ExampleRun::read(std::string_view url,
                              std::vector<std::pair<std::string, std::string>> texts) {
    url_ = url;
    inputs_.clear();
    const auto signature = workshop_->maps().signature(url);
    for (auto& [name, text] : texts) {
        const model::TypeId type = signature && inputs_.size() < signature->inputs.size()
                                       ? signature->inputs[inputs_.size()]
                                       : model::kNoType;
        auto element = bodies_.read(std::move(text), type, !workshop_->isSet());
        if (!element) return named(std::move(element.error()), name);
        inputs_.push_back(*element);
    }
    return {};
}

Result<void> ExampleRun::begin(std::string text) {
    const auto signature = workshop_->maps().signature(url_);
    auto begun = bodies_.read(std::move(text), signature ? signature->target : model::kNoType,
                              !workshop_->isSet());
    if (!begun) return std::unexpected(std::move(begun.error()));
    begun_ = *begun;
    return {};
}

Result<tree::Element> ExampleRun::run(map::Trace* trace, map::Log* log) {
    SameChance chance;
    map::Run run;
    run.arena = &arena_;
    run.random = &chance;
    run.now = kThen;
    run.trace = trace;
    run.log = log;
    tree::Builder builder(arena_, workshop_->model());
    tree::Node* target = begun_ ? builder.copyRoot(begun_) : nullptr;
    const auto signature = workshop_->maps().signature(url_);
    // What a loose map makes may be of no type that is known here.
    const bool open = !workshop_->isSet() && signature &&
                      (signature->target == model::kNoType ||
                       workshop_->model().type(signature->target).isAbstract);
    if (!target && open) target = builder.root(model::kOpen);
    return workshop_->maps().transform(url_, inputs_, run, target);
}

std::string shown(tree::Element element, const model::Model& model) {
    std::string out;
    tree::writeJson(element, model, out, tree::Layout::Indented);
    return out + "\n";
}

}  // namespace waymark::mappings
