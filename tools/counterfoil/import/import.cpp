#include "counterfoil/import/import.h"

#include "counterfoil/import/build.h"
#include "counterfoil/import/sender.h"
#include "counterfoil/import/sources.h"

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
    CF_LET(auto sources, Sources::open(mapping_, files, options_.setting));
    progress_.bytes_total = sources.bytes_total();
    std::vector<Item> window;
    while (!account_.stopped) {
      CF_LET(auto item, sources.next());
      if (!item) break;
      progress_.bytes = sources.bytes_done();
      account_.rows_read += item->group.lines.size();
      if (account_.rows_read - progress_.rows >= rows_between_reports) report();
      window.push_back(std::move(*item));
      if (window.size() == window_groups) CF_TRY(take(window));
    }
    CF_TRY(take(window));
    CF_TRY(sender_.flush());
    progress_.bytes = sources.bytes_done();
    report();
    return {};
  }

 private:
  /// Makes commands of the groups in the window and empties it.
  Result<void> take(std::vector<Item>& window) {
    CF_TRY(prefetch(window));
    for (Item& item : window) {
      if (account_.stopped)
        account_.rows_read -= item.group.lines.size();  // never looked at
      else
        CF_TRY(take(item));
    }
    window.clear();
    return {};
  }

  Result<void> take(Item& item) {
    Sender::Rows rows{*item.file, std::move(item.group.lines)};
    if (!item.group.refusal.empty()) {
      sender_.refuse(rows, item.group.refusal);
      return {};
    }
    Looked references(sender_);
    auto drafts = build(*item.table, scope(*item.table, item.group.rows, references));
    if (references.failure) return tl::unexpected(std::move(*references.failure));
    if (drafts) return sender_.add(std::move(rows), *drafts);
    sender_.refuse(rows, drafts.error().message);
    return {};
  }

  Result<void> prefetch(const std::vector<Item>& window) {
    Wanted wanted;
    for (const Item& item : window)
      if (item.table->refers && item.group.refusal.empty())
        (void)build(*item.table, scope(*item.table, item.group.rows, wanted));
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
