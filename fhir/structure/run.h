// One validation of one document: what the checks see and where findings go. Elements are visited
// once, in their order, without recursion. Private to the room; one thread.
#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "fhir/path/message_index.h"
#include "fhir/structure/rules.h"
#include "fhir/structure/validator.h"

namespace waymark::structure {

class Run {
public:
    Run(const Rules& rules, const tree::Document& document, tree::Arena& arena,
        const Options& options, std::vector<Issue>& findings);

    /// Everything that R4 demands of all elements.
    void walk();

    // ---- for checks --------------------------------------------------------------------------
    /// `code` is the rule's key; `text` a sentence without anything of the message. Not called
    /// where nothing is wrong, so it may cost.
    void report(tree::Element at, Severity severity, IssueType type, std::string_view code,
                std::string text);
    void error(tree::Element at, IssueType type, std::string_view code, std::string text) {
        report(at, Severity::Error, type, code, std::move(text));
    }
    void warning(tree::Element at, IssueType type, std::string_view code, std::string text) {
        report(at, Severity::Warning, type, code, std::move(text));
    }
    /// A published invariant does not hold: its own sentence.
    void violated(tree::Element at, model::TypeId owner, std::string_view key);
    /// Asks the invariant and reports.
    void ask(tree::Element at, const Constraint& constraint);
    /// No more findings are taken, or the time is over.
    [[nodiscard]] bool isFull() const { return full_; }
    /// Ends the run with a finding that says why.
    void stop(std::string text);

    /// While one lives, findings are not kept; it says whether there was an error since it began.
    class Silence {
    public:
        explicit Silence(Run& run) : run_(run), outerErrors_(run.silentErrors_) {
            ++run_.silence_;
            run_.silentErrors_ = 0;
        }
        ~Silence() {
            --run_.silence_;
            run_.silentErrors_ = outerErrors_;
        }
        Silence(const Silence&) = delete;
        Silence& operator=(const Silence&) = delete;
        [[nodiscard]] bool sawError() const { return run_.silentErrors_ > 0; }

    private:
        Run& run_;
        std::uint32_t outerErrors_;
    };
    [[nodiscard]] bool isSilent() const { return silence_ > 0; }
    /// Silent, and an error was seen: nothing more needs to be asked.
    [[nodiscard]] bool isSettled() const { return silence_ > 0 && silentErrors_ > 0; }
    /// Called now and then; sets isFull() and says so when the time is over.
    void checkTime();

    [[nodiscard]] const tree::Document& document() const { return document_; }
    [[nodiscard]] const model::Model& model() const { return *document_.model; }
    [[nodiscard]] tree::Arena& arena() { return arena_; }
    /// The resource that a Reference leads to inside the document; none when it is elsewhere.
    [[nodiscard]] tree::Element targetOf(tree::Element reference);
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] const Rules& rules() const { return rules_; }
    /// The resource that holds the element being visited, and its container (FHIRPath's
    /// %rootResource; in a Bundle the entry's resource).
    [[nodiscard]] tree::Element resource() const { return environment_.resource; }
    [[nodiscard]] tree::Element rootResource() const { return environment_.rootResource; }
    /// The resource with this id that the current container holds; linear in all that is asked.
    [[nodiscard]] tree::Element contained(std::string_view id);
    /// Makes an element's resource the current one.
    void enter(tree::Element resource);
    /// The host's answers to memberOf() and conformsTo() in invariants.
    void setServices(const path::Services* services) { environment_.services = services; }
    /// Definitions of extensions are known; others check against them.
    void setHasProfiles() { hasProfiles_ = true; }
    [[nodiscard]] bool hasProfiles() const { return hasProfiles_; }
    /// Whether no element of the current resource had this id before.
    [[nodiscard]] bool isFirstOfItsId(tree::Element id);
    void unknownModifier(tree::Element extension);

private:
    [[nodiscard]] Position positionOf(tree::Element element);
    [[nodiscard]] tree::Element parentWithNext(tree::Element at);
    void visit(tree::Element element, const Rules::TypeEntry& entry);
    void visitElementRules(tree::Element element, const ElementRules& rules);

    const Rules& rules_;
    const tree::Document& document_;
    tree::Arena& arena_;
    const Options& options_;
    std::vector<Issue>& findings_;
    path::MessageIndex index_;
    path::Environment environment_;
    std::chrono::steady_clock::time_point begin_;
    // Several rules ask for the same reference, one after the other.
    tree::Element lastReference_;
    tree::Element lastTarget_;
    // The contained resources of one container by id, where there are many.
    tree::Element indexed_;
    std::unordered_map<std::string_view, tree::Element> containedById_;
    std::uint32_t lastOffset_ = 0;
    Position lastPosition_{1, 1};
    std::set<std::pair<const tree::Node*, std::string_view>> elementIds_;
    std::uint32_t silence_ = 0;
    std::uint32_t silentErrors_ = 0;
    bool hasProfiles_ = false;
    bool full_ = false;
};

[[nodiscard]] inline std::string_view childText(tree::Element element, model::NameId name) {
    const tree::Element child = element ? element.child(name) : element;
    return child ? child.text() : std::string_view();
}

}  // namespace waymark::structure
