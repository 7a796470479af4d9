#include "counterfoil-verify/records.h"

#include <boost/json/serialize.hpp>
#include <fstream>

#include "codec/canonical.h"
#include "codec/json.h"
#include "core/files.h"
#include "core/limits.h"
#include "core/time.h"
#include "proof/bundle.h"
#include "proof/receipt.h"

namespace counterfoil {
namespace {

std::string name_of_fact(schema::Fact::Reader fact) {
  const capnp::DynamicStruct::Reader reader = fact;
  KJ_IF_MAYBE (member, reader.which()) {
    return member->getProto().getName().cStr();
  }
  return "a fact that this program is too old to name";
}

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
  return Answer{
      fmt::format("record {} ({}, recorded {}) is in the log {}.{}", receipt->index,
                  name_of_fact(record.getFact()), format_instant(Instant{record.getRecordedAt()}),
                  as_signed(*in), witnessed),
      one_history_not_proved(trust)};
}

Result<Answer> verify_bundle(const std::string& path, const Trust& trust, const ShowRecord& show,
                             const At& at) {
  CF_LET(const CheckedBundle bundle, read_bundle(path, trust.logs, {}, at));
  CF_LET(const std::string witnessed, check_witnesses(bundle.checkpoint.note, trust.witnesses));
  if (show) CF_TRY(read_bundle(path, trust.logs, show, at));
  const std::string in = as_signed(bundle.checkpoint);
  const BundleScope& scope = bundle.scope;
  if (scope.subject.empty())
    return Answer{fmt::format("these are all records from {} to {} of the log {}.{}", scope.from,
                              scope.to, in, witnessed),
                  one_history_not_proved(trust)};
  return Answer{
      fmt::format("these are the records 0 to {} of the history of {}, with none missing between, "
                  "in the log {}.{}",
                  bundle.records - 1, scope.subject, in, witnessed),
      fmt::format("whether more was recorded about it until record {}; nor {}",
                  bundle.checkpoint.checkpoint.size - 1, one_history_not_proved(trust))};
}

Result<std::string> record_line(std::string_view record) {
  RecordBuffer buffer;
  CF_LET(const auto reader, buffer.load(record));
  return boost::json::serialize(to_json(reader)) + "\n";
}

}  // namespace counterfoil
