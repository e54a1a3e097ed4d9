#include <CLI/CLI.hpp>

#include "gateway/cli/commands.h"
#include "gateway/cli/print.h"
#include "gateway/cli/system_world.h"
#include "gateway/crypto/random.h"
#include "gateway/simulate/practice.h"
#include "gateway/simulate/provider.h"

namespace waymark::cli {
namespace {

Exit outcomeOf(const Result<void>& result) {
    if (result) return Exit::Done;
    printFailure(result.error());
    return Exit::CouldNotRun;
}

void addProvider(CLI::App& simulate, Exit& status) {
    auto* command = simulate.add_subcommand("provider", "Play a provider until it is told to stop");
    auto options = std::make_shared<simulate::ProviderOptions>();
    command->add_option("--id", options->id, "Its id in the configuration")->required();
    command
        ->add_option("--behaviour", options->behaviour, "completes, rejects, down-at-first or fhir")
        ->required();
    command->add_option("--port", options->port, "Port of 127.0.0.1 to listen on")->required();
    command->add_option("--certificate", options->certificate, "PEM; without it plain HTTP");
    command->add_option("--key", options->key, "PEM");
    command->add_option("--provider-api", options->providerApi, "The gateway's provider API")
        ->required();
    command->add_option("--ca", options->ca, "PEM of the CA that signed the gateway's certificate");
    command->add_option("--token", options->token, "File with its token for the provider API")
        ->required();
    command
        ->add_option("--secret", options->secret,
                     "File with its webhook secret, or with the token that its FHIR server wants")
        ->required();
    command->callback([options, &status] {
        const SystemClock clock;
        crypto::SystemRandom random;
        status = outcomeOf(simulate::runProvider(*options, clock, random));
    });
}

void addPractice(CLI::App& simulate, Exit& status) {
    auto* command =
        simulate.add_subcommand("practice", "Send referrals as a practice's system does");
    auto options = std::make_shared<simulate::PracticeOptions>();
    command->add_option("--fhir", options->fhir, "The gateway's FHIR base")->required();
    command->add_option("--ca", options->ca, "PEM of the CA that signed the gateway's certificate");
    command->add_option("--token", options->token, "File with the client's token")->required();
    command->add_option("--referral", options->referrals, "ServiceRequest as JSON; may be repeated")
        ->required();
    command->add_option("--ids", options->ids, "File for the ids that were given");
    command->callback([options, &status] {
        const SystemClock clock;
        crypto::SystemRandom random;
        status = outcomeOf(simulate::runPractice(*options, clock, random));
    });
}

}  // namespace

void addSimulate(CLI::App& program, Exit& status) {
    auto* command = program.add_subcommand("simulate", "Play a practice or a provider");
    command->require_subcommand(1);
    addProvider(*command, status);
    addPractice(*command, status);
}

}  // namespace waymark::cli
