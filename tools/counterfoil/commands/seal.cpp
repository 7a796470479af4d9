#include "codec/canonical.h"
#include "codec/text.h"
#include "counterfoil/commands/command.h"

namespace counterfoil {
namespace {

Result<ExitStatus> seal(const GlobalOptions& global) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(auto response, access->call(access->admin().sealRequest()));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(view(response.getRecord())));
  const auto sealed = record.getFact().getLedgerSealed();
  if (response.getAgain())
    fmt::print("Nothing was recorded since seal {}, which covers the {} records before it.\n",
               record.getSequence(), sealed.getSize());
  else
    fmt::print("Sealed by record {}: {} records, the histories of {} subjects, {} projections.\n",
               record.getSequence(), sealed.getSize(), sealed.getSubjects(),
               sealed.getProjections().size());
  for (const auto why : response.getLeftOut())
    fmt::print(stderr, "counterfoil: the seal leaves a view out: {}\n", view(why));
  return ExitStatus::done;
}

}  // namespace

void add_seal(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("seal");
  auto* command = app.add_subcommand(
      "seal", "Record what the ledger amounts to now, so that small receipts can prove it (admin)");
  command->footer(
      "A daemon seals by itself when a period was closed, and with --seal-every HOURS.\n"
      "Example:\n"
      "  counterfoil seal");
  command->callback([&global, &action] { action = [&global] { return seal(global); }; });
}

}  // namespace counterfoil
