#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "codec/text.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/progress_sink.h"
#include "service/ledger.h"

namespace counterfoil {
namespace {

Result<void> print_views(const OutputOptions& options,
                         capnp::List<schema::ViewInfo>::Reader views) {
  Output output(options, capnp::Schema::from<schema::ViewInfo>(), std::cout);
  for (const auto view : views) output.row(view);
  return output.finish();
}

Result<ExitStatus> projections(const GlobalOptions& global) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->reader().viewsRequest();
  request.setDigests(true);
  CF_LET(auto response, access->call(kj::mv(request)));
  CF_TRY(print_views(output_options(global, *access), response.getViews()));
  for (const auto view : response.getViews())
    if (view.getLastError().size() != 0) return ExitStatus::answer_is_no;
  return ExitStatus::done;
}

Result<ExitStatus> retry(const GlobalOptions& global, const std::string& name) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->admin().retryRequest();
  request.setName(text_of(name));
  CF_LET(auto response, access->call(kj::mv(request)));
  Output output(output_options(global, *access), capnp::Schema::from<schema::ViewInfo>(),
                std::cout);
  output.row(response.getView());
  CF_TRY(output.finish());
  return response.getView().getLastError().size() == 0 ? ExitStatus::done
                                                       : ExitStatus::answer_is_no;
}

Result<ExitStatus> difference(const GlobalOptions& global, const std::string& name) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->admin().compareRequest();
  request.setName(text_of(name));
  request.setProgress(kj::heap<ProgressSink>("folding"));
  CF_LET(auto response, access->call(kj::mv(request)));
  const auto found = response.getComparison();
  Output output(output_options(global, *access), capnp::Schema::from<schema::ViewDifferenceRow>(),
                std::cout);
  for (const auto row : found.getDifferences()) output.row(row);
  // A workbook without rows is a workbook; a table without them says less than the line below.
  if (found.getDiffering() != 0 || global.format == Format::xlsx) CF_TRY(output.finish());
  fmt::print(stderr, "{} version {} at position {}: {} entries, by the journal {}; {} differ{}\n",
             name, found.getVersion(), found.getPosition(), found.getServed(), found.getFolded(),
             found.getDiffering(),
             found.getDiffering() > found.getDifferences().size()
                 ? fmt::format(", of which the first {} are shown", found.getDifferences().size())
                 : "");
  return found.getDiffering() == 0 ? ExitStatus::done : ExitStatus::answer_is_no;
}

struct RebuildOptions {
  std::vector<std::string> names;
  std::string subject;
};

/// One project's rows, folded from its own records; the views are not touched.
Result<ExitStatus> rebuild_subject(const GlobalOptions& global, const std::string& subject) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->reader().rebuiltRequest();
  request.setSubject(text_of(subject));
  CF_LET(auto response, access->call(kj::mv(request)));
  const OutputOptions options = output_options(global, *access);
  Output output(options, capnp::Schema::from<schema::BudgetRow>(), std::cout);
  for (const auto row : response.getBudgets()) output.row(row);
  if (options.format != Format::csv) {  // a CSV file holds one table
    output.next(capnp::Schema::from<schema::AdjustmentRow>());
    for (const auto row : response.getAdjustments()) output.row(row);
  }
  CF_TRY(output.finish());
  return ExitStatus::done;
}

Result<ExitStatus> rebuild_index(const GlobalOptions& global) {
  if (global.ledger.empty())
    return fail(ErrorCode::invalid,
                "the indexes are built again offline: stop the daemon and give --ledger DIR");
  CF_TRY(Ledger::reindex(global.ledger));
  fmt::print("The indexes of subjects and commands and the book are built again.\n");
  return ExitStatus::done;
}

/// The view of that name, where it is one of them.
std::optional<schema::ViewInfo::Reader> find(capnp::List<schema::ViewInfo>::Reader views,
                                             std::string_view name) {
  for (const auto info : views)
    if (view(info.getName()) == name) return info;
  return std::nullopt;
}

void fill(schema::RebuiltRow::Builder row, schema::ViewInfo::Reader before,
          schema::ViewInfo::Reader after) {
  row.setName(after.getName());
  row.setVersion(after.getVersion());
  row.setPosition(after.getPosition());
  row.setRows(after.getRows());
  row.setBefore(before.getDigest());
  row.setAfter(after.getDigest());
  row.setSame(before.getDigest() == after.getDigest());
}

/// Prints the views that were built; the status is "no" where one was not what the journal gives.
Result<ExitStatus> print_rebuilt(const OutputOptions& options,
                                 const std::vector<std::string>& names,
                                 schema::Admin::RebuildResults::Reader rebuilt) {
  Output output(options, capnp::Schema::from<schema::RebuiltRow>(), std::cout);
  std::vector<std::string_view> differing;
  for (const auto after : rebuilt.getAfter()) {
    const std::string_view name = view(after.getName());
    const auto before = find(rebuilt.getBefore(), name);
    if (!before || (!names.empty() && std::ranges::find(names, name) == names.end())) continue;
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::RebuiltRow>();
    fill(row, *before, after);
    output.row(row.asReader());
    // A view that has folded more records since may differ.
    const bool comparable =
        before->getPosition() == after.getPosition() && before->getVersion() == after.getVersion();
    if (comparable && !row.getSame()) differing.push_back(name);
  }
  CF_TRY(output.finish());
  for (const std::string_view name : differing)
    fmt::print(stderr,
               "{}: the view that served until now was not what the journal gives; the new "
               "one serves\n",
               name);
  return differing.empty() ? ExitStatus::done : ExitStatus::answer_is_no;
}

Result<ExitStatus> rebuild_views(const GlobalOptions& global,
                                 const std::vector<std::string>& names) {
  CF_LET(const auto access, LedgerAccess::open(global));
  auto request = access->admin().rebuildRequest();
  auto list = request.initNames(static_cast<unsigned>(names.size()));
  for (unsigned i = 0; i < names.size(); ++i) list.set(i, text_of(names[i]));
  request.setProgress(kj::heap<ProgressSink>("rebuilding"));
  CF_LET(auto response, access->call(kj::mv(request)));
  return print_rebuilt(output_options(global, *access), names, response);
}

Result<ExitStatus> rebuild(const GlobalOptions& global, const RebuildOptions& options) {
  if (!options.subject.empty()) {
    if (!options.names.empty())
      return fail(ErrorCode::invalid, "name views, or --subject, not both");
    return rebuild_subject(global, options.subject);
  }
  const bool index =
      std::find(options.names.begin(), options.names.end(), "index") != options.names.end();
  if (!index) return rebuild_views(global, options.names);
  if (options.names.size() != 1)
    return fail(ErrorCode::invalid, "`rebuild index` stands alone: the views come after it");
  return rebuild_index(global);
}

}  // namespace

void add_projections(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "projections", "Every view: state, position, lag, version, rows, digest, rate, last error");
  command->require_subcommand(0, 1);
  command->footer(
      "Examples:\n"
      "  counterfoil projections\n"
      "  counterfoil projections retry budgets\n"
      "  counterfoil projections diff budgets");
  command->callback([&global, &action, command] {
    if (command->get_subcommands().empty()) action = [&global] { return projections(global); };
  });
  auto name = std::make_shared<std::string>();
  const auto add = [&](const char* what, const char* help, auto carry_out) {
    auto* one = command->add_subcommand(what, help);
    one->add_option("name", *name, "The view")->required();
    one->callback([&global, &action, name, carry_out] {
      action = [&global, name, carry_out] { return carry_out(global, *name); };
    });
  };
  add("retry", "Let a halted view go on where it stands, after what halted it was mended", retry);
  add("diff", "Fold the journal beside a view, and show where the two differ", difference);
}

void add_rebuild(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "rebuild", "Build views again from the journal; prints their digests before and after");
  auto options = std::make_shared<RebuildOptions>();
  command->add_option("name", options->names,
                      "Views to build (default: all); `index`: the journal's own indexes, offline");
  command->add_option("--subject", options->subject,
                      "Print one project's rows, folded from its records alone; as CSV its budget "
                      "lines only, for its adjustments choose another output");
  command->footer(
      "Examples:\n"
      "  counterfoil rebuild budgets\n"
      "  counterfoil rebuild --subject project/010104\n"
      "  counterfoil --ledger ./ledger rebuild index");
  command->callback([&global, &action, options] {
    action = [&global, options] { return rebuild(global, *options); };
  });
}

}  // namespace counterfoil
