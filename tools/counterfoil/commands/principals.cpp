#include <iostream>
#include <memory>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/recording.h"
#include "domain/recorders.h"
#include "service/secrets.h"

namespace counterfoil {
namespace {

struct Options {
  std::string principal;
  std::string organisation;
  std::string role;
  std::uint64_t grant = 0;
};

Result<ExitStatus> list(const GlobalOptions& global) {
  CF_LET(const auto access, LedgerAccess::open(global));
  Output output(output_options(global, *access), row_schema_of("principals"), std::cout);
  CF_TRY(each_row(*access, "principals", LineFilter(),
                  [&](capnp::DynamicStruct::Reader row) -> Result<void> {
                    output.row(row);
                    return {};
                  }));
  CF_TRY(output.finish());
  return ExitStatus::done;
}

/// Records one fact of an administrator's.
Result<ExitStatus> record(const GlobalOptions& global, std::string_view what,
                          const std::function<void(schema::Fact::Builder)>& fill) {
  CF_TRY(want_daemon(global, fmt::format("principals {}", what)));
  CF_LET(const std::string random, make_token());
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->recorder().recordRequest();
  auto command = request.initCommands(1)[0];
  command.setCommandId(text_of(fmt::format("{}-{}", what, random.substr(0, 16))));
  command.setRole(schema::Role::ADMIN);
  fill(command.initFacts(1)[0]);
  CF_LET(auto response, access->call(kj::mv(request)));
  Answers answers;
  answers.take(what, response.getAnswers()[0]);
  return answers.worst();
}

Result<ExitStatus> enrol(const GlobalOptions& global, const Options& options) {
  return record(global, "enrol", [&](schema::Fact::Builder fact) {
    auto enrolled = fact.initPrincipalEnrolled();
    enrolled.setPrincipal(text_of(options.principal));
    if (!options.organisation.empty()) enrolled.setOrganisation(text_of(options.organisation));
  });
}

Result<ExitStatus> grant(const GlobalOptions& global, const Options& options) {
  const auto role = role_named(options.role);
  if (!role)
    return fail(ErrorCode::invalid,
                "there is no role \"{}\"; there are unit, department, finance, performance, "
                "treasury, government, congress, audit and admin",
                options.role);
  return record(global, "grant", [&](schema::Fact::Builder fact) {
    auto granted = fact.initRoleGranted();
    granted.setPrincipal(text_of(options.principal));
    granted.setRole(*role);
    if (!options.organisation.empty()) granted.setOrganisation(text_of(options.organisation));
  });
}

Result<ExitStatus> revoke(const GlobalOptions& global, const Options& options) {
  return record(global, "revoke", [&](schema::Fact::Builder fact) {
    fact.initRoleRevoked().setGrant(options.grant);
  });
}

}  // namespace

void add_principals(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "principals", "Who may act, and in which roles; enrol, grant and revoke (admin)");
  command->require_subcommand(0, 1);
  command->footer(
      "The first grant ends the founding of a ledger, during which whoever opened it records in\n"
      "every role; whoever opened it stays an administrator. A role that is bound to an\n"
      "organisation records and reads what is about that unit or department and those below it.\n"
      "Examples:\n"
      "  counterfoil principals\n"
      "  counterfoil principals enrol li.wei --organisation 101\n"
      "  counterfoil principals grant li.wei unit --organisation 101\n"
      "  counterfoil principals revoke 1234");
  command->callback([&global, &action, command] {
    if (command->get_subcommands().empty()) action = [&global] { return list(global); };
  });
  const auto add = [&](const char* what, const char* help, auto carry_out, auto add_options) {
    auto* one = command->add_subcommand(what, help);
    auto options = std::make_shared<Options>();
    add_options(*one, *options);
    one->callback([&global, &action, options, carry_out] {
      action = [&global, options, carry_out] { return carry_out(global, *options); };
    });
  };
  const auto add_principal = [](CLI::App& one, Options& options) {
    one.add_option("principal", options.principal,
                   "Opaque id: letters, digits, '.', '_' and '-', and nobody's name")
        ->required();
  };
  add("enrol", "Let a principal act; tokens and roles come next", enrol,
      [&](CLI::App& one, Options& options) {
        add_principal(one, options);
        one.add_option("--organisation", options.organisation, "That the principal belongs to");
      });
  add("grant", "Grant a role, for one organisation or for all", grant,
      [&](CLI::App& one, Options& options) {
        add_principal(one, options);
        one.add_option("role", options.role, "unit, finance, audit, …")->required();
        one.add_option("--organisation", options.organisation,
                       "Unit or department that the role is for, with those below it");
      });
  add("revoke", "Revoke what a roleGranted allows; open connections end", revoke,
      [&](CLI::App& one, Options& options) {
        one.add_option("grant", options.grant, "Sequence of the roleGranted, as the list shows it")
            ->required();
      });
}

}  // namespace counterfoil
