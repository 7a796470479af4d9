#include "counterfoil/log_reader.h"

#include <algorithm>

#include "codec/text.h"
#include "core/limits.h"
#include "counterfoil/named_files.h"

namespace counterfoil {

Result<LogReader> LogReader::of(LedgerAccess& access) {
  LogReader reader(access);
  for (const auto text : access.info().getVerifierKeys()) {
    CF_LET(VerifierKey key, VerifierKey::parse(view(text)));
    reader.keys_.push_back(std::move(key));
  }
  return reader;
}

Result<Hasher> LogReader::hasher() const {
  return Hasher::of_suite(view(access_.info().getSuite()));
}

Result<SignedCheckpoint> LogReader::checkpoint() {
  CF_LET(auto response, access_.call(access_.log().checkpointRequest()));
  return open_checkpoint(view(response.getNote()), keys_);
}

Result<SignedCheckpoint> LogReader::kept_checkpoint(const std::string& file) {
  CF_LET(const std::string note, read_input(file));
  auto kept = open_checkpoint(note, keys_);
  if (!kept) return fail_at(file, kept.error());
  const std::uint64_t size = access_.info().getSize();
  if (kept->checkpoint.size > size)
    return fail(ErrorCode::refused,
                "{} is a checkpoint of {} records, but the ledger holds {}: records were removed, "
                "or this is an older copy of it",
                file, kept->checkpoint.size, size);
  return kept;
}

Result<std::vector<Hash>> LogReader::read(const std::vector<Subtree>& subtrees) {
  std::vector<Hash> hashes;
  while (hashes.size() < subtrees.size()) {
    const std::size_t count = std::min(subtrees.size() - hashes.size(), limits::rows_in_page);
    auto request = access_.log().treeHashesRequest();
    auto list = request.initSubtrees(static_cast<unsigned>(count));
    for (unsigned i = 0; i < count; ++i) {
      list[i].setHeight(static_cast<std::uint8_t>(subtrees[hashes.size() + i].height));
      list[i].setIndex(subtrees[hashes.size() + i].index);
    }
    CF_LET(auto response, access_.call(kj::mv(request)));
    if (response.getHashes().size() != count)
      return fail(ErrorCode::corrupt, "the ledger gave {} hashes where {} were asked for",
                  response.getHashes().size(), count);
    for (const auto bytes : response.getHashes()) {
      Hash hash{};
      if (bytes.size() != hash.size())
        return fail(ErrorCode::corrupt, "the ledger gave a hash of {} bytes", bytes.size());
      std::copy(bytes.begin(), bytes.end(), hash.begin());
      hashes.push_back(hash);
    }
  }
  return hashes;
}

Result<void> LogReader::each_record(
    std::uint64_t from, std::uint64_t end,
    const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit) {
  while (from < end) {
    auto request = access_.log().recordsRequest();
    request.setFrom(from);
    request.setLimit(
        static_cast<std::uint32_t>(std::min<std::uint64_t>(end - from, limits::rows_in_page)));
    CF_LET(auto response, access_.call(kj::mv(request)));
    if (response.getRecords().size() == 0)
      return fail(ErrorCode::not_found, "the ledger has no record {}", from);
    for (const auto record : response.getRecords()) {
      if (from == end) break;
      CF_TRY(visit(from++, view(record)));
    }
  }
  return {};
}

Result<Receipt> LogReader::receipt(std::uint64_t sequence, const SignedCheckpoint& in) {
  if (sequence >= in.checkpoint.size)
    return fail(ErrorCode::not_found,
                "the checkpoint is of {} records, so there is no record {} in it: the newest is {}",
                in.checkpoint.size, sequence, in.checkpoint.size - 1);
  Receipt receipt{{}, sequence, {}, format_note(in.note)};
  CF_TRY(each_record(sequence, sequence + 1,
                     [&](std::uint64_t, std::string_view record) -> Result<void> {
                       receipt.record = record;
                       return {};
                     }));
  CF_LET(Hasher in_suite, hasher());
  CF_LET(receipt.proof, prove_inclusion(sequence, in.checkpoint.size, *this, in_suite));
  CF_TRY(check_receipt(receipt, keys_));  // nothing is handed out that would not verify
  return receipt;
}

}  // namespace counterfoil
