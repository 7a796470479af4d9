#include "proof/sealed_receipt.h"

#include <array>
#include <istream>

#include "codec/binary_text.h"
#include "codec/canonical.h"
#include "codec/line.h"
#include "core/ids.h"
#include "core/limits.h"
#include "core/text.h"
#include "proof/count_text.h"
#include "proof/line_reader.h"
#include "proof/text_line.h"
#include "proof/tree_proof.h"

namespace counterfoil {
namespace {

struct ClaimWord {
  SealedClaim claim;
  std::string_view start;
};
constexpr std::array<ClaimWord, 3> claim_words{{{SealedClaim::budget, "budget "},
                                                {SealedClaim::complete, "complete "},
                                                {SealedClaim::absent, "absent "}}};
constexpr std::string_view entry_start = "entry ";
constexpr std::string_view hash_start = "hash ";
constexpr std::string_view seal_start = "seal ";
constexpr std::string_view check_start = "check ";

std::string_view start_of(SealedClaim claim) {
  for (const ClaimWord& word : claim_words)
    if (word.claim == claim) return word.start;
  return {};
}

void put_hashes(std::string& text, const std::vector<Hash>& hashes) {
  for (const Hash& hash : hashes) text += fmt::format("hash {}\n", to_base64(bytes_of(hash)));
}

/// A number and bytes in base64, with one space between.
struct Numbered {
  std::uint64_t number = 0;
  std::string bytes;
};

Result<Numbered> parse_numbered(std::string_view text) {
  const std::size_t space = std::min(text.find(' '), text.size());
  Numbered numbered;
  CF_LET(numbered.number, parse_count(text.substr(0, space)));
  CF_LET(numbered.bytes, from_base64(text.substr(std::min(space + 1, text.size()))));
  return numbered;
}

/// Reads the lines of the head, and the empty line behind them.
class HeadReader {
 public:
  explicit HeadReader(LineReader& lines) : lines_(lines) {}

  Result<SealedReceipt> run() {
    for (bool more = true; more;) {
      auto line = lines_.next();
      auto taken = line ? take(*line) : Result<bool>(tl::make_unexpected(line.error()));
      if (!taken)
        return fail_at(fmt::format("line {} of the receipt", lines_.number()),
                       std::move(taken.error()));
      more = *taken;
    }
    return std::move(receipt_);
  }

 private:
  enum class Part { first, claim, entries, seal, end };

  /// False behind the empty line.
  Result<bool> take(std::string_view line) {
    if (part_ == Part::end) {
      if (line.empty()) return false;
      return fail(ErrorCode::invalid, "an empty line should stand here");
    }
    if (part_ == Part::seal && line.starts_with(check_start)) {
      CF_TRY(take_check(line.substr(check_start.size())));
      part_ = Part::end;
      return true;
    }
    CF_TRY(take_said(line));
    said_.append(line).append(1, '\n');
    return true;
  }

  Result<void> take_said(std::string_view line) {
    switch (part_) {
      case Part::first:
        part_ = Part::claim;
        if (line == sealed_first_line) return {};
        return fail(ErrorCode::invalid,
                    "this is no receipt out of a seal: it does not start with {}",
                    sealed_first_line);
      case Part::claim:
        part_ = Part::entries;
        return take_claim(line);
      case Part::entries:
        if (line.starts_with(entry_start)) return take_entry(line.substr(entry_start.size()));
        if (line.starts_with(hash_start) && !receipt_.entries.empty())
          return take_hash(line, receipt_.entries.back().path);
        part_ = Part::seal;
        return take_seal(line);
      case Part::seal:
      case Part::end:
        break;
    }
    return take_hash(line, receipt_.seal.proof);
  }

  Result<void> take_claim(std::string_view line) {
    for (const ClaimWord& word : claim_words) {
      if (!line.starts_with(word.start)) continue;
      receipt_.claim = word.claim;
      receipt_.about = line.substr(word.start.size());
      return check_subject(receipt_.about);
    }
    return fail(ErrorCode::invalid, "{} is no claim: budget, complete or absent should stand here",
                quote(line));
  }

  Result<void> take_entry(std::string_view text) {
    if (receipt_.entries.size() == 2)
      return fail(ErrorCode::invalid, "no receipt needs a third entry");
    CF_LET(Numbered entry, parse_numbered(text));
    receipt_.entries.push_back({entry.number, std::move(entry.bytes), {}});
    return {};
  }

  Result<void> take_seal(std::string_view line) {
    CF_LET(const std::string_view text, text_behind(seal_start, line));
    CF_LET(Numbered seal, parse_numbered(text));
    receipt_.seal.index = seal.number;
    receipt_.seal.record = std::move(seal.bytes);
    return {};
  }

  static Result<void> take_hash(std::string_view line, std::vector<Hash>& to) {
    CF_LET(const std::string_view text, text_behind(hash_start, line));
    if (to.size() == limits::proof_hashes)
      return fail(ErrorCode::limit, "a path has more than {} hashes", limits::proof_hashes);
    CF_LET(const Hash hash, parse_hash(text));
    to.push_back(hash);
    return {};
  }

  Result<void> take_check(std::string_view text) const {
    CF_LET(const Hash hash, parse_hash(text));
    if (hash == Hasher::sha256().digest(said_)) return {};
    return fail(ErrorCode::corrupt, "the lines above were changed: this is not their SHA-256");
  }

  LineReader& lines_;
  Part part_ = Part::first;
  SealedReceipt receipt_;
  std::string said_;  // the lines so far
};

Result<void> check_entries(const std::vector<SealedEntry>& entries, const SealedRoot& root,
                           Hasher& hasher) {
  for (const SealedEntry& entry : entries) {
    const auto reached =
        root_of_inclusion(entry.index, root.entries, hasher.leaf(entry.bytes), entry.path, hasher);
    if (!reached || *reached != root.root)
      return fail(ErrorCode::corrupt,
                  "entry {} is not proved to be among the {} that the seal gives the root of: the "
                  "entry, its path or the seal was changed",
                  entry.index, root.entries);
  }
  return {};
}

Result<void> check_one(const std::vector<SealedEntry>& entries) {
  if (entries.size() == 1) return {};
  return fail(ErrorCode::invalid, "the receipt holds {} entries where one should be",
              entries.size());
}

Result<void> check_complete(const SealedReceipt& receipt, const CheckedBundle& bundle,
                            std::uint64_t last, std::uint64_t covered) {
  CF_LET(const SealedSubject entry, decode_sealed_subject(receipt.entries.front().bytes));
  if (entry.subject != receipt.about)
    return fail(ErrorCode::corrupt, "the entry is that of {}, not of {}", quote(entry.subject),
                receipt.about);
  if (bundle.scope.subject != receipt.about)
    return fail(ErrorCode::corrupt, "the bundle is not of the history of {}", receipt.about);
  if (bundle.records == entry.count && last == entry.last && last < covered) return {};
  return fail(ErrorCode::corrupt,
              "the seal says that {} has {} records until record {}, the newest of them record {}; "
              "the receipt holds {}, the newest of them record {}",
              receipt.about, entry.count, covered - 1, entry.last, bundle.records, last);
}

}  // namespace

std::string format_sealed_head(const SealedReceipt& receipt) {
  std::string text =
      fmt::format("{}\n{}{}\n", sealed_first_line, start_of(receipt.claim), receipt.about);
  for (const SealedEntry& entry : receipt.entries) {
    text += fmt::format("{}{} {}\n", entry_start, entry.index, to_base64(entry.bytes));
    put_hashes(text, entry.path);
  }
  text += fmt::format("{}{} {}\n", seal_start, receipt.seal.index, to_base64(receipt.seal.record));
  put_hashes(text, receipt.seal.proof);
  const Hash check = Hasher::sha256().digest(text);
  return text + fmt::format("{}{}\n\n", check_start, to_base64(bytes_of(check)));
}

Result<void> check_absent(std::string_view subject, const std::vector<SealedEntry>& entries,
                          std::uint64_t size) {
  if (entries.empty()) return fail(ErrorCode::invalid, "the receipt holds no entry");
  const bool has_two = entries.size() == 2;
  const SealedEntry& first = entries.front();
  CF_LET(const SealedSubject left, decode_sealed_subject(first.bytes));
  const bool is_behind = is_sealed_before(left.subject, subject);
  if (!has_two) {
    // It would stand before all entries, or behind all.
    if (is_behind ? first.index + 1 == size
                  : first.index == 0 && is_sealed_before(subject, left.subject))
      return {};
    return fail(ErrorCode::corrupt, "entry {} of {}, that of {}, does not show that {} has none",
                first.index, size, quote(left.subject), subject);
  }
  CF_LET(const SealedSubject right, decode_sealed_subject(entries.back().bytes));
  if (entries.back().index != first.index + 1)
    return fail(ErrorCode::corrupt, "entries {} and {} do not stand beside each other", first.index,
                entries.back().index);
  if (is_behind && is_sealed_before(subject, right.subject)) return {};
  return fail(ErrorCode::corrupt, "the place of {} is not between {} and {}", subject,
              quote(left.subject), quote(right.subject));
}

Result<CheckedSealed> check_sealed_receipt(
    std::istream& in, const std::vector<VerifierKey>& keys,
    const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& at) {
  LineReader lines(in, "the receipt");
  CF_LET(SealedReceipt receipt, HeadReader(lines).run());
  CheckedSealed checked{receipt.claim, receipt.about, {}, {}, {}, 0, 0};
  std::optional<CheckedBundle> bundle;
  std::uint64_t last = 0;
  if (receipt.claim == SealedClaim::complete) {
    const auto follow = [&](std::uint64_t sequence, std::string_view record) {
      last = sequence;
      return visit(sequence, record);
    };
    CF_LET(bundle, check_bundle(in, keys, follow, at));
    checked.checkpoint = bundle->checkpoint;
    checked.records = bundle->records;
    checked.unknown_facts = bundle->unknown_facts;
  } else {
    CF_LET(checked.checkpoint, open_checkpoint(lines.rest(), keys));
  }
  CF_TRY(check_receipt_in(receipt.seal, checked.checkpoint));
  RecordBuffer buffer;
  CF_LET(const auto record, buffer.load(receipt.seal.record));
  if (!record.getFact().isLedgerSealed())
    return fail(ErrorCode::corrupt, "record {} is no seal", receipt.seal.index);
  const auto seal = record.getFact().getLedgerSealed();
  if (seal.getSize() > receipt.seal.index)
    return fail(ErrorCode::corrupt, "seal {} is of {} records, which were not there before it",
                receipt.seal.index, seal.getSize());

  CF_LET(Hasher hasher, Hasher::of_suite(suite_of(checked.checkpoint)));
  CF_LET(const SealedRoot root, receipt.claim == SealedClaim::budget
                                    ? projection_of_seal(seal, budgets_projection, budgets_version)
                                    : subjects_of_seal(seal));
  CF_TRY(check_entries(receipt.entries, root, hasher));
  if (receipt.claim == SealedClaim::absent) {
    CF_TRY(check_absent(receipt.about, receipt.entries, root.entries));
  } else {
    CF_TRY(check_one(receipt.entries));
    checked.entry = receipt.entries.front().bytes;
  }
  if (receipt.claim == SealedClaim::budget)
    CF_TRY(read_budget_entry(checked.entry, receipt.about, [](schema::BudgetRow::Reader) {}));
  if (bundle) CF_TRY(check_complete(receipt, *bundle, last, seal.getSize()));
  checked.seal = std::move(receipt.seal);
  return checked;
}

}  // namespace counterfoil
