// matches(), matchesFull() and replaceMatches(): patterns that are literals were compiled with the
// expression, others are compiled here.
#include <memory>

#include "fhir/path/functions/functions.h"
#include "fhir/path/pattern.h"

namespace waymark::path::functions {
namespace {

std::shared_ptr<const Pattern> patternOf(Evaluation& run, const Call& call) {
    if (call.at.c != 0) return run.plan().patterns[call.at.c - 1];
    if (!run.step(100)) return nullptr;
    auto compiled = Pattern::compile(call.values[0].string());
    if (compiled) return *std::move(compiled);
    // What is wrong with it would quote it, and it comes from the message.
    run.fail("the text is no regular expression that can be used");
    return nullptr;
}

}  // namespace

bool matches(Evaluation& run, const Call& call) {
    const auto pattern = patternOf(run, call);
    if (!pattern) return false;
    call.out.push(Value::boolean(pattern->matches(call.item.string())));
    return true;
}

bool matchesFull(Evaluation& run, const Call& call) {
    const auto pattern = patternOf(run, call);
    if (!pattern) return false;
    call.out.push(Value::boolean(pattern->matchesFull(call.item.string())));
    return true;
}

bool replaceMatches(Evaluation& run, const Call& call) {
    const auto pattern = patternOf(run, call);
    if (!pattern) return false;
    const std::string_view text = call.item.string();
    if (!run.step(static_cast<std::uint32_t>(text.size() / 16))) return false;
    constexpr std::size_t kLongest = 8U << 20U;
    const auto replaced = pattern->replace(text, call.values[1].string(), run.arena(), kLongest);
    if (!replaced) return run.fail("the text grows beyond 8 MiB", IssueType::TooCostly);
    call.out.push(Value::string(*replaced));
    return true;
}

}  // namespace waymark::path::functions
