#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "core/result.h"

namespace counterfoil {

/// What a command does when it was chosen.
struct Action {
  /// Reads what the options name. What is wrong there is wrong usage.
  std::function<Result<void>()> prepare;
  /// Prints the answer; an error is the answer "no", or that it could not be found.
  std::function<Result<void>()> run;
};

/// Adds every command with its options, help and examples; sets `action` when one is chosen.
void add_commands(CLI::App& app, Action& action);

}  // namespace counterfoil
