#include <memory>
#include <optional>

#include "counterfoil/bundle_file.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/progress.h"
#include "proof/bundle.h"

namespace counterfoil {
namespace {

struct ExportOptions {
  std::string subject;
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;
  std::string checkpoint_file;
  std::string file;
};

Result<void> add_range(LogReader& log, const BundleScope& scope, BundleWriter& bundle) {
  ProgressBar bar("exporting");
  return log.each_record(scope.from, scope.to + 1,
                         [&](std::uint64_t sequence, std::string_view record) {
                           bar.show(sequence - scope.from, scope.to + 1 - scope.from);
                           return bundle.add(sequence, record);
                         });
}

Result<ExitStatus> export_bundle(const GlobalOptions& global, const ExportOptions& options) {
  const bool is_range = options.from && options.to;
  if (options.subject.empty() ? !is_range : options.from || options.to)
    return fail(ErrorCode::invalid,
                "say what to export: --subject S, or --from A --to B (sequences, both included)");
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(LogReader log, LogReader::of(*access));
  CF_LET(const SignedCheckpoint in, options.checkpoint_file.empty()
                                        ? log.checkpoint()
                                        : log.kept_checkpoint(options.checkpoint_file));
  const std::uint64_t size = in.checkpoint.size;
  const BundleScope scope{options.subject, options.from.value_or(0), options.to.value_or(0)};
  if (is_range && (scope.from > scope.to || scope.to >= size))
    return fail(ErrorCode::invalid,
                "the checkpoint is of {} records, so a range lies between 0 and {}, its first "
                "sequence not behind its last",
                size, size - 1);
  const auto fill = [&](std::ostream& out) -> Result<void> {
    BundleWriter bundle(out, scope, size, format_note(in.note), log);
    CF_TRY(is_range ? add_range(log, scope, bundle)
                    : add_history(*access, scope.subject, size, bundle));
    return bundle.finish();
  };
  CF_TRY(write_proof_file(options.file, fill));
  return ExitStatus::done;
}

}  // namespace

void add_export(CLI::App& app, GlobalOptions& global, Action& action) {
  global.commands_of_prose.insert("export");
  auto* command = app.add_subcommand(
      "export", "A bundle of records with their proofs, for anybody to check offline");
  auto options = std::make_shared<ExportOptions>();
  command->add_option("file", options->file, "File to write")->required();
  command->add_option("--subject", options->subject, "Every record about this subject");
  command->add_option("--from", options->from, "First sequence of a range");
  command->add_option("--to", options->to, "Last sequence of it");
  command->add_option("--checkpoint", options->checkpoint_file,
                      "Against this checkpoint, which somebody kept (default: the newest)");
  command->footer(
      "Examples:\n"
      "  counterfoil export --subject project/010104 010104.bundle\n"
      "  counterfoil export --from 0 --to 9999 first.bundle\n"
      "  counterfoil-verify bundle 010104.bundle --key \"$VERIFIER_KEY\"");
  command->callback([&global, &action, options] {
    action = [&global, options] { return export_bundle(global, *options); };
  });
}

}  // namespace counterfoil
