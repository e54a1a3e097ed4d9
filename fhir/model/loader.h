// Fills a Model's tables: from the generated lines of R4, then from the TypeSpecs of logical
// models. Used once per Model, on one thread. Faults of the generated lines are bugs; faults of
// specs become issues.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fhir/model/tables.h"

namespace waymark::model {

class Loader {
public:
    Loader();
    /// Adds the R4 types; must come first, so that their ids are the generated ones.
    void addR4();
    void addSpec(const TypeSpec& spec);
    [[nodiscard]] std::vector<Issue>& issues() { return issues_; }
    /// Lays out defs, names and perfect hashes. The loader is used up.
    std::unique_ptr<const Model::Tables> finish();

private:
    struct Draft {
        std::string_view name;
        bool removed = false;  ///< an inherited element that this type does not have
        bool choice = false;
        bool attribute = false;
        bool repeats = false;
        bool required = false;
        std::uint16_t codes = 0;
        std::vector<std::string_view> types;
    };
    struct DraftType {
        std::string_view name;
        std::string_view base;
        TypeKind kind = TypeKind::None;
        bool isAbstract = false;
        std::vector<Draft> own;
    };

    void addHeader(std::string_view line);
    void addElement(std::string_view line);
    void addCodeLists();
    DraftType& draft(std::string_view name);
    bool addChild(const TypeSpec& spec, const ElementSpec& element, std::string_view rootBase);
    void refuse(const TypeSpec& spec, std::string_view path, std::string text);
    bool checkSpec(const TypeSpec& spec, const ElementSpec& element);

    std::string_view keep(std::string text);
    NameId intern(std::string_view name);
    [[nodiscard]] TypeId idOf(std::string_view typeName) const;

    void internNames();
    void layOutTypes();
    std::vector<Draft> allElements(const DraftType& type) const;
    void appendDefs(const std::vector<Draft>& elements);
    void layOutShapes();
    Member pooled(std::string_view name);
    void layOutResources();
    void layOutCodes();
    Shape perfectHash(std::size_t firstMember, std::size_t count);

    std::unique_ptr<Model::Tables> tables_;
    std::vector<DraftType> drafts_;
    std::unordered_map<std::string_view, std::size_t> draftIds_;
    std::vector<std::pair<std::size_t, std::size_t>> slotRanges_;
    std::vector<std::string_view> openTypes_;  ///< what "&" stands for
    std::vector<std::vector<std::string_view>> codeLists_;
    std::vector<std::uint16_t> codesOfDefs_;  ///< beside tables_->defs
    std::vector<Issue> issues_;
};

}  // namespace waymark::model
