#pragma once

#include <CLI/App.hpp>

namespace counterfoil {

/// Says on stderr what was wrong with the arguments, in our words where CLI11's do not help.
void explain_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace counterfoil
