#include "fhir/structure/body.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "fhir/tree/xml_reader.h"

namespace waymark::structure {
namespace {

bool isXml(std::string_view body) {
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    const std::size_t first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '<';
}

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
    const auto& r4 = model::Model::r4();
    auto document =
        isXml(body) ? tree::readXml(body, r4, arena, read) : tree::readJson(body, r4, arena, read);
    if (!document) return std::move(document).error().issues;
    auto found = validator.validate(*document, arena, options);
    std::ranges::move(found, std::back_inserter(findings));
    std::ranges::stable_sort(findings, isBefore);
    return findings;
}

}  // namespace waymark::structure
