#include "fhir/tree/builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "fhir/core/check.h"
#include "fhir/model/r4_ids.h"
#include "fhir/tree/json_reader.h"
#include "fhir/tree/json_writer.h"

namespace waymark::tree {
namespace {

const model::Model& r4() {
    return model::Model::r4();
}

std::string jsonOf(const Node* root) {
    std::string out;
    writeJson(view(root), r4(), out);
    return out;
}

TEST(Builder, MakesResources) {
    Arena arena;
    Builder build(arena, r4());
    Node* const bundle = build.root("Bundle");
    build.value(bundle, "type", "collection");
    Node* const entry = build.add(bundle, "entry");
    Node* const patient = build.add(entry, "resource", "Patient");
    build.value(patient, "deceasedBoolean", "true");
    Node* const name = build.add(patient, "name");
    build.value(name, "given", "A");
    build.value(name, "family", "F");
    build.value(name, "given", "B");  // stands with the first
    build.value(build.add(bundle, "entry"), "fullUrl", "urn:x:1");
    EXPECT_EQ(
        jsonOf(bundle),
        R"({"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":)"
        R"("Patient","deceasedBoolean":true,"name":[{"given":["A","B"],"family":"F"}]}},)"
        R"({"fullUrl":"urn:x:1"}]})");
    EXPECT_EQ(expressionTo(view(name), r4()), "Bundle.entry[0].resource.name[0]");
    EXPECT_TRUE(readJson(jsonOf(bundle), r4(), arena));
}

TEST(Builder, RefusesWhatTheModelDoesNotHave) {
    Arena arena;
    Builder build(arena, r4());
    Node* const patient = build.root(model::type::Patient);
    EXPECT_THROW(build.add(patient, "nmae"), InvariantBroken);
    EXPECT_THROW(build.root("Nobody"), InvariantBroken);
    build.value(patient, "gender", "male");
    EXPECT_THROW(build.value(patient, "gender", "female"), InvariantBroken);
    build.value(patient, "deceasedBoolean", "true");
    EXPECT_THROW(build.value(patient, "deceasedDateTime", "2020"), InvariantBroken);
    Node* const entry = build.add(build.root("Bundle"), "entry");
    EXPECT_THROW(build.add(entry, "resource"), InvariantBroken);
    EXPECT_THROW(build.add(entry, "resource", "HumanName"), InvariantBroken);
}

TEST(Builder, CopiesAndRemoves) {
    Arena arena;
    const char* const body =
        R"({"id":"x","resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"extension":[{"url":"u","valueCode":"g"}]}]},)"
        R"({"text":"t"}],"contained":[{"id":"p","resourceType":"Practitioner"}]})";
    const auto source = readJson(body, r4(), arena);
    ASSERT_TRUE(source);
    Builder build(arena, r4());
    EXPECT_EQ(jsonOf(build.copyRoot(source->root)), body);
    Node* const bundle = build.root("Bundle");
    Node* const entry = build.add(bundle, "entry");
    Node* const copy = build.copy(source->root, entry, "resource");
    EXPECT_EQ(jsonOf(copy), body);
    Node* const other = build.root("Practitioner");
    for (Element name = source->root.child(model::name::name); name; name = name.nextSame()) {
        build.copy(name, other, "name");
    }
    build.remove(const_cast<Node*>(other->firstChild));
    EXPECT_EQ(jsonOf(other), R"({"resourceType":"Practitioner","name":[{"text":"t"}]})");
    build.value(build.add(other, "name"), "text", "u");
    EXPECT_EQ(jsonOf(other),
              R"({"resourceType":"Practitioner","name":[{"text":"t"},{"text":"u"}]})");
}

TEST(Builder, BuildsLongListsInLinearTime) {
    Arena arena;
    Builder build(arena, r4());
    Node* const bundle = build.root("Bundle");
    for (int i = 0; i < 100'000; ++i) build.value(build.add(bundle, "entry"), "fullUrl", "urn:x");
    EXPECT_EQ(jsonOf(bundle).size(), 2'000'035U);
}

TEST(Builder, BuildsOpenJson) {
    Arena arena;
    Builder build(arena, r4());
    Node* const root = build.root(model::kOpen);
    build.value(root, "name", "x");
    Node* const own = build.add(root, "our key");
    build.setText(build.add(own, "count", "integer"), "3");
    build.setText(build.add(own, "on", "boolean"), "true");
    build.asItem(build.value(root, "tags", "a"));
    build.value(root, "both", "1");
    build.value(root, "both", "2");
    build.add(root, "nothing");
    EXPECT_EQ(
        jsonOf(root),
        R"({"name":"x","our key":{"count":3,"on":true},"tags":["a"],"both":["1","2"],"nothing":{}})");
    Arena other;
    Builder second(other, r4());
    EXPECT_EQ(jsonOf(second.copyRoot(view(root))), jsonOf(root));
}

TEST(Arena, GivesAlignedMemoryAndKeepsItsChunks) {
    Arena arena(1024);
    for (int round = 0; round < 3; ++round) {
        for (std::size_t size = 1; size < 3000; size = size * 3 + 1) {
            auto* const at = static_cast<char*>(arena.allocate(size, 16));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at) % 16, 0U);
            std::fill_n(at, size, 'x');
        }
        EXPECT_GE(arena.used(), 1600U);
        arena.reset();
        EXPECT_EQ(arena.used(), 0U);
    }
}

TEST(Arena, InternsNames) {
    Arena arena;
    std::string_view first = "one";
    std::string_view again = "one";
    const auto id = arena.intern(first);
    EXPECT_GE(id, model::kFirstOpenName);
    EXPECT_EQ(arena.intern(again), id);
    EXPECT_EQ(first.data(), again.data());
    std::set<std::uint16_t> ids;
    for (int i = 0; i < 40'000; ++i) {
        const std::string name = "n" + std::to_string(i);
        std::string_view key = name;
        const auto next = arena.intern(key);
        if (next == 0) break;
        ids.insert(next);
    }
    EXPECT_EQ(ids.size(), 32'766U);  // and "one": every id is in use
    EXPECT_EQ(arena.intern(again), id);
}

}  // namespace
}  // namespace waymark::tree
