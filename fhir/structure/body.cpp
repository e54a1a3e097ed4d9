#include "fhir/structure/body.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "fhir/tree/reader.h"

namespace waymark::structure {
namespace {

/// By line and column; what has no place comes last.
bool isBefore(const Issue& a, const Issue& b) {
    const auto key = [](const Issue& issue) {
        return std::tuple(issue.at.line == 0, issue.at.line, issue.at.column);
    };
    return key(a) < key(b);
}

}  // namespace

std::vector<Issue> validateBody(std::string_view body, const Validator& validator,
                                tree::Arena& arena, const Options& options,
                                tree::ReadOptions read) {
    std::vector<Issue> findings;
    read.faults = &findings;
    auto document = tree::read(body, model::Model::r4(), arena, read);
    if (!document) return std::move(document).error().issues;
    auto found = validator.validate(*document, arena, options);
    std::ranges::move(found, std::back_inserter(findings));
    std::ranges::stable_sort(findings, isBefore);
    return findings;
}

}  // namespace waymark::structure
