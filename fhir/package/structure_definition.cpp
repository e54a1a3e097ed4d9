#include "fhir/package/structure_definition.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waymark::package {
namespace {

constexpr std::string_view kFhirPrefix = "http://hl7.org/fhir/StructureDefinition/";
constexpr std::string_view kSystemPrefix = "http://hl7.org/fhirpath/System.";

std::string_view lastSegment(std::string_view url) {
    return url.substr(url.rfind('/') + 1);
}

/// FHIRPath's system types stand in snapshots where a primitive's own value is meant.
std::string systemType(std::string_view name) {
    if (name == "DateTime") return "dateTime";
    std::string out(name);
    if (!out.empty()) out[0] = static_cast<char>(out[0] | 0x20);
    return out;
}

class Reader {
public:
    Reader(tree::Element definition, const model::Model& model)
        : definition_(definition), model_(model) {}

    Result<model::TypeSpec> read() {
        if (model_.type(definition_.type()).name != "StructureDefinition") {
            fault("this is no StructureDefinition", definition_);
            return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
        }
        if (text(definition_, "kind") != "logical")
            fault("only a StructureDefinition of kind logical becomes a type", definition_);
        spec_.url = text(definition_, "url");
        if (spec_.url.empty()) fault("the StructureDefinition has no url", definition_);
        base();
        elements();
        if (!issues_.empty()) return std::unexpected(Failure(Kind::Incorrect, std::move(issues_)));
        return std::move(spec_);
    }

private:
    [[nodiscard]] tree::Element child(tree::Element of, std::string_view name) const {
        return of ? of.child(model_.nameId(name)) : of;
    }
    [[nodiscard]] std::string_view text(tree::Element of, std::string_view name) const {
        const tree::Element found = child(of, name);
        return found ? found.text() : std::string_view();
    }
    void fault(std::string text, tree::Element at) {
        issues_.push_back(Issue{.severity = Severity::Error,
                                .type = IssueType::Invalid,
                                .text = std::move(text),
                                .expression = tree::expressionTo(at, model_),
                                .at = {},
                                .code = {},
                                .file = spec_.url});
    }

    /// Element and Base are bases; anything else must be a type that is known already.
    void base() {
        const std::string_view url = text(definition_, "baseDefinition");
        const std::string_view name = lastSegment(url);
        spec_.base = name.empty() || name == "Base" ? "Base" : typeName(url);
    }

    void elements() {
        tree::Element list = child(definition_, "snapshot");
        if (!list) list = child(definition_, "differential");
        tree::Element at = child(list, "element");
        if (!at) {
            fault("the StructureDefinition has neither snapshot nor differential elements",
                  definition_);
            return;
        }
        const std::string_view first = text(at, "path");
        spec_.name = first.substr(0, first.find('.'));
        for (; at; at = at.nextSame()) element(at);
    }

    void element(tree::Element at) {
        const std::string_view path = text(at, "path");
        if (path == spec_.name) return;
        if (child(at, "sliceName")) return;  // a slice says nothing about the shape
        if (!path.starts_with(spec_.name) || path.substr(spec_.name.size()).substr(0, 1) != ".") {
            fault(fmt::format("the path {} is outside of {}", path, spec_.name), at);
            return;
        }
        const std::string_view max = text(at, "max");
        if (max == "0") {
            fault(fmt::format("{} has max 0; leave out what the model does not have", path), at);
            return;
        }
        model::ElementSpec out;
        out.path = path;
        out.min = number(text(at, "min"), at);
        out.repeats = max == "*" || number(max, at) > 1;
        out.contentReference = text(at, "contentReference");
        // "http://...#Path" or "#Path": only the path within this model counts.
        if (const std::size_t hash = out.contentReference.find('#'); hash != std::string::npos)
            out.contentReference.erase(0, hash);
        for (tree::Element type = child(at, "type"); type; type = type.nextSame())
            out.types.push_back(typeName(text(type, "code")));
        spec_.elements.push_back(std::move(out));
    }

    std::uint32_t number(std::string_view digits, tree::Element at) {
        std::uint32_t value = 0;
        const char* end = digits.data() + digits.size();
        if (!digits.empty() && std::from_chars(digits.data(), end, value).ptr != end)
            fault(fmt::format("`{}` is no cardinality", digits), at);
        return value;
    }

    /// A type's name from its code, which is a name or, in logical models, a canonical. `Base` is
    /// content that no one has modelled.
    [[nodiscard]] std::string typeName(std::string_view code) const {
        if (code == "Base" || code == "http://hl7.org/fhir/StructureDefinition/Base") return "Open";
        if (code.starts_with(kSystemPrefix)) return systemType(code.substr(kSystemPrefix.size()));
        if (const model::TypeId known = model_.typeAt(code); known != model::kNoType)
            return std::string(model_.type(known).name);
        if (code.starts_with(kFhirPrefix)) return std::string(code.substr(kFhirPrefix.size()));
        return std::string(code.find("://") == std::string_view::npos ? code : lastSegment(code));
    }

    tree::Element definition_;
    const model::Model& model_;
    model::TypeSpec spec_;
    std::vector<Issue> issues_;
};

}  // namespace

Result<model::TypeSpec> logicalModel(tree::Element definition, const model::Model& model) {
    return Reader(definition, model).read();
}

}  // namespace waymark::package
