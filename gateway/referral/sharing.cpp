#include "gateway/referral/sharing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fhir/core/nearest.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/tree_edit.h"

namespace waymark::referral {
namespace {

/// Without these a provider could not say which referral it answers.
constexpr std::array<std::string_view, 5> kAlways{"id", "received", "reference", "links",
                                                  "recipient"};

/// The first segment, taken off.
std::string_view takeSegment(std::string_view& path) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    const std::string_view segment = path.substr(0, dot);
    path.remove_prefix(std::min(dot + 1, path.size()));
    return segment;
}

std::vector<std::string_view> namesOf(model::TypeId type, const model::Model& model) {
    std::vector<std::string_view> names;
    for (const model::ElementDef& element : model.type(type).elements) {
        const std::string_view name = model.name(element.name);
        if (name == "extension" || name == "modifierExtension") continue;
        if (names.empty() || names.back() != name) names.push_back(name);
    }
    return names;
}

/// Why a part is none; empty when it is one.
std::string faultOf(std::string_view part, const mappings::Set& set) {
    const model::Model& model = set.model();
    std::vector<model::TypeId> types{set.referralType()};
    std::string_view rest = part;
    if (part.ends_with('.')) return fmt::format("\"{}\" ends with a dot.", part);
    while (!rest.empty()) {
        const std::string_view segment = takeSegment(rest);
        const model::NameId name = model.nameId(segment);
        std::vector<model::TypeId> below;
        std::vector<std::string_view> known;
        for (const model::TypeId type : types) {
            for (const std::string_view each : namesOf(type, model)) known.push_back(each);
            if (name == model::kNoName || name == model::name::extension) continue;
            for (const auto& element : model.elements(type, name)) below.push_back(element.type);
        }
        if (below.empty()) {
            return fmt::format("\"{}\" is no part of the link-worker referral: it has no \"{}\"{}.",
                               part, segment, didYouMean(segment, known));
        }
        types = std::move(below);
    }
    return {};
}

}  // namespace

/// One record on its way through.
class Allowance::Pass {
public:
    Pass(const Allowance& allowance, tree::Builder& builder)
        : allowance_(allowance), builder_(builder) {}

    /// `branch` null: all below `holder` is allowed but for the switches.
    void run(tree::Element holder, const Branch* branch, const std::string& path) {
        std::vector<tree::Node*> unwanted;
        for (const tree::Element child : holder.children()) {
            // What always goes with the record is the provider's own.
            if (branch == &allowance_.root_ && isAlways(child.name())) continue;
            const bool all = branch == nullptr || branch->whole;
            const Branch* const next = all ? nullptr : find(*branch, child.name());
            const std::string at = pathTo(path, child);
            if ((!all && next == nullptr) || isSwitchedOff(holder, child)) {
                unwanted.push_back(ours(child));
                note(at);
                continue;
            }
            const bool whole = all || next->whole;
            if (whole && allowance_.freeText_ && allowance_.attachments_) continue;
            run(child, whole ? nullptr : next, at);
            if (child.node()->firstChild == nullptr && !child.hasValue()) {
                unwanted.push_back(ours(child));
            }
        }
        for (tree::Node* const node : unwanted) builder_.remove(node);
    }

    std::vector<std::string> take() { return std::move(withheld_); }

private:
    [[nodiscard]] const model::Model& model() const { return allowance_.set_.model(); }

    static const Branch* find(const Branch& branch, model::NameId name) {
        const auto at = std::ranges::find(branch.below, name, &Branch::name);
        return at == branch.below.end() ? nullptr : &*at;
    }

    [[nodiscard]] bool isAlways(model::NameId name) const {
        return std::ranges::find(kAlways, model().name(name)) != kAlways.end();
    }

    [[nodiscard]] bool isSwitchedOff(tree::Element holder, tree::Element child) const {
        // What an extension holds is not known; it goes where everything goes.
        const bool extension = child.name() == model::name::extension ||
                               child.name() == model::name::modifierExtension;
        if (extension) return !allowance_.freeText_ || !allowance_.attachments_;
        if (!allowance_.freeText_ &&
            allowance_.set_.isFreeText(holder.type(), child.name(), child.type())) {
            return true;
        }
        const bool link =
            holder.type() >= model::Model::r4().typeCount() && child.type() == model::type::url;
        return !allowance_.attachments_ && (link || child.type() == model::type::Attachment);
    }

    [[nodiscard]] std::string pathTo(const std::string& path, tree::Element child) const {
        const std::string_view name = model().name(child.name());
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    }

    void note(const std::string& path) {
        if (std::ranges::find(withheld_, path) == withheld_.end()) withheld_.push_back(path);
    }

    const Allowance& allowance_;
    tree::Builder& builder_;
    std::vector<std::string> withheld_;
};

Allowance::Allowance(const mappings::Set& set, const config::Shares& shares)
    : set_(set), freeText_(shares.freeText), attachments_(shares.attachments) {
    root_.whole = shares.everything;
    for (const config::SharedPart& part : shares.parts) allow(part.name);
    for (const std::string_view always : kAlways) allow(always);
}

void Allowance::allow(std::string_view part) {
    Branch* at = &root_;
    while (!part.empty()) {
        const model::NameId name = set_.model().nameId(takeSegment(part));
        if (name == model::kNoName) return;
        const auto known = std::ranges::find(at->below, name, &Branch::name);
        if (known != at->below.end()) {
            at = &*known;
            continue;
        }
        at->below.push_back({.name = name});
        at = &at->below.back();
    }
    at->whole = true;
}

std::vector<std::string> Allowance::apply(tree::Node* record, tree::Builder& builder) const {
    if (root_.whole && freeText_ && attachments_) return {};
    Pass pass(*this, builder);
    pass.run(tree::view(record), &root_, {});
    return pass.take();
}

std::vector<Issue> unknownParts(const mappings::Set& set, const config::Config& config) {
    std::vector<Issue> issues;
    for (const config::Provider& provider : config.providers) {
        for (const config::SharedPart& part : provider.shares.parts) {
            std::string fault = faultOf(part.name, set);
            if (fault.empty()) continue;
            issues.push_back({.type = IssueType::NotFound,
                              .text = std::move(fault),
                              .expression = {},
                              .at = part.place.at,
                              .code = {},
                              .file = part.place.file});
        }
    }
    return issues;
}

Result<void> mayShareWith(const config::Provider& provider, const Facts& facts) {
    if (facts.objected) {
        return fail(Kind::Forbidden, IssueType::Suppressed,
                    "The person objects to sharing: nothing is passed on.");
    }
    if (provider.needsExplicitConsent && !facts.explicitConsent) {
        return fail(Kind::Forbidden, IssueType::Suppressed,
                    "This provider needs explicit consent, and none is recorded.");
    }
    return {};
}

}  // namespace waymark::referral
