// The configuration while it is read: what the files say, and the names that they give and use, to
// be checked against each other when all have been read. One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/faults.h"
#include "config/table.h"

namespace waymark::config {

/// A name that a file gives ("provider" "helping-hands") or uses.
struct Name {
    std::string_view noun;
    std::string text;
    Place place;
};

/// A secret by which somebody is recognised, so that no two share it.
struct Token {
    Secret secret;
    Place place;
};

struct Draft {
    std::shared_ptr<Config> config = std::make_shared<Config>();
    Faults faults;
    std::vector<Name> given;
    std::vector<Name> used;
    std::vector<Token> tokens;
};

// Each reads one file's or table's noun into the draft.
void readMain(Table table, Draft& draft);
void readPractice(Table table, Draft& draft);
void readClient(Table table, Draft& draft);
void readProvider(Table table, Draft& draft);
void readRoute(Table table, Draft& draft);

/// What only the whole can show: names unique and known, one catch-all at the end, listeners.
void checkWhole(Draft& draft);

// ---- shared by the readers ----
/// A required id of small letters, digits and hyphens; given as `noun`.
std::string readId(Table& table, std::string_view key, std::string_view noun, Draft& draft);
/// Upper case; a fault when it cannot be an ODS code.
std::string odsCode(Table& table, const Placed<std::string>& written);
/// A secret that must be a bearer token, entered in the draft's tokens.
void readToken(Table& table, std::string_view key, bool required, Secret& into, Draft& draft);

/// The keys that [validation] has wherever it stands; the caller finishes the table.
Validation readValidation(Table& table);
/// That of waymark.toml, with its packages.
void readGeneralValidation(Table table, Config& config);

}  // namespace waymark::config
