#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "config/config.h"
#include "gateway/cli/commands.h"
#include "gateway/cli/print.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/random.h"
#include "gateway/store/sqlite/backup.h"

namespace waymark::cli {
namespace {

struct Arguments {
    std::filesystem::path config;
    std::filesystem::path file;
    bool replace = false;
};

CLI::App* addAction(CLI::App& store, const char* name, const char* about,
                    const std::shared_ptr<Arguments>& arguments) {
    auto* command = store.add_subcommand(name, about);
    command->add_option("--config", arguments->config, "The configuration's folder")
        ->envname("WAYMARK_CONFIG")
        ->required();
    return command;
}

Exit refused(const Failure& failure) {
    printFailure(failure);
    return failure.kind == Kind::Conflict || failure.kind == Kind::Unprocessable
               ? Exit::No
               : Exit::CouldNotRun;
}

void printCounts(const store::Verified& verified) {
    fmt::print("{} referrals, {} events, {} deliveries, {} verdicts\n", verified.referrals,
               verified.events, verified.deliveries, verified.verdicts);
}

Exit backup(const Arguments& arguments) {
    const auto config = config::load(arguments.config);
    if (!config) return refused(config.error());
    const auto copied = store::backupStore((*config)->store, arguments.file);
    if (!copied) return refused(copied.error());
    fmt::print(
        "The store was copied to {}. It cannot be read without the key ring, which is not in "
        "it.\n",
        arguments.file.string());
    return Exit::Done;
}

Exit restore(const Arguments& arguments) {
    const auto config = config::load(arguments.config);
    if (!config) return refused(config.error());
    const auto ring = crypto::KeyRing::load((*config)->keyRing);
    if (!ring) return refused(ring.error());
    crypto::SystemRandom random;
    const auto overwrite = arguments.replace ? store::Overwrite::Yes : store::Overwrite::No;
    const auto verified =
        store::restoreStore(arguments.file, (*config)->store, *ring, random, overwrite);
    if (!verified) return refused(verified.error());
    printCounts(*verified);
    return Exit::Done;
}

Exit verify(const Arguments& arguments) {
    const auto config = config::load(arguments.config);
    if (!config) return refused(config.error());
    const auto ring = crypto::KeyRing::load((*config)->keyRing);
    if (!ring) return refused(ring.error());
    crypto::SystemRandom random;
    const auto path = arguments.file.empty() ? (*config)->store : arguments.file;
    const auto verified = store::verifyStore(path, *ring, random);
    if (!verified) return refused(verified.error());
    printCounts(*verified);
    for (const auto& issue : verified->damage) fmt::print(stderr, "{}\n", describe(issue));
    return verified->damage.empty() ? Exit::Done : Exit::No;
}

}  // namespace

void addStore(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand("store", "Copy the store, bring a copy back, check it");
    command->require_subcommand(1);
    auto arguments = std::make_shared<Arguments>();
    auto* backedUp =
        addAction(*command, "backup", "Copy the store, running or not, into one file", arguments);
    backedUp->add_option("file", arguments->file, "The copy, which must not be there yet")
        ->required();
    backedUp->callback([arguments, &status] { status = backup(*arguments); });
    auto* restored =
        addAction(*command, "restore",
                  "Put a copy in the place of the store, after checking it whole", arguments);
    restored->add_option("file", arguments->file, "The copy")->required();
    restored->add_flag("--replace", arguments->replace, "A store that is there is moved aside");
    restored->callback([arguments, &status] { status = restore(*arguments); });
    auto* verified =
        addAction(*command, "verify", "Read everything against its checksums", arguments);
    verified->add_option("file", arguments->file, "A copy instead of the store");
    verified->callback([arguments, &status] { status = verify(*arguments); });
}

}  // namespace waymark::cli
