// Each subcommand adds itself to the program; its callback runs it and sets the exit status.
#pragma once

#include "gateway/cli/command_line.h"

namespace CLI {
class App;
}

namespace waymark::cli {

void addServe(CLI::App& program, Exit& status);       ///< serve --config DIR
void addCheck(CLI::App& program, Exit& status);       ///< check --config DIR
void addReferrals(CLI::App& program, Exit& status);   ///< referrals show ID
void addDeliveries(CLI::App& program, Exit& status);  ///< deliveries list|show|replay|hold|release
void addReload(CLI::App& program, Exit& status);      ///< reload
void addAudit(CLI::App& program, Exit& status);       ///< audit reconcile
void addStore(CLI::App& program, Exit& status);       ///< store backup, store restore
void addMap(CLI::App& program, Exit& status);         ///< map check, run, test, new ...
void addSimulate(CLI::App& program, Exit& status);    ///< simulate provider, simulate practice
void addValidate(CLI::App& program, Exit& status);    ///< validate FILE...
void addDemo(CLI::App& program, Exit& status);        ///< demo
void addFhirPath(CLI::App& program, Exit& status);    ///< fhirpath EXPR FILE, fhirpath --cases FILE
void addConvert(CLI::App& program, Exit& status);     ///< convert FILE --to json|xml

}  // namespace waymark::cli
