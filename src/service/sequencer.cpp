#include "service/sequencer.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "codec/text.h"
#include "core/limits.h"
#include "domain/permission.h"

namespace counterfoil {
namespace {

std::size_t encoded_bytes(const std::vector<Words>& records) {
  std::size_t bytes = 0;
  for (const Words& record : records) bytes += bytes_of(record).size();
  return bytes;
}

/// Prepared commands were walked as a whole when they came in. Each fact reads the envelope again,
/// so a limit on what is read in all would fail on commands that are allowed.
const capnp::ReaderOptions prepared_options{std::numeric_limits<std::uint64_t>::max(),
                                            static_cast<int>(limits::message_depth)};

Breach breach_of(schema::Breach::Reader breach) {
  return {std::string(view(breach.getRule())), breach.getMode(),
          std::string(view(breach.getFinding())), std::string(view(breach.getAuthority())),
          std::string(view(breach.getDocument()))};
}

}  // namespace

/// Commands decided and not durable yet.
struct Sequencer::Group {
  explicit Group(BookSource& below) : book(below) {}
  Book book;
  std::size_t bytes = 0;
  std::optional<Instant> recorded_at;  // of the newest record in it
  std::map<std::pair<std::string, std::string>, Acceptance> acceptances;  // (actor, command id)
  std::vector<Waiting> waiting;
};

Sequencer::Sequencer(Journal& journal, const Zone& zone, Clock clock)
    : journal_(journal),
      zone_(zone),
      clock_(std::move(clock)),
      journal_book_(journal),
      group_(std::make_unique<Group>(journal_book_)) {}

Sequencer::~Sequencer() = default;

Result<std::optional<Acceptance>> Sequencer::earlier(const Principal& principal,
                                                     std::string_view id) {
  const auto found = group_->acceptances.find({principal.id, std::string(id)});
  if (found != group_->acceptances.end()) return found->second;
  return journal_.acceptance(principal.id, id);
}

/// The same answer as the first time: the breaches are read from the records.
Result<Accepted> Sequencer::answer_again(const Acceptance& acceptance) {
  Accepted accepted{acceptance.first, acceptance.count, true, {}};
  for (std::uint32_t i = 0; i < acceptance.count; ++i) {
    CF_LET(const auto record, group_->book.record(Sequence{acceptance.first.value + i}));
    for (const auto breach : record.getBreaches()) accepted.breaches.push_back(breach_of(breach));
  }
  return accepted;
}

Result<Stamp> Sequencer::stamp(const Principal& principal, schema::Command::Reader command,
                               std::string digest) {
  Stamp stamp;
  stamp.epoch = journal_.epoch();
  stamp.first = Sequence{journal_.size() + group_->book.records().size()};
  stamp.recorded_at = std::max(group_->recorded_at.value_or(journal_.last_recorded_at()), clock_());
  stamp.decided_at =
      command.getDecidedAt() != 0 ? Instant{command.getDecidedAt()} : stamp.recorded_at;
  constexpr std::int64_t latest_us = 253'402'300'799'000'000;  // the end of the year 9999
  if (stamp.decided_at.microseconds > latest_us || stamp.decided_at.microseconds < -latest_us)
    return fail(ErrorCode::invalid, "decidedAt lies outside the calendar");
  stamp.decided_on = zone_.day_of(stamp.decided_at);
  stamp.effective_on =
      command.getHasEffectiveOn() ? Date{command.getEffectiveOn()} : stamp.decided_on;
  stamp.actor = principal.id;
  stamp.role = command.getRole() != schema::Role::UNSPECIFIED ? command.getRole() : principal.role;
  stamp.organisation = command.getOrganisation().size() != 0
                           ? std::string(view(command.getOrganisation()))
                           : principal.organisation;
  if (principal.role == schema::Role::UNSPECIFIED && stamp.organisation.empty() &&
      command.getFacts().size() != 0) {
    CF_LET(const auto usual,
           usual_grant(group_->book, principal.id, command.getFacts()[0], stamp.role));
    if (usual) {
      stamp.role = usual->role;
      stamp.organisation = usual->organisation;
    }
  }
  stamp.digest = std::move(digest);
  return stamp;
}

/// Nothing where the command is in the group now and waits for it to become durable.
Result<std::optional<Accepted>> Sequencer::decide_one(const Principal& principal,
                                                      const PreparedCommand& prepared,
                                                      Author author) {
  const kj::ArrayPtr<const capnp::word> segment = prepared.words;
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), prepared_options);
  const auto command = message.getRoot<schema::Command>();
  const std::string_view id = view(command.getCommandId());

  CF_LET(const auto before, earlier(principal, id));
  if (before) {
    if (before->digest != prepared.digest)
      return fail(
          ErrorCode::conflict,
          "command id \"{}\" was used for another command, recorded from {} on: give this one "
          "an id of its own",
          id, before->first.value);
    CF_LET(Accepted accepted, answer_again(*before));
    return accepted;
  }

  CF_LET(Stamp stamped, stamp(principal, command, prepared.digest));
  stamped.author = author;
  Book book(group_->book.source());
  CF_LET(auto breaches, decide(book, command, stamped));
  const std::size_t bytes = encoded_bytes(book.records());
  if (bytes > limits::group_bytes)
    return fail(ErrorCode::limit,
                "the command's records are {} bytes long together; the limit is {}: split it",
                bytes, limits::group_bytes);
  if (group_->bytes + bytes > limits::group_bytes) flush();  // a group ends between commands

  const auto count = static_cast<std::uint32_t>(book.records().size());
  group_->book.absorb(book);
  group_->bytes += bytes;
  group_->recorded_at = stamped.recorded_at;
  group_->acceptances[{principal.id, std::string(id)}] = {stamped.first, count, prepared.digest};
  group_->waiting.push_back({nullptr, {stamped.first, count, false, std::move(breaches)}});
  return std::nullopt;
}

void Sequencer::add(const Principal& principal, const PreparedCommand& command,
                    std::optional<Answer>& answer, Author author) {
  if (const auto recording = journal_.check_recording(); !recording) {
    answer = tl::make_unexpected(recording.error());  // the state may not be what the disk holds
    return;
  }
  auto decided = decide_one(principal, command, author);
  if (!decided) {
    answer = tl::make_unexpected(decided.error());
  } else if (!*decided) {
    group_->waiting.back().answer = &answer;
  } else if ((*decided)->first.value < journal_.size()) {
    answer = std::move(**decided);
  } else {  // a repetition of a command in this group: durable when the group is
    group_->waiting.push_back({&answer, std::move(**decided)});
  }
}

Answer Sequencer::record_own(const Principal& principal, const PreparedCommand& command,
                             const Journal::SignTree& sign) {
  COUNTERFOIL_ASSERT(group_->waiting.empty());
  std::optional<Answer> answer;
  add(principal, command, answer, Author::ledger);
  flush(sign);
  return std::move(*answer);
}

void Sequencer::flush(const Journal::SignTree& sign) {
  auto& records = group_->book.records();
  Result<void> done;
  if (!records.empty()) {
    const auto pages = encode_pages(group_->book.changes());
    const auto begun = std::chrono::steady_clock::now();
    done = journal_.append(records, pages, sign);
    meters_.sync_s.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    meters_.group_records.observe(static_cast<double>(records.size()));
    if (done) meters_.records += records.size();
    if (done)
      journal_book_.keep(group_->book.changes());
    else
      journal_book_.forget();
  }
  for (Waiting& waiting : group_->waiting) {
    if (done)
      *waiting.answer = std::move(waiting.accepted);
    else
      *waiting.answer = tl::make_unexpected(done.error());
  }
  group_ = std::make_unique<Group>(journal_book_);
}

}  // namespace counterfoil
