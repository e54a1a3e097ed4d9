#include "gateway/referral/presentation.h"

#include <map>
#include <vector>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "gateway/referral/instant_text.h"
#include "gateway/referral/stored.h"

namespace waymark::referral {
namespace {

namespace name = model::name;
namespace type = model::type;

constexpr std::string_view kToServiceRequest =
    "https://waymark.health/fhir/StructureMap/referral-to-servicerequest";
constexpr std::string_view kToTask = "https://waymark.health/fhir/StructureMap/referral-to-task";
constexpr std::string_view kToAssignmentTask =
    "https://waymark.health/fhir/StructureMap/assignment-to-task";

/// The ids of contained resources that the tree's references name ("#id").
void collectFragments(tree::Element element, std::vector<std::string_view>& to) {
    if (element.type() == type::Reference) {
        const std::string_view text = textOf(element, name::reference);
        if (text.size() > 1 && text.front() == '#') to.push_back(text.substr(1));
    }
    for (const tree::Element child : element.children()) collectFragments(child, to);
}

}  // namespace

Presentation::Presentation(const mappings::Set& set, const config::Config& config,
                           const Dossier& dossier, const State& state, tree::Arena& arena)
    : set_(set),
      config_(config),
      dossier_(dossier),
      state_(state),
      arena_(arena),
      builder_(arena, set.model()),
      view_(set, config, builder_) {}

Result<void> Presentation::read() {
    const Result<tree::Document> message = readStoredMessage(dossier_, set_, arena_);
    if (!message) return std::unexpected(message.error());
    const Result<tree::Document> record = readStoredRecord(dossier_, set_, arena_);
    if (!record) return std::unexpected(record.error());
    message_.emplace(message->root, set_.model());
    check(message_->serviceRequest() != nullptr, "an accepted message has one ServiceRequest");
    copy_.emplace(*message_, dossier_.id, builder_);
    mapped_ = record->root;
    return {};
}

tree::Node* Presentation::record() {
    tree::Node* const made = view_.make(mapped_, dossier_.id, state_);
    view_.addLinks(made, *message_, *copy_);
    return made;
}

tree::Node* Presentation::recordFor(const Assignment& assignment) {
    tree::Node* const made = record();
    view_.addRecipient(made, assignment);
    return made;
}

PracticeCopy::Meta Presentation::currentMeta() const {
    return {.versionId = std::to_string(state_.shownVersion),
            .lastUpdated = instantText(state_.updated)};
}

Result<tree::Element> Presentation::serviceRequest(Random& random) {
    const Message::Entry& entry = *message_->serviceRequest();
    const PracticeCopy::Meta meta = currentMeta();
    const tree::Element sent = tree::view(copy_->resource(entry, meta));
    tree::Node* const begun = copy_->resource(entry, meta);
    return transform(kToServiceRequest, {tree::view(record()), sent}, random, begun);
}

Result<tree::Element> Presentation::task(const Assignment* assignment, Random& random) {
    tree::Node* const begun = builder_.root(type::Task);
    const tree::Node* const source = assignment == nullptr ? record() : recordFor(*assignment);
    const std::string_view map = assignment == nullptr ? kToTask : kToAssignmentTask;
    Result<tree::Element> made = transform(map, {tree::view(source)}, random, begun);
    if (!made) return made;
    bringContained(begun);
    stamp(begun, assignment == nullptr ? dossier_.id.get() : assignment->id.get());
    return made;
}

// What the journal knows goes beside what the map gave: id, and meta with the referral's version.
void Presentation::stamp(tree::Node* task, const Uuid& id) {
    const tree::Element view = tree::view(task);
    if (!view.child(name::id)) builder_.value(task, "id", id.text());
    check(textOf(view, name::id) == id.text(), "the map gives a Task the id of the journal");
    check(!view.child(name::meta), "a map leaves meta to the gateway");
    const PracticeCopy::Meta meta = currentMeta();
    tree::Node* const made = builder_.add(task, "meta");
    builder_.value(made, "versionId", meta.versionId);
    builder_.value(made, "lastUpdated", meta.lastUpdated);
}

tree::Element Presentation::resource(const Message::Entry& entry) {
    return tree::view(
        copy_->resource(entry, {.versionId = "1", .lastUpdated = instantText(state_.received)}));
}

// A contained Patient has no address of its own: the Task that is for them contains them too, and
// whatever they refer to.
void Presentation::bringContained(tree::Node* task) {
    std::map<std::string_view, tree::Element> there;
    tree::Element at = message_->serviceRequest()->resource.child(name::contained);
    for (; at; at = at.nextSame()) there.emplace(textOf(at, name::id), at);
    for (at = tree::view(task).child(name::contained); at; at = at.nextSame()) {
        there.erase(textOf(at, name::id));
    }
    std::vector<std::string_view> wanted;
    collectFragments(tree::view(task), wanted);
    while (!wanted.empty()) {
        const auto found = there.find(wanted.back());
        wanted.pop_back();
        if (found == there.end()) continue;
        const tree::Node* const brought = copy_->element(found->second, task, "contained");
        there.erase(found);
        collectFragments(tree::view(brought), wanted);
    }
}

Result<tree::Element> Presentation::transform(std::string_view map,
                                              std::initializer_list<tree::Element> inputs,
                                              Random& random, tree::Node* target) {
    map::Run run;
    run.arena = &arena_;
    run.random = &random;
    run.now = state_.updated;
    const std::vector<tree::Element> sources(inputs);
    Result<tree::Element> made = set_.maps().transform(map, sources, run, target);
    if (made) return made;
    Failure failure = std::move(made.error());
    failure.kind = Kind::Fault;
    return std::unexpected(std::move(failure));
}

}  // namespace waymark::referral
