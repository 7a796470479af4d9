#include "import.h"

#include "build.h"
#include "groups.h"
#include "sender.h"

namespace counterfoil::intake {
namespace {

/// Groups whose references are asked for at once.
constexpr std::size_t window_groups = 512;
constexpr std::uint64_t rows_between_reports = 1'000;

/// Collects what a template refers to, without asking for any.
class Wanted : public References {
 public:
  Result<std::optional<Sequence>> first_of(const std::string& id) override {
    ids.push_back(id);
    return Sequence{};
  }
  std::vector<std::string> ids;
};

class Looked : public References {
 public:
  explicit Looked(Sender& sender) : sender_(sender) {}
  Result<std::optional<Sequence>> first_of(const std::string& id) override {
    auto first = sender_.first_of(id);
    if (!first) failure = first.error();
    return first;
  }
  std::optional<Error> failure;  // the ledger could not be asked: not the row's fault

 private:
  Sender& sender_;
};

class Importer {
 public:
  Importer(const Mapping& mapping, Ledger& ledger, const ImportOptions& options, Account& account)
      : mapping_(mapping),
        options_(options),
        account_(account),
        sender_(ledger, options, account) {}

  Result<void> run(std::span<const std::filesystem::path> files) {
    CF_TRY(check(files));
    for (const auto& file : files) {
      CF_TRY(run_file(file));
      if (account_.stopped) break;
    }
    report();
    return {};
  }

 private:
  Result<void> check(std::span<const std::filesystem::path> files) {
    for (const auto& file : files) {
      CF_LET(const auto reader, CsvReader::open(file, mapping_.encoding));
      CF_LET(const auto matched, match(mapping_, file.string(), reader.header()));
      if (matched.table->form == Form::lines)
        return fail(ErrorCode::invalid,
                    "{} fits the table {}, which only serves to reconcile; leave it out",
                    file.string(), matched.table->name);
      progress_.bytes_total += reader.bytes_total();
    }
    return {};
  }

  Result<void> run_file(const std::filesystem::path& file) {
    CF_LET(auto groups, Groups::open(mapping_, file));
    const std::uint64_t before = progress_.bytes;
    std::vector<Group> window;
    while (!account_.stopped) {
      CF_LET(auto group, groups.next());
      if (!group) break;
      progress_.bytes = before + groups.bytes_done();
      account_.rows_read += group->lines.size();
      if (account_.rows_read - progress_.rows >= rows_between_reports) report();
      window.push_back(std::move(*group));
      if (groups.table().refers && window.size() < window_groups) continue;
      CF_TRY(take(groups, window));
    }
    CF_TRY(take(groups, window));
    CF_TRY(sender_.flush());
    progress_.bytes = before + groups.bytes_total();
    return {};
  }

  /// Makes commands of the groups in the window and empties it.
  Result<void> take(const Groups& groups, std::vector<Group>& window) {
    if (groups.table().refers) CF_TRY(prefetch(groups.table(), window));
    for (Group& group : window) {
      if (account_.stopped) {
        account_.rows_read -= group.lines.size();  // never looked at
        continue;
      }
      CF_TRY(take(groups, std::move(group)));
    }
    window.clear();
    return {};
  }

  Result<void> take(const Groups& groups, Group group) {
    Sender::Rows rows{groups.file(), std::move(group.lines)};
    if (!group.refusal.empty()) {
      sender_.refuse(rows, group.refusal);
      return {};
    }
    Looked references(sender_);
    auto drafts = build(groups.table(), scope(groups.table(), group.rows, references));
    if (references.failure) return tl::unexpected(std::move(*references.failure));
    if (drafts) return sender_.add(std::move(rows), std::move(*drafts));
    sender_.refuse(rows, drafts.error().message);
    return {};
  }

  Result<void> prefetch(const Table& table, const std::vector<Group>& window) {
    Wanted wanted;
    for (const Group& group : window)
      if (group.refusal.empty()) (void)build(table, scope(table, group.rows, wanted));
    sender_.forget_absent();
    return sender_.prefetch(std::move(wanted.ids));
  }

  Scope scope(const Table& table, std::span<const Row> rows, References& references) const {
    return {table.inputs, mapping_.numbers, mapping_.dates, options_.setting, rows, references};
  }

  void report() {
    progress_.rows = account_.rows_read;
    if (options_.progress) options_.progress(progress_);
  }

  const Mapping& mapping_;
  const ImportOptions& options_;
  Account& account_;
  Sender sender_;
  Progress progress_;
};

}  // namespace

Result<void> import_files(const Mapping& mapping, std::span<const std::filesystem::path> files,
                          Ledger& ledger, const ImportOptions& options, Account& account) {
  return Importer(mapping, ledger, options, account).run(files);
}

}  // namespace counterfoil::intake
