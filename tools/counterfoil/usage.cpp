#include "counterfoil/usage.h"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace counterfoil {
namespace {

std::string words_of(const CLI::App& app, const CLI::ParseError& error) {
  if (app.get_subcommands().empty() && error.get_name() == "RequiredError") {
    const auto unknown = app.remaining();
    return unknown.empty()
               ? std::string("name a command; --help lists them")
               : fmt::format("\"{}\" is no command; --help lists them", unknown.front());
  }
  static constexpr std::string_view start = "Could not convert: ";
  if (error.get_name() == "ConversionError")
    return fmt::format("that is no whole number, or too large a one: {}",
                       std::string_view(error.what()).substr(start.size()));
  return error.what();
}

}  // namespace

void explain_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  fmt::print(stderr, "{}: {}\n`{}{}{} --help` says more.\n", app.get_name(), words_of(app, error),
             app.get_name(), chosen.empty() ? "" : " ",
             chosen.empty() ? "" : chosen.front()->get_name());
}

}  // namespace counterfoil
