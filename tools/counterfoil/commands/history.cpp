#include <memory>

#include "codec/canonical.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/commands/event_printer.h"
#include "counterfoil/standard_output.h"

namespace counterfoil {
namespace {

Result<ExitStatus> print_history(const GlobalOptions& global, const std::string& subject) {
  CF_LET(const auto access, LedgerAccess::open(global));
  EventPrinter printer(output_options(global, *access));
  RecordBuffer buffer;
  std::uint64_t next = 0;
  std::uint64_t count = 0;
  do {
    auto request = access->reader().historyRequest();
    request.setSubject(text_of(subject));
    request.setFrom(next);
    fill(request.initAsOf(), access->as_of());
    CF_LET(auto page, access->call(kj::mv(request)));
    for (const auto bytes : page.getRecords()) {
      CF_LET(const auto record, buffer.load(view(bytes)));
      printer.print(record);
    }
    CF_TRY(flush_output());
    next = page.getNext();
    count = page.getCount();
  } while (next < count);
  CF_TRY(printer.finish());
  return ExitStatus::done;
}

}  // namespace

void add_history(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_past.insert("history");
  auto* command = app.add_subcommand("history", "Every event of a subject, in order");
  auto subject = std::make_shared<std::string>();
  command
      ->add_option("subject", *subject,
                   "For instance project/ID, unit/ID, line/YEAR/PROJECT/FUND/MEASURE/ITEM, "
                   "request/ID, ledger")
      ->required();
  command->footer(
      "Examples:\n"
      "  counterfoil history project/990100-24T-0001\n"
      "  counterfoil --output json history request/52-25");
  command->callback([&global, &action, subject] {
    action = [&global, subject] { return print_history(global, *subject); };
  });
}

}  // namespace counterfoil
