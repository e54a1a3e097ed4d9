#include "whole.h"

namespace waymark::store::tests {
namespace {

SearchQuery searchFor(const Commit& commit) {
    SearchQuery query;
    query.viewer = {.client = commit.create->client, .organisations = {}};
    query.identifier = commit.create->identifiers.front();
    return query;
}

}  // namespace

testing::AssertionResult isWhole(Store& store, const Commit& commit) {
    const auto failed = [&](const char* what) {
        return testing::AssertionFailure() << commit.referral->get().text() << ": " << what;
    };
    const auto found = store.referral(*commit.referral, nullptr);
    if (!found) return failed("unreadable") << " " << found.error().text();
    if (!*found) return failed("absent");
    const auto& dossier = **found;
    if (dossier.body != commit.create->body) return failed("another body");
    if (dossier.record != commit.create->record) return failed("another record");
    if (dossier.events.size() < commit.events.size()) return failed("events are missing");
    const auto deliveries = store.deliveries(*commit.referral);
    if (!deliveries || deliveries->size() != commit.deliveries.size()) {
        return failed("another number of deliveries");
    }
    const auto verdict = store.verdict(commit.verdicts.front().key);
    if (!verdict || !*verdict) return failed("no verdict");
    if ((*verdict)->referral != commit.referral) return failed("another verdict");
    const auto page = store.search(searchFor(commit));
    if (!page || page->ids != std::vector{*commit.referral})
        return failed("not found by identifier");
    if (!store.assignment(assignmentOf(commit), "link-workers").value()) {
        return failed("no assignment");
    }
    return testing::AssertionSuccess();
}

testing::AssertionResult isAbsent(Store& store, const Commit& commit) {
    const auto failed = [&](const char* what) {
        return testing::AssertionFailure() << commit.referral->get().text() << ": " << what;
    };
    if (store.referral(*commit.referral, nullptr).value()) return failed("the referral is there");
    if (!store.deliveries(*commit.referral)->empty()) return failed("deliveries are there");
    if (store.verdict(commit.verdicts.front().key).value()) return failed("the verdict is there");
    if (!store.search(searchFor(commit))->ids.empty()) return failed("the identifier is there");
    if (store.assignment(assignmentOf(commit), "link-workers").value()) {
        return failed("the assignment is there");
    }
    return testing::AssertionSuccess();
}

}  // namespace waymark::store::tests
