#include "fhir/structure/run.h"

#include <fmt/format.h>

#include <utility>

#include "fhir/model/r4_ids.h"
#include "fhir/structure/codes.h"
#include "fhir/structure/reference.h"
#include "fhir/tree/position.h"

namespace waymark::structure {

namespace name = model::name;

namespace {

constexpr std::uint32_t kElementsBetweenTimes = 4096;
constexpr std::size_t kFewFindings = 8;
constexpr std::size_t kFewContained = 8;

}  // namespace

Run::Run(const Rules& rules, const tree::Document& document, tree::Arena& arena,
         const Options& options, std::vector<Issue>& findings)
    : rules_(rules),
      document_(document),
      arena_(arena),
      options_(options),
      findings_(findings),
      index_(document.root, *document.model, arena),
      begin_(std::chrono::steady_clock::now()) {
    environment_.now = options.now;
    environment_.index = &index_;
    environment_.limits.time = options.limits.time;
    enter(document.root);
}

void Run::enter(tree::Element resource) {
    environment_.resource = resource;
    const bool contained = resource && resource.name() == name::contained;
    environment_.rootResource =
        contained ? path::resourceOf(resource.parent(), *document_.model) : resource;
}

/// In document order. What the parent has rules for is kept while its children are looked at.
void Run::walk() {
    tree::Element at = document_.root;
    std::uint32_t visited = 0;
    std::uint64_t names = 0;
    while (at && !full_) {
        if (++visited % kElementsBetweenTimes == 0) checkTime();
        const Rules::TypeEntry& entry = rules_.of(at.type());
        if ((names >> (at.name() & 63U) & 1U) != 0) {
            const ElementRules* const rules = rules_.of(at.parent().type(), at.name());
            if (rules) visitElementRules(at, *rules);
        }
        if (entry.rules) visit(at, entry);
        if (at.firstChild()) {
            at = at.firstChild();
            names = entry.names;
            continue;
        }
        if (at == document_.root) break;
        if (!at.next()) {
            at = parentWithNext(at);
            if (at == document_.root) break;
            names = rules_.of(at.parent().type()).names;
        }
        at = at.next();
    }
}

/// The nearest element above that has a sibling behind it, or the root; leaves resources.
tree::Element Run::parentWithNext(tree::Element at) {
    while (at != document_.root && !at.next()) {
        at = at.parent();
        if (at == environment_.resource && at != document_.root) {
            enter(path::resourceOf(at.parent(), *document_.model));
        }
    }
    return at;
}

void Run::visit(tree::Element element, const Rules::TypeEntry& entry) {
    if (entry.isResource && element.firstChild()) enter(element);
    for (const NativeCheck* check = entry.rules->native.data(); *check; ++check) {
        (*check)(element, *this);
    }
    for (const Constraint* const constraint : entry.rules->constraints) {
        if (!constraint->holdsAtOnce(element)) ask(element, *constraint);
    }
}

void Run::visitElementRules(tree::Element element, const ElementRules& rules) {
    if (rules.binding) {
        const Bound bound{rules.binding->strength, rules.binding->valueSet, rules.binding->maximum};
        const auto contains = [](const model::ValueSet* set) {
            return [set](std::string_view system, std::string_view code) {
                return set ? set->contains(system, code) : std::nullopt;
            };
        };
        checkBinding(element, bound, contains(rules.valueSet), contains(rules.maximum), *this);
    }
    if (!rules.targets.empty()) checkTarget(element, rules.targets, *this);
    for (const Constraint* const constraint : rules.constraints) ask(element, *constraint);
}

tree::Element Run::targetOf(tree::Element reference) {
    if (reference != lastReference_) {
        lastReference_ = reference;
        const std::string_view text = childText(reference, name::reference);
        const bool isLocal = text.size() > 1 && text.front() == '#';
        lastTarget_ = isLocal ? contained(text.substr(1)) : index_.find(text, reference);
    }
    return lastTarget_;
}

tree::Element Run::contained(std::string_view id) {
    const tree::Element holder = environment_.rootResource;
    if (!holder) return {};
    const tree::Element first = holder.child(name::contained);
    std::size_t count = 0;
    for (tree::Element at = first; at && count <= kFewContained; at = at.nextSame()) {
        if (childText(at, name::id) == id) return at;
        ++count;
    }
    if (count <= kFewContained) return {};
    if (indexed_ != holder) {
        indexed_ = holder;
        containedById_.clear();
        for (tree::Element at = first; at; at = at.nextSame()) {
            containedById_.emplace(childText(at, name::id), at);
        }
    }
    const auto found = containedById_.find(id);
    return found == containedById_.end() ? tree::Element() : found->second;
}

void Run::ask(tree::Element at, const Constraint& constraint) {
    if (full_ || (constraint.isBestPractice && !options_.bestPractice)) return;
    bool holds = true;
    if (!constraint.emptyHolds) {
        const auto answer = constraint.expression.holds(at, environment_, arena_);
        if (!answer) {
            return warning(at, IssueType::Processing, constraint.key,
                           fmt::format("The rule {} could not be asked here: {}.", constraint.key,
                                       answer.error().text()));
        }
        holds = *answer;
    } else {
        const auto answer = constraint.expression.evaluate(at, environment_, arena_);
        holds = !answer || answer->size() != 1 || !answer->front().is(path::ValueKind::Boolean) ||
                answer->front().boolean();
    }
    if (holds) return;
    const Severity severity = constraint.isBestPractice ? Severity::Information
                              : constraint.isError      ? Severity::Error
                                                        : Severity::Warning;
    report(at, severity, IssueType::Invariant, constraint.key,
           fmt::format("{}: {}", constraint.key, constraint.human));
}

bool Run::isFirstOfItsId(tree::Element id) {
    return elementIds_.emplace(environment_.resource.node(), id.text()).second;
}

void Run::unknownModifier(tree::Element extension) {
    error(extension, IssueType::Extension, "extension-modifier",
          "This modifierExtension is not known here, and what it changes cannot be understood; "
          "leave it out, or agree on it first.");
}

void Run::violated(tree::Element at, model::TypeId owner, std::string_view key) {
    for (const model::Invariant& invariant : model::Facts::r4().invariants(owner)) {
        if (invariant.key != key) continue;
        if (invariant.isBestPractice && !options_.bestPractice) return;
        const Severity severity = invariant.isBestPractice ? Severity::Information
                                  : invariant.isError      ? Severity::Error
                                                           : Severity::Warning;
        return report(at, severity, IssueType::Invariant, key,
                      fmt::format("{}: {}", key, invariant.human));
    }
    check(false, "a native check names a published invariant");
}

void Run::report(tree::Element at, Severity severity, IssueType type, std::string_view code,
                 std::string text) {
    if (full_) return;
    if (silence_ > 0) {
        if (severity == Severity::Error || severity == Severity::Fatal) ++silentErrors_;
        return;
    }
    if (findings_.empty()) findings_.reserve(kFewFindings);
    findings_.push_back(Issue{.severity = severity,
                              .type = type,
                              .text = std::move(text),
                              .expression = tree::expressionTo(at, *document_.model),
                              .at = positionOf(at),
                              .code = std::string(code),
                              .file = {}});
    if (findings_.size() < options_.limits.findings) return;
    stop(fmt::format("Validation stopped after {} findings; there may be more.",
                     options_.limits.findings));
}

void Run::stop(std::string text) {
    full_ = true;
    findings_.push_back(Issue{.severity = Severity::Error,
                              .type = IssueType::TooCostly,
                              .text = std::move(text),
                              .expression = {},
                              .at = {},
                              .code = "limit",
                              .file = {}});
}

/// Findings come in the order of the text, more or less: counts on from the last one.
Position Run::positionOf(tree::Element element) {
    const std::uint32_t offset = element.node()->offset;
    if (offset == 0 || offset > document_.body.size()) return {};
    if (offset - 1 < lastOffset_) return tree::positionIn(document_.body, offset - 1);
    const Position further =
        tree::positionIn(document_.body.substr(lastOffset_), offset - 1 - lastOffset_);
    lastPosition_.column =
        further.line > 1 ? further.column : lastPosition_.column + further.column - 1;
    lastPosition_.line += further.line - 1;
    lastOffset_ = offset - 1;
    return lastPosition_;
}

void Run::checkTime() {
    if (full_ || std::chrono::steady_clock::now() - begin_ < options_.limits.time) return;
    stop(fmt::format("Validation took longer than {} milliseconds and stopped.",
                     options_.limits.time.count()));
}

}  // namespace waymark::structure
