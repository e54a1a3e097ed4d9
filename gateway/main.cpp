// waymark: see gateway/cli/command_line.h for what it can be told to do.
#include "gateway/cli/command_line.h"

int main(int argc, char** argv) { return waymark::cli::run(argc, argv); }
