#include "service/moment.h"

#include <algorithm>
#include <queue>

#include "codec/describe.h"
#include "codec/text.h"
#include "core/bytes.h"

namespace counterfoil {
namespace {

/// How many records were recorded by then, found by halving: recordedAt never decreases.
Result<std::uint64_t> recorded_by(const Journal& journal, Instant moment) {
  std::uint64_t low = 0;
  std::uint64_t high = journal.size();
  std::string bytes;
  RecordBuffer buffer;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    CF_TRY(journal.read(Sequence{middle}, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    if (record.getRecordedAt() <= moment.microseconds)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/// How many sequences of one history are looked up at once.
constexpr std::size_t sequences_in_look = 256;

/// The sequences of one subject's history, from an ordinal on.
class Sequences {
 public:
  Sequences(const Journal& journal, std::string subject, Ordinal from)
      : journal_(&journal), subject_(std::move(subject)), read_(from.value) {}

  /// The one that it stands at; nothing at the end.
  Result<std::optional<std::uint64_t>> peek() {
    if (at_ == page_.size()) {
      CF_LET(page_, journal_->history(subject_, Ordinal{read_}, sequences_in_look));
      read_ += page_.size();
      at_ = 0;
    }
    if (page_.empty()) return std::nullopt;
    return page_[at_].value;
  }
  void pass() { ++at_; }

 private:
  const Journal* journal_;
  std::string subject_;
  std::vector<Sequence> page_;
  std::size_t at_ = 0;
  std::uint64_t read_;
};

/// The sequences of several histories, in order, each once.
class Merged {
 public:
  static Result<Merged> of(const Journal& journal, const std::vector<std::string>& subjects,
                           Ordinal from) {
    Merged merged;
    for (const std::string& subject : subjects) {
      merged.histories_.emplace_back(journal, subject, from);
      CF_TRY(merged.queue(merged.histories_.size() - 1));
    }
    return merged;
  }

  Result<std::optional<std::uint64_t>> next() {
    if (first_.empty()) return std::nullopt;
    const std::uint64_t next = first_.top().first;
    while (!first_.empty() && first_.top().first == next) {
      const std::size_t of = first_.top().second;
      first_.pop();
      histories_[of].pass();
      CF_TRY(queue(of));
    }
    return next;
  }

 private:
  using Entry = std::pair<std::uint64_t, std::size_t>;  // sequence, and whose

  Result<void> queue(std::size_t of) {
    CF_LET(const auto sequence, histories_[of].peek());
    if (sequence) first_.emplace(*sequence, of);
    return {};
  }

  std::vector<Sequences> histories_;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> first_;
};

}  // namespace

Result<Moment> moment_of(const Journal& journal, const AsOf& as_of, Instant now) {
  // A clock that was set back does not make what is recorded already unknown.
  now = std::max(now, journal.last_recorded_at());
  Moment moment{journal.size(), {}, as_of};
  moment.as_of.decided = as_of.decided;
  moment.as_of.effective = as_of.effective;
  const auto check_not_ahead = [&](const std::optional<Instant>& bound,
                                   std::string_view axis) -> Result<void> {
    if (!bound || *bound <= now) return {};
    return fail(ErrorCode::not_found,
                "{}:{} is later than now ({}): what will be {} until then is not known. Leave the "
                "bound out to see what is",
                axis, format_instant(*bound), format_instant(now), axis);
  };
  if (as_of.sequence) {
    if (as_of.sequence->value >= moment.end)
      return fail(ErrorCode::not_found,
                  "seq:{} is behind the end: the ledger holds {} records, the newest is {}",
                  as_of.sequence->value, moment.end, moment.end - 1);
    moment.end = as_of.sequence->value + 1;
  }
  CF_TRY(check_not_ahead(as_of.recorded, "recorded"));
  CF_TRY(check_not_ahead(as_of.decided, "decided"));
  if (as_of.recorded) {
    CF_LET(const std::uint64_t recorded, recorded_by(journal, *as_of.recorded));
    if (recorded == 0) {
      std::string bytes;
      RecordBuffer buffer;
      CF_TRY(journal.read(Sequence{0}, bytes));
      CF_LET(const auto first, buffer.load(bytes));
      return fail(ErrorCode::not_found,
                  "recorded:{} is before the beginning: the ledger was opened at {}",
                  format_instant(*as_of.recorded), format_instant({first.getRecordedAt()}));
    }
    moment.end = std::min(moment.end, recorded);
  }
  return moment;
}

Result<PastPage> past_page(const Journal& journal, const AsOf& as_of, Instant now,
                           std::string_view after) {
  PastPage page;
  CF_LET(page.moment, moment_of(journal, as_of, now));
  if (after.empty()) return page;
  if (after.size() < sizeof(std::uint64_t))
    return fail(ErrorCode::invalid, "a page goes on with what the page before it gave as next");
  const auto end = get_big_endian<std::uint64_t>(after);
  if (end > page.moment.end)
    return fail(ErrorCode::invalid,
                "the page before this one is of another moment or ledger: begin again");
  page.moment.end = end;
  page.after = after.substr(sizeof(std::uint64_t));
  return page;
}

std::string next_page(const Moment& moment, std::string_view key) {
  std::string next;
  put_big_endian(next, moment.end);
  return next.append(key);
}

std::string describe(const Moment& moment) {
  return fmt::format("as of {}", format(moment.asked));
}

Result<void> each_record_about(const Journal& journal, const std::vector<std::string>& subjects,
                               const Moment& moment, const VisitRecord& visit, const Asker& asker,
                               Ordinal from) {
  CF_LET(Merged merged, Merged::of(journal, subjects, from));
  std::string bytes;
  RecordBuffer buffer;
  for (;;) {
    CF_LET(const auto next, merged.next());
    if (!next || *next >= moment.end) return {};
    CF_TRY(asker.check_there());
    CF_TRY(journal.read(Sequence{*next}, bytes));
    CF_LET(const auto record, buffer.load(bytes));
    CF_TRY(check_foldable(record));
    if (!moment.counts(record)) continue;
    try {
      CF_LET(const bool more, visit(record));
      if (!more) return {};
    } catch (const kj::Exception& error) {
      return fail(ErrorCode::corrupt, "record {} cannot be read: {}", *next, describe(error));
    }
  }
}

Ordinal ordinal_in(schema::Record::Reader record, std::string_view subject) {
  for (const auto entry : record.getSubjects())
    if (view(entry.getId()) == subject) return Ordinal{entry.getOrdinal()};
  return Ordinal{0};
}

Result<void> check_subject_there(const Journal& journal, std::string_view subject,
                                 const Moment& moment) {
  CF_LET(const auto first, journal.history(subject, Ordinal{0}, 1));
  if (first.empty())
    return fail(ErrorCode::not_found,
                "nothing was ever recorded about {0}: check its spelling, or prove it with "
                "`counterfoil prove --absent {0}`",
                subject);
  bool is_there = false;
  CF_TRY(each_record_about(journal, {std::string(subject)}, moment,
                           [&](schema::Record::Reader) -> Result<bool> {
                             is_there = true;
                             return false;
                           }));
  if (is_there) return {};
  std::string bytes;
  RecordBuffer buffer;
  CF_TRY(journal.read(first.front(), bytes));
  CF_LET(const auto record, buffer.load(bytes));
  return fail(ErrorCode::not_found,
              "nothing about {} counts {} yet: the first event about it is {}, recorded at {}, "
              "decided at {} and effective on {}",
              subject, describe(moment), first.front().value,
              format_instant({record.getRecordedAt()}), format_instant({record.getDecidedAt()}),
              format_date({record.getEffectiveOn()}));
}

}  // namespace counterfoil
