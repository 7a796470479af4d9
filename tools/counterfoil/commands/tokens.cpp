#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"

namespace counterfoil {
namespace {

struct Options {
  std::string principal;
  std::string id;
  std::string expires;
  bool read_only = false;
  bool record = false;
};

Result<ExitStatus> list(const GlobalOptions& global) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(auto response, access->call(access->admin().tokensRequest()));
  Output output(output_options(global, *access), capnp::Schema::from<schema::TokenInfo>(),
                std::cout);
  for (const auto token : response.getTokens()) output.row(token);
  CF_TRY(output.finish());
  return ExitStatus::done;
}

Result<ExitStatus> issue(const GlobalOptions& global, const Options& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->admin().issueTokenRequest();
  request.setPrincipal(text_of(options.principal));
  if (options.read_only) request.setScope(schema::TokenScope::READ);
  if (options.record) request.setScope(schema::TokenScope::RECORD);
  if (!options.expires.empty()) {
    CF_LET(const Zone zone, access->zone());
    CF_LET(const Instant expires, parse_moment(options.expires, zone));
    request.setExpires(expires.microseconds);
  }
  CF_LET(auto response, access->call(kj::mv(request)));
  fmt::print(stderr, "The token of {}, which {}; it is shown this once:\n",
             view(response.getInfo().getPrincipal()),
             response.getInfo().getScope() == schema::TokenScope::READ
                 ? "may read"
                 : "may read and record as its roles allow");
  fmt::print("{}\n", view(response.getToken()));
  return ExitStatus::done;
}

Result<ExitStatus> withdraw(const GlobalOptions& global, const Options& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->admin().withdrawTokenRequest();
  request.setId(text_of(options.id));
  CF_LET(auto response, access->call(kj::mv(request)));
  fmt::print("Token {} of {} opens nothing any more; {} connections were closed.\n",
             view(response.getInfo().getId()), view(response.getInfo().getPrincipal()),
             response.getClosed());
  return ExitStatus::done;
}

}  // namespace

void add_tokens(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command =
      app.add_subcommand("tokens", "What principals log in with: list, issue, withdraw (admin)");
  command->require_subcommand(0, 1);
  command->footer(
      "A token is shown once; the ledger keeps a salted hash of it.\n"
      "Examples:\n"
      "  counterfoil tokens\n"
      "  (umask 077; counterfoil tokens issue li.wei --expires 2027-12-31 > li.wei.token)\n"
      "  counterfoil tokens withdraw 0123456789abcdef");
  command->callback([&global, &action, command] {
    if (command->get_subcommands().empty()) action = [&global] { return list(global); };
  });
  auto* one = command->add_subcommand("issue", "A new token, on standard output");
  auto options = std::make_shared<Options>();
  one->add_option("principal", options->principal, "An enrolled principal")->required();
  one->add_option("--expires", options->expires,
                  "Day at whose end, or moment at which, it expires (default: never)");
  auto* read_only = one->add_flag("--read-only", options->read_only, "It records nothing");
  one->add_flag("--record", options->record,
                "It records, also for one whose only role is audit (whose tokens usually read)")
      ->excludes(read_only);
  one->callback([&global, &action, options] {
    action = [&global, options] { return issue(global, *options); };
  });
  auto* other = command->add_subcommand("withdraw", "End a token, and connections that used it");
  other->add_option("id", options->id, "Its id: between `cf_` and the next `_`")->required();
  other->callback([&global, &action, options] {
    action = [&global, options] { return withdraw(global, *options); };
  });
}

}  // namespace counterfoil
