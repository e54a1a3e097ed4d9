// Who sees what, searches and pages.
#include "contract.h"

#include <algorithm>
#include <set>

namespace waymark::store::tests {
namespace {

using referral::Status;

const Viewer kGateway{.client = "none", .organisations = {"G82080", "B81001", "RND"}};

std::vector<ReferralId> found(Store& store, SearchQuery query) {
    const auto page = store.search(query);
    EXPECT_TRUE(page) << page.error().text();
    return page ? page->ids : std::vector<ReferralId>{};
}

TEST_P(StoreContract, ShowsAReferralToItsOrganisationAndItsClientOnly) {
    const auto dossier = accept("G82080", "client-a");
    const auto absent = world_.id<ReferralId>();
    const struct {
        Viewer viewer;
        bool sees;
    } cases[] = {{{.client = "client-b", .organisations = {"G82080"}}, true},
                 {{.client = "client-b", .organisations = {"B81001", "G82080"}}, true},
                 {{.client = "client-a", .organisations = {}}, true},
                 {{.client = "client-b", .organisations = {"B81001"}}, false},
                 {{.client = "", .organisations = {}}, false},
                 {{.client = "client", .organisations = {"G8208"}}, false}};
    const auto assignment = dossier.state.assignments.front().id;
    for (const auto& c : cases) {
        EXPECT_EQ(store().referral(dossier.id, &c.viewer)->has_value(), c.sees);
        EXPECT_EQ(store().assignment(assignment, c.viewer)->has_value(), c.sees);
        EXPECT_FALSE(store().referral(absent, &c.viewer)->has_value());
        SearchQuery query;
        query.viewer = c.viewer;
        EXPECT_EQ(found(store(), query).size(), c.sees ? 1U : 0U);
        query.id = dossier.id;
        EXPECT_EQ(found(store(), query).size(), c.sees ? 1U : 0U);
        query.nhsNumber = "9990000018";
        EXPECT_EQ(found(store(), query).size(), c.sees ? 1U : 0U);
    }
}

TEST_P(StoreContract, ShowsAnAssignmentToItsProviderOnly) {
    const auto dossier = accept("G82080", "client-a", "link-workers");
    const auto assignment = dossier.state.assignments.front().id;
    EXPECT_EQ(store().assignment(assignment, "link-workers").value()->id, dossier.id);
    EXPECT_FALSE(store().assignment(assignment, "gardeners")->has_value());
    EXPECT_FALSE(store().assignment(world_.id<AssignmentId>(), "link-workers")->has_value());
}

TEST_P(StoreContract, FindsByEachFilterExactly) {
    auto commit = world_.accepted();
    commit.create->nhsNumber = "9990000026";
    commit.create->identifiers = {{"urn:a", "1"}, {"urn:b", "2"}};
    commit.create->patientId = "shared-patient";
    commit.create->authored = "2026-11-19T23:30:00-02:00";
    keep(commit);
    const auto other = accept();
    const auto moved = move(other, Status::Accepted);

    const auto only = [&](auto&& set) {
        SearchQuery query;
        query.viewer = kGateway;
        set(query);
        const auto ids = found(store(), query);
        return ids.size() == 1 && ids.front() == *commit.referral;
    };
    const auto none = [&](auto&& set) {
        SearchQuery query;
        query.viewer = kGateway;
        set(query);
        return found(store(), query).empty();
    };
    EXPECT_TRUE(only([](SearchQuery& q) { q.nhsNumber = "9990000026"; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.nhsNumber = "9990000034"; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.nhsNumber = ""; }));
    EXPECT_TRUE(only([](SearchQuery& q) { q.identifier = Identifier{"urn:b", "2"}; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.identifier = Identifier{"urn:b", "1"}; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.identifier = Identifier{"", "2"}; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.identifier = Identifier{"urn:", "b2"}; }));
    EXPECT_TRUE(only([](SearchQuery& q) { q.patientId = "shared-patient"; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.patientId = "shared"; }));
    EXPECT_TRUE(only([&](SearchQuery& q) { q.id = *commit.referral; }));
    EXPECT_TRUE(only([](SearchQuery& q) { q.statuses = {Status::Requested, Status::Failed}; }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.statuses = {Status::Completed}; }));
    EXPECT_TRUE(only([&](SearchQuery& q) {
        q.updated = std::pair(commit.events.back().at, moved.state.updated);
    }));
    EXPECT_TRUE(none([&](SearchQuery& q) {
        q.updated = std::pair(moved.state.updated + Milliseconds(1), Instant::max());
    }));
    EXPECT_TRUE(only([](SearchQuery& q) {
        q.authored = std::pair("2026-11-20T01", "2026-11-20T02");
        q.nhsNumber = "9990000026";
    }));
    EXPECT_TRUE(none([](SearchQuery& q) { q.authored = std::pair("2026-11-19", "2026-11-20"); }));
    EXPECT_TRUE(none([](SearchQuery& q) {
        q.nhsNumber = "9990000026";
        q.identifier = Identifier{"urn:ubrn", "elsewhere"};
    }));
}

TEST_P(StoreContract, FindsAllReferralsOfOnePatient) {
    const auto first = accept();
    auto second = world_.accepted();
    second.create->patientId = first.id.get().text() + "-2";
    keep(second);
    accept();
    SearchQuery query;
    query.viewer = kGateway;
    query.patientId = first.id.get().text() + "-2";
    const auto ids = found(store(), query);
    EXPECT_EQ(ids, (std::vector<ReferralId>{*second.referral, first.id}));
    query.patientId = first.id.get().text() + "-3";
    EXPECT_TRUE(found(store(), query).empty());
}

TEST_P(StoreContract, OrdersByTheNewestChange) {
    const auto a = accept();
    const auto b = accept();
    const auto c = accept();
    move(a, Status::Accepted);
    SearchQuery query;
    query.viewer = kGateway;
    EXPECT_EQ(found(store(), query), (std::vector<ReferralId>{a.id, c.id, b.id}));
}

TEST_P(StoreContract, DoesNotCountAReadingByThePracticeAsAChange) {
    const auto a = accept();
    const auto b = accept();
    Commit told;
    told.referral = a.id;
    told.expectedVersion = a.state.version;
    referral::Event event{.type = referral::EventType::Told, .at = world_.now() + Milliseconds(5)};
    event.detail.toldVersion = 2;
    told.events.push_back(event);
    keep(told);
    SearchQuery query;
    query.viewer = kGateway;
    EXPECT_EQ(found(store(), query), (std::vector<ReferralId>{b.id, a.id}));
    EXPECT_EQ(read(a.id).state.toldVersion, 2U);
    EXPECT_EQ(read(a.id).state.version, a.state.version + 1);
}

TEST_P(StoreContract, PagesWithoutGapsOrRepeatsWhileReferralsArrive) {
    std::vector<ReferralId> expected;
    for (int i = 0; i < 23; ++i) {
        const auto dossier =
            accept(i % 3 == 0 ? "B81001" : "G82080", i % 2 == 0 ? "client-a" : "client-b");
        expected.insert(expected.begin(), dossier.id);
    }
    SearchQuery query;
    query.viewer = {.client = "client-a", .organisations = {"G82080", "B81001", "RND"}};
    query.count = 5;
    std::vector<ReferralId> seen;
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = store().search(query);
        ASSERT_TRUE(page);
        EXPECT_EQ(page->total, 23U);
        EXPECT_LE(page->ids.size(), 5U);
        seen.insert(seen.end(), page->ids.begin(), page->ids.end());
        if (page->next.empty()) break;
        query.cursor = page->next;
        accept();
    }
    EXPECT_EQ(seen, expected);
}

TEST_P(StoreContract, GivesNoNextPageWhenTheLastOneIsFull) {
    for (int i = 0; i < 4; ++i) accept();
    SearchQuery query;
    query.viewer = kGateway;
    query.count = 2;
    auto page = store().search(query);
    ASSERT_FALSE(page->next.empty());
    query.cursor = page->next;
    page = store().search(query);
    EXPECT_EQ(page->ids.size(), 2U);
    EXPECT_TRUE(page->next.empty());
}

TEST_P(StoreContract, CountsOnlyWhenNoRowsAreWanted) {
    accept();
    SearchQuery query;
    query.viewer = kGateway;
    query.count = 0;
    const auto page = store().search(query);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->ids.empty());
    EXPECT_TRUE(page->next.empty());
    EXPECT_EQ(page->total, 1U);
}

TEST_P(StoreContract, FiltersWhilePaging) {
    std::set<ReferralId> accepted;
    for (int i = 0; i < 12; ++i) {
        auto dossier = accept();
        if (i % 2 == 0) accepted.insert(move(dossier, Status::Accepted).id);
    }
    SearchQuery query;
    query.viewer = kGateway;
    query.statuses = {Status::Accepted};
    query.count = 4;
    std::set<ReferralId> seen;
    do {
        const auto page = store().search(query);
        ASSERT_TRUE(page);
        EXPECT_EQ(page->total, 6U);
        seen.insert(page->ids.begin(), page->ids.end());
        query.cursor = page->next;
    } while (!query.cursor.empty());
    EXPECT_EQ(seen, accepted);
}

TEST_P(StoreContract, RefusesACursorThatIsNoneOfOurs) {
    for (const char* cursor : {"x", "AAAA", "!!!!", "AQAAAAAAAAAAAAAAAAAAAAAA", "50"}) {
        SearchQuery query;
        query.viewer = kGateway;
        query.cursor = cursor;
        const auto page = store().search(query);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().kind, Kind::Incorrect);
        AssignmentQuery assignments;
        assignments.provider = "link-workers";
        assignments.cursor = cursor;
        EXPECT_FALSE(store().assignments(assignments)) << cursor;
    }
}

TEST_P(StoreContract, ListsAssignmentsByTheirOldestChange) {
    const auto a = accept("G82080", "client-a", "gardeners");
    const auto b = accept("B81001", "client-b", "gardeners");
    accept("G82080", "client-a", "link-workers");
    const auto moved = move(a, Status::Accepted);
    AssignmentQuery query;
    query.provider = "gardeners";
    auto page = store().assignments(query);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->rows.size(), 2U);
    EXPECT_EQ(page->rows[0].referral, b.id);
    EXPECT_EQ(page->rows[0].status, Status::Requested);
    EXPECT_EQ(page->rows[0].version, 2U);
    EXPECT_EQ(page->rows[1].referral, a.id);
    EXPECT_EQ(page->rows[1].id, a.state.assignments.front().id);
    EXPECT_EQ(page->rows[1].status, Status::Accepted);
    EXPECT_EQ(page->rows[1].version, moved.state.assignments.front().version);
    EXPECT_EQ(page->rows[1].updated, moved.state.assignments.front().updated);
    EXPECT_TRUE(page->next.empty());

    query.statuses = {Status::Requested};
    EXPECT_EQ(store().assignments(query)->rows.size(), 1U);
    query.statuses.clear();
    query.since = moved.state.updated;
    ASSERT_EQ(store().assignments(query)->rows.size(), 1U);
    EXPECT_EQ(store().assignments(query)->rows[0].referral, a.id);
    query.since = moved.state.updated + Milliseconds(1);
    EXPECT_TRUE(store().assignments(query)->rows.empty());
}

TEST_P(StoreContract, NeverMissesAnAssignmentThatChangesWhilePaging) {
    std::vector<referral::Dossier> all;
    for (int i = 0; i < 9; ++i) all.push_back(accept());
    AssignmentQuery query;
    query.provider = "link-workers";
    query.limit = 4;
    auto page = store().assignments(query);
    ASSERT_EQ(page->rows.size(), 4U);
    move(all[0], Status::Accepted);
    move(all[8], Status::Accepted);
    std::vector<ReferralId> rest;
    while (!page->next.empty()) {
        query.cursor = page->next;
        page = store().assignments(query);
        for (const auto& row : page->rows) rest.push_back(row.referral);
    }
    EXPECT_EQ(rest, (std::vector<ReferralId>{all[4].id, all[5].id, all[6].id, all[7].id, all[0].id,
                                             all[8].id}));
}

TEST_P(StoreContract, KeepsTheOrderOfCommitsWhenClocksDisagree) {
    auto late = world_.accepted();
    auto early = world_.accepted();
    for (auto& event : early.events) event.at -= std::chrono::minutes(1);
    keep(late);
    AssignmentQuery query;
    query.provider = "link-workers";
    query.limit = 1;
    keep(early);
    auto page = store().assignments(query);
    EXPECT_EQ(page->rows.front().referral, *late.referral);
    query.cursor = page->next;
    page = store().assignments(query);
    EXPECT_EQ(page->rows.front().referral, *early.referral);
    SearchQuery search;
    search.viewer = kGateway;
    search.updated = std::pair(early.events.back().at, late.events.back().at);
    EXPECT_EQ(found(store(), search), std::vector<ReferralId>{*early.referral});
}

}  // namespace
}  // namespace waymark::store::tests
