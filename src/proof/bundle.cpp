#include "proof/bundle.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "codec/binary_text.h"
#include "codec/canonical.h"
#include "core/ids.h"
#include "core/limits.h"
#include "proof/count_text.h"
#include "proof/line_reader.h"
#include "proof/subject_chain.h"
#include "proof/text_line.h"
#include "proof/tree.h"

namespace counterfoil {
namespace {

constexpr std::string_view first_line = "counterfoil/bundle@v1";
constexpr std::string_view subject_start = "subject ";
constexpr std::string_view range_start = "range ";
constexpr std::string_view size_start = "size ";
constexpr std::string_view record_start = "record ";
constexpr std::string_view hash_start = "hash ";
constexpr std::uint64_t size_max = std::uint64_t{1} << 63;

Result<BundleScope> parse_scope(std::string_view line) {
  BundleScope scope;
  if (line.starts_with(subject_start)) {
    scope.subject = line.substr(subject_start.size());
    CF_TRY(check_subject(scope.subject));
    return scope;
  }
  CF_LET(const std::string_view range, text_behind(range_start, line));
  const std::size_t space = std::min(range.find(' '), range.size());
  CF_LET(scope.from, parse_count(range.substr(0, space)));
  CF_LET(scope.to, parse_count(range.substr(std::min(space + 1, range.size()))));
  return scope;
}

std::string format_scope(const BundleScope& scope) {
  if (!scope.subject.empty()) return fmt::format("{}{}", subject_start, scope.subject);
  return fmt::format("{}{} {}", range_start, scope.from, scope.to);
}

class Checker {
 public:
  using Visit = std::function<Result<void>(std::uint64_t, std::string_view)>;
  using At = std::function<void(std::uint64_t, std::uint64_t)>;

  Checker(std::istream& in, const Visit& visit, const At& at)
      : lines_(in, "the bundle"), visit_(visit), at_(at) {}

  Result<CheckedBundle> run(const std::vector<VerifierKey>& keys) {
    CF_TRY(start_trees(keys));
    CF_TRY(read_line([&](std::string_view line) { return take_first(line); }));
    CF_TRY(read_line([&](std::string_view line) { return take_scope(line); }));
    CF_TRY(read_line([&](std::string_view line) { return take_size(line); }));
    while (position_ < size_) {
      CF_TRY(read_line([&](std::string_view line) {
        return line.starts_with(hash_start) ? take_hash(line) : take_record(line);
      }));
      at_(position_, size_);
    }
    CF_TRY(read_line([&](std::string_view line) { return take_last(line); }));
    CF_TRY(check_root(keys));
    bundle_.unknown_facts = chain_.unknown_facts();
    return std::move(bundle_);
  }

 private:
  /// The tree under one suite. Which one the log's is, only the checkpoint tells, at the end; of
  /// the keys there is seldom more than one.
  struct Tree {
    std::string_view suite;
    Hasher hasher;
    TreeEdge edge;
  };

  Result<void> start_trees(const std::vector<VerifierKey>& keys) {
    for (const VerifierKey& key : keys) {
      const std::string_view suite = suite_of(key.type());
      if (is_cosignature(key.type()) || std::ranges::count(trees_, suite, &Tree::suite) != 0)
        continue;
      CF_LET(Hasher hasher, Hasher::of_suite(suite));
      trees_.push_back({suite, std::move(hasher), {}});
    }
    if (!trees_.empty()) return {};
    return fail(ErrorCode::invalid, "no log's key is given: a bundle is checked against one");
  }

  template <typename Take>
  Result<void> read_line(Take&& take) {
    auto line = lines_.next();
    Result<void> taken = line ? take(*line) : tl::make_unexpected(line.error());
    if (taken) return {};
    return fail_at(fmt::format("line {} of the bundle", lines_.number()), std::move(taken.error()));
  }

  Result<void> take_first(std::string_view line) {
    if (line == first_line) return {};
    return fail(ErrorCode::invalid, "this is no bundle: it does not start with {}", first_line);
  }

  Result<void> take_scope(std::string_view line) {
    CF_LET(bundle_.scope, parse_scope(line));
    return {};
  }

  Result<void> take_size(std::string_view line) {
    CF_LET(const std::string_view size, text_behind(size_start, line));
    CF_LET(size_, parse_count(size));
    if (size_ > size_max)
      return fail(ErrorCode::limit, "the log would have {} records; the limit is {}", size_,
                  size_max);
    const BundleScope& scope = bundle_.scope;
    if (is_range() && (scope.from > scope.to || scope.to >= size_))
      return fail(ErrorCode::invalid, "a log of {} records has no range from {} to {}", size_,
                  scope.from, scope.to);
    return {};
  }

  Result<void> take_record(std::string_view line) {
    CF_LET(const std::string_view text, text_behind(record_start, line));
    CF_LET(const std::string bytes, from_base64(text));
    CF_TRY(check_canonical(bytes));
    CF_LET(const auto record, buffer_.load(bytes));
    if (record.getSequence() != position_)
      return fail(ErrorCode::corrupt, "record {} stands at the place of record {}",
                  record.getSequence(), position_);
    if (!is_range()) {
      CF_TRY(chain_.follow(record, bundle_.scope.subject));
    } else if (position_ < bundle_.scope.from || position_ > bundle_.scope.to) {
      return fail(ErrorCode::invalid, "record {} is outside the range from {} to {}", position_,
                  bundle_.scope.from, bundle_.scope.to);
    } else {
      CF_TRY(chain_.compare(record));
    }
    CF_TRY(visit_(position_, bytes));
    for (Tree& tree : trees_) tree.edge.append(tree.hasher.leaf(bytes), tree.hasher);
    ++position_;
    ++bundle_.records;
    last_hash_ = nothing;
    return {};
  }

  Result<void> take_hash(std::string_view line) {
    const std::string_view text = line.substr(hash_start.size());
    const std::size_t space = std::min(text.find(' '), text.size());
    CF_LET(const std::uint64_t height, parse_count(text.substr(0, space)));
    CF_LET(const Hash hash, parse_hash(text.substr(std::min(space + 1, text.size()))));
    const std::uint64_t width = height < 64 ? std::uint64_t{1} << height : 0;
    if (width == 0 || position_ % width != 0 || width > size_ - position_)
      return fail(ErrorCode::invalid, "no complete subtree of height {} begins at record {} of {}",
                  height, position_, size_);
    if (is_range() && position_ <= bundle_.scope.to && position_ + width > bundle_.scope.from)
      return fail(ErrorCode::corrupt,
                  "a record from {} to {} is left out: the hash covers {} to {}",
                  bundle_.scope.from, bundle_.scope.to, position_, position_ + width - 1);
    // Subtrees without two such siblings side by side are those of split(), the only ones.
    if (last_hash_ == height && (position_ >> height & 1) != 0)
      return fail(ErrorCode::invalid, "one hash of height {} should stand for these two",
                  height + 1);
    for (Tree& tree : trees_)
      tree.edge.append_subtree(static_cast<unsigned>(height), hash, tree.hasher);
    position_ += width;
    last_hash_ = height;
    return {};
  }

  Result<void> take_last(std::string_view line) {
    if (!line.empty())
      return fail(ErrorCode::invalid, "an empty line should stand behind all {} records", size_);
    if (bundle_.records == 0)
      return fail(ErrorCode::invalid, "the bundle holds no record of {}", bundle_.scope.subject);
    return {};
  }

  Result<void> check_root(const std::vector<VerifierKey>& keys) {
    CF_LET(bundle_.checkpoint, open_checkpoint(lines_.rest(), keys));
    const Checkpoint& signed_by_log = bundle_.checkpoint.checkpoint;
    if (signed_by_log.size != size_)
      return fail(ErrorCode::corrupt, "the bundle is of {} records, its checkpoint of {}", size_,
                  signed_by_log.size);
    const auto tree = std::ranges::find(trees_, suite_of(bundle_.checkpoint), &Tree::suite);
    COUNTERFOIL_ASSERT(tree != trees_.end());
    if (tree->edge.root(tree->hasher) == signed_by_log.root) return {};
    return fail(ErrorCode::corrupt,
                "the bundle's records and hashes do not lead to the root that the log signed: one "
                "of them was changed");
  }

  bool is_range() const { return bundle_.scope.subject.empty(); }

  static constexpr std::uint64_t nothing = ~std::uint64_t{0};

  LineReader lines_;
  const Visit& visit_;
  const At& at_;
  std::vector<Tree> trees_;
  SubjectChains chain_;
  RecordBuffer buffer_;
  CheckedBundle bundle_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
  std::uint64_t last_hash_ = nothing;  // height of the hash on the line before
};

}  // namespace

BundleWriter::BundleWriter(std::ostream& out, const BundleScope& scope, std::uint64_t size,
                           std::string signed_note, HashReader& reader)
    : out_(out), size_(size), signed_note_(std::move(signed_note)), reader_(reader) {
  out_ << first_line << '\n' << format_scope(scope) << '\n' << size_start << size << '\n';
}

Result<void> BundleWriter::add(std::uint64_t sequence, std::string_view record) {
  if (sequence >= size_)
    return fail(ErrorCode::invalid, "the checkpoint is of {} records: it does not hold record {}",
                size_, sequence);
  CF_TRY(skip_to(sequence));
  out_ << record_start << to_base64(record) << '\n';
  ++position_;
  return {};
}

Result<void> BundleWriter::finish() {
  CF_TRY(skip_to(size_));
  out_ << '\n' << signed_note_ << std::flush;
  if (out_) return {};
  return fail(ErrorCode::io, "the bundle cannot be written: look whether the disk is full");
}

Result<void> BundleWriter::skip_to(std::uint64_t sequence) {
  if (sequence < position_)
    return fail(ErrorCode::invalid, "record {} comes too late: {} are written", sequence,
                position_);
  const auto subtrees = split(position_, sequence);
  if (subtrees.empty()) return {};
  CF_LET(const auto hashes, reader_.read(subtrees));
  for (std::size_t i = 0; i < subtrees.size(); ++i)
    out_ << hash_start << subtrees[i].height << ' ' << to_base64(bytes_of(hashes[i])) << '\n';
  position_ = sequence;
  return {};
}

Result<CheckedBundle> check_bundle(
    std::istream& in, const std::vector<VerifierKey>& keys,
    const std::function<Result<void>(std::uint64_t sequence, std::string_view record)>& visit,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& at) {
  return Checker(in, visit, at).run(keys);
}

}  // namespace counterfoil
