#include "counterfoil-verify/records.h"

#include <boost/json/serialize.hpp>
#include <fstream>

#include "codec/canonical.h"
#include "codec/json.h"
#include "codec/subjects.h"
#include "core/files.h"
#include "core/limits.h"
#include "core/time.h"
#include "proof/bundle.h"
#include "proof/receipt.h"

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

}  // namespace

Result<Answer> verify_receipt(const std::string& path, const Trust& trust, const ShowRecord& show) {
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
  CF_LET(const CheckedBundle bundle, read_bundle(path, trust.logs, {}, at));
  CF_LET(const std::string witnessed, check_witnesses(bundle.checkpoint.note, trust.witnesses));
  if (show) CF_TRY(read_bundle(path, trust.logs, show, at));
  const std::string in = as_signed(bundle.checkpoint);
  const std::string not_proved =
      one_history_not_proved(trust) + unknown_facts_not_proved(bundle.unknown_facts);
  const BundleScope& scope = bundle.scope;
  if (scope.subject.empty())
    return Answer{fmt::format("these are all records from {} to {} of the log {}.{}", scope.from,
                              scope.to, in, witnessed),
                  not_proved};
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
