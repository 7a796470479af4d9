#include "service/create.h"

#include <algorithm>
#include <memory>

#include "counterfoil/commands/command.h"
#include "counterfoil/rule_sets.h"

namespace counterfoil {
namespace {

struct InitOptions {
  LedgerPlan plan;
  std::string rule_set = "city-2024";
  std::string rule_set_from = "1900-01-01";
  std::string fiscal_year_start = "01-01";
};

/// Reads "MM-DD".
Result<void> set_fiscal_year(LedgerPlan& plan, const std::string& text) {
  auto start = parse_date("2000-" + text);
  if (!start)
    return fail(ErrorCode::invalid, "\"{}\" is no first day of a fiscal year: write MM-DD", text);
  const std::string date = format_date(*start);  // 2000-MM-DD
  plan.fiscal_year_month = static_cast<unsigned>(std::stoul(date.substr(5, 2)));
  plan.fiscal_year_day = static_cast<unsigned>(std::stoul(date.substr(8, 2)));
  return {};
}

Result<ExitStatus> init(const GlobalOptions& global, InitOptions options) {
  if (global.ledger.empty())
    return fail(ErrorCode::invalid, "say with --ledger DIR where the ledger is to be created");
  if (!std::ranges::all_of(options.plan.currency, [](char c) { return c >= 'A' && c <= 'Z'; }) ||
      options.plan.currency.size() != 3)
    return fail(ErrorCode::invalid,
                "\"{}\" is no currency: write its three capital letters (ISO "
                "4217), for instance CNY",
                options.plan.currency);
  CF_LET(options.plan.rule_set, rule_set_document(options.rule_set));
  CF_LET(options.plan.rule_set_from, parse_date(options.rule_set_from));
  CF_TRY(set_fiscal_year(options.plan, options.fiscal_year_start));
  if (options.plan.recovery_key_file.empty())
    options.plan.recovery_key_file = global.ledger + ".recovery.key";
  CF_LET(const CreatedLedger created, create_ledger(global.ledger, options.plan, clock_now));
  fmt::print(
      "Created the ledger {} in {}, under rule set {}.\n"
      "  verifier key   {}\n"
      "  signing key    {}/signing.key\n"
      "  admin token    {}/admin.token\n"
      "  recovery key   {}: take it offline now, it replaces a lost signing key\n"
      "Start it with: counterfoild --ledger {}\n",
      options.plan.origin, global.ledger, options.rule_set, created.verifier_key, global.ledger,
      global.ledger, options.plan.recovery_key_file, global.ledger);
  return ExitStatus::done;
}

}  // namespace

void add_init(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("init");
  auto* command =
      app.add_subcommand("init", "Create a ledger in a new folder (needs --ledger DIR)");
  auto options = std::make_shared<InitOptions>();
  LedgerPlan& plan = options->plan;
  command
      ->add_option("--origin", plan.origin, "The log's name, for instance ledger.example.org/city")
      ->required();
  command->add_option("--currency", plan.currency, "ISO 4217 code")->capture_default_str();
  command
      ->add_option("--currency-exponent", plan.currency_exponent,
                   "Digits behind the decimal point of an amount")
      ->capture_default_str()
      ->check(CLI::Range(0, 6));
  command
      ->add_option("--time-zone", plan.time_zone, "IANA name: it says which day a moment lies in")
      ->capture_default_str();
  command->add_option("--fiscal-year-start", options->fiscal_year_start, "First day of it, MM-DD")
      ->capture_default_str();
  command->add_option("--suite", plan.suite, "Hash and signature algorithms")
      ->capture_default_str();
  command->add_flag("--confidential", plan.confidential, "Never to be published");
  command
      ->add_option("--rule-set", options->rule_set, "city-2024, escalating, open, or a JSON file")
      ->capture_default_str();
  command->add_option("--rule-set-from", options->rule_set_from, "Day from which it is in force")
      ->capture_default_str();
  command->add_option("--administrator", plan.administrator, "Opaque id of the first administrator")
      ->capture_default_str();
  command->add_option("--recovery-key", plan.recovery_key_file,
                      "File for the offline recovery key (default: DIR.recovery.key)");
  command->footer(
      "city-2024 refuses what breaks its rules: an adjustment needs a proposal and an approval.\n"
      "open is for history that was decided elsewhere, and reports breaches; escalating is as\n"
      "city-2024, with other cuts for grades.\n"
      "Examples:\n"
      "  counterfoil --ledger ./ledger init --origin ledger.example.org/city\n"
      "  counterfoil --ledger ./israel init --origin example.org/israel --currency ILS \\\n"
      "      --time-zone Asia/Jerusalem --rule-set open");
  command->callback([&global, &action, options] {
    action = [&global, options] { return init(global, *options); };
  });
}

}  // namespace counterfoil
