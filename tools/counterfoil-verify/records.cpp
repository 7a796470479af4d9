#include "counterfoil-verify/records.h"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <map>

#include "codec/canonical.h"
#include "codec/json.h"
#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "core/files.h"
#include "core/limits.h"
#include "core/money.h"
#include "core/text.h"
#include "core/time.h"
#include "proof/bundle.h"
#include "proof/sealed_receipt.h"
#include "proof/sealed_subjects.h"

namespace counterfoil {
namespace {

Result<CheckedBundle> read_bundle(const std::string& path, const std::vector<VerifierKey>& keys,
                                  const ShowRecord& show, const At& at) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_failure("open", path);
  auto checked = check_bundle(
      in, keys,
      [&](std::uint64_t, std::string_view record) -> Result<void> {
        return show ? show(record) : Result<void>();
      },
      at);
  if (!checked) return fail_at(path, std::move(checked).error());
  return checked;
}

/// Decimals that a ledger's currency may have.
constexpr unsigned currency_exponent_max = 6;

/// Follows the records of an export that begins with the first one and leaves none out, and
/// computes seals in it again; of any other it says nothing.
class FullExport {
 public:
  explicit FullExport(const std::vector<VerifierKey>& keys) {
    // Which suite the log's is, only the checkpoint tells, at the end of the file.
    for (const VerifierKey& key : keys) {
      const std::string_view suite = suite_of(key.type());
      if (walks_.contains(suite)) continue;
      if (auto hasher = Hasher::of_suite(suite)) walks_.emplace(suite, std::move(*hasher));
    }
  }

  Result<void> follow(std::string_view bytes) {
    if (is_left_out_) return {};
    CF_LET(const auto record, buffer_.load(bytes));
    is_left_out_ = record.getSequence() != next_++;
    if (is_left_out_) return {};
    CF_TRY(chains_.follow(record));
    for (auto& [suite, walk] : walks_)
      if (!walk.problem)
        if (auto found = walk.seals.follow(record, chains_, walk.hasher); !found)
          walk.problem = std::move(found).error();
    return {};
  }
  /// Under the log's suite. An error is a seal that says what is not so.
  Result<SealedSubjects::Found> seals(std::string_view suite) const {
    const auto walk = walks_.find(suite);
    if (is_left_out_ || walk == walks_.end()) return SealedSubjects::Found{};
    if (walk->second.problem) return tl::make_unexpected(*walk->second.problem);
    return walk->second.seals.found();
  }

 private:
  struct Walk {
    explicit Walk(Hasher of) : hasher(std::move(of)) {}
    Hasher hasher;
    SealedSubjects seals;
    std::optional<Error> problem;
  };
  std::map<std::string_view, Walk> walks_;  // by suite
  SubjectChains chains_;
  RecordBuffer buffer_;
  std::uint64_t next_ = 0;
  bool is_left_out_ = false;  // a record is
};

/// Whether the file begins as receipts out of a seal do.
Result<bool> is_sealed_receipt(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_failure("open", path);
  std::string start(sealed_first_line.size(), '\0');
  in.read(start.data(), static_cast<std::streamsize>(start.size()));
  return start == sealed_first_line;
}

Result<CheckedSealed> read_sealed_receipt(const std::string& path,
                                          const std::vector<VerifierKey>& keys,
                                          const ShowRecord& show, const At& at) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return file_failure("open", path);
  auto checked = check_sealed_receipt(
      in, keys,
      [&](std::uint64_t, std::string_view record) -> Result<void> {
        return show ? show(record) : Result<void>();
      },
      at);
  if (!checked) return fail_at(path, std::move(checked).error());
  return checked;
}

/// The unit that amounts of the line are in.
struct Unit {
  unsigned exponent = 0;
  std::string name;
};

Unit unit_of(const LineId& line, schema::LedgerSealed::Reader seal) {
  if (line.measure == headcount_measure) return {headcount_exponent, "posts"};
  const std::string currency(view(seal.getCurrency()));
  if (!is_id(currency) || seal.getCurrencyExponent() > currency_exponent_max)
    return {0, "minor units of the currency"};
  return {seal.getCurrencyExponent(), currency};
}

Result<std::string> budget_claim(const CheckedSealed& checked, schema::LedgerSealed::Reader seal) {
  CF_LET(const LineId line, parse_line(checked.about));
  const Unit unit = unit_of(line, seal);
  std::string claim;
  CF_TRY(read_budget_entry(checked.entry, checked.about, [&](schema::BudgetRow::Reader row) {
    const auto amount = [&](std::int64_t minor) {
      return format_major(Money{minor}, unit.exponent, ',');
    };
    claim = fmt::format(
        "the current budget of {} is {} {} (original {}, committed {}, spent {}, available {}; "
        "changed last by event {})",
        checked.about, amount(row.getCurrent()), unit.name, amount(row.getOriginal()),
        amount(row.getCommitted()), amount(row.getSpent()), amount(row.getAvailable()),
        row.getLastSequence());
  }));
  return claim;
}

Result<std::string> claim_of(const CheckedSealed& checked, schema::LedgerSealed::Reader seal) {
  if (checked.claim == SealedClaim::budget) return budget_claim(checked, seal);
  if (checked.claim == SealedClaim::absent) return fmt::format("{} has no event", checked.about);
  return fmt::format("the {} events of {} in this file are all there are", checked.records,
                     checked.about);
}

Result<Answer> verify_sealed(const std::string& path, const Trust& trust, const ShowRecord& show,
                             const At& at) {
  CF_LET(const CheckedSealed checked, read_sealed_receipt(path, trust.logs, {}, at));
  CF_LET(const std::string witnessed, check_witnesses(checked.checkpoint.note, trust.witnesses));
  if (show && checked.claim == SealedClaim::complete) {
    CF_TRY(read_sealed_receipt(path, trust.logs, show, at));
  } else if (show) {
    CF_TRY(show(checked.seal.record));
  }
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(checked.seal.record));
  const auto seal = record.getFact().getLedgerSealed();
  const std::uint64_t covered = seal.getSize();
  CF_LET(const std::string claim, claim_of(checked, seal));
  return Answer{
      fmt::format("seal {} (recorded {}) says of the first {} records that {}; the seal is in the "
                  "log {}.{}",
                  checked.seal.index, format_instant(Instant{record.getRecordedAt()}), covered,
                  claim, as_signed(checked.checkpoint), witnessed),
      fmt::format("that the records give what the seal says: it is the word of the ledger's "
                  "operator, and was not computed again here; {} does that. Nor what was recorded "
                  "from record {} on; nor {}",
                  checked.claim == SealedClaim::budget
                      ? "`counterfoil verify`, with the ledger,"
                      : "`counterfoil-verify log`, with the whole log,",
                  covered,
                  one_history_not_proved(trust) + unknown_facts_not_proved(checked.unknown_facts))};
}

}  // namespace

Result<Answer> verify_receipt(const std::string& path, const Trust& trust, const ShowRecord& show,
                              const At& at) {
  CF_LET(const bool is_sealed, is_sealed_receipt(path));
  if (is_sealed) return verify_sealed(path, trust, show, at);
  CF_LET(const std::string text, read_file(path, limits::receipt_bytes));
  const auto receipt = parse_receipt(text);
  if (!receipt) return fail_at(path, receipt.error());
  const auto in = check_receipt(*receipt, trust.logs);
  if (!in) return fail_at(path, in.error());
  CF_LET(const std::string witnessed, check_witnesses(in->note, trust.witnesses));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(receipt->record));
  if (show) CF_TRY(show(receipt->record));
  const bool known = check_known(record.getFact()).has_value();
  return Answer{
      fmt::format(
          "record {} ({}, recorded {}) is in the log {}.{}", receipt->index,
          known ? fact_name(record.getFact()) : "a fact that this program is too old to name",
          format_instant(Instant{record.getRecordedAt()}), as_signed(*in), witnessed),
      one_history_not_proved(trust) + unknown_facts_not_proved(known ? 0 : 1)};
}

Result<Answer> verify_bundle(const std::string& path, const Trust& trust, const ShowRecord& show,
                             const At& at) {
  FullExport full(trust.logs);
  const auto follow = [&](std::string_view record) { return full.follow(record); };
  CF_LET(const CheckedBundle bundle, read_bundle(path, trust.logs, follow, at));
  CF_LET(const std::string witnessed, check_witnesses(bundle.checkpoint.note, trust.witnesses));
  if (show) CF_TRY(read_bundle(path, trust.logs, show, at));
  const std::string in = as_signed(bundle.checkpoint);
  const std::string not_proved =
      one_history_not_proved(trust) + unknown_facts_not_proved(bundle.unknown_facts);
  const BundleScope& scope = bundle.scope;
  if (scope.subject.empty()) {
    CF_LET(const auto seals, full.seals(suite_of(bundle.checkpoint)));
    return Answer{fmt::format("these are all records from {} to {} of the log {}.{}{}", scope.from,
                              scope.to, in, seals_proved(seals), witnessed),
                  not_proved + seals_not_proved(seals)};
  }
  return Answer{
      fmt::format("these are the records 0 to {} of the history of {}, with none missing between, "
                  "in the log {}.{}",
                  bundle.records - 1, scope.subject, in, witnessed),
      fmt::format(
          "whether more was recorded about it until record {}, or under another subject, which "
          "`counterfoil-verify log` finds; nor {}",
          bundle.checkpoint.checkpoint.size - 1, not_proved)};
}

Result<std::string> record_line(std::string_view record) {
  RecordBuffer buffer;
  CF_LET(const auto reader, buffer.load(record));
  return boost::json::serialize(to_json(reader)) + "\n";
}

}  // namespace counterfoil
