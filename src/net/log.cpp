#include "net/log.h"

#include "codec/text.h"
#include "core/limits.h"
#include "net/failure.h"
#include "net/progress.h"
#include "service/queries.h"
#include "service/verify_seals.h"
#include "storage/verify_journal.h"

namespace counterfoil {
namespace {

template <typename List, typename Items>
void set_data(List out, const Items& items) {
  for (unsigned i = 0; i < items.size(); ++i) out.set(i, data_of(items[i]));
}

class LogServer final : public NotedServer<schema::Log> {
 public:
  LogServer(Ledger& ledger, Background& background, kj::Timer& timer, ReadNote note)
      : NotedServer(std::move(note)), ledger_(ledger), background_(background), timer_(timer) {}

  kj::Promise<void> checkpoint(CheckpointContext context) override {
    return background_.signing.run([&notary = ledger_.notary()] { return notary.checkpoint(); })
        .then([context](Result<std::string> made) mutable {
          context.getResults().setNote(text_of(or_throw(std::move(made))));
        });
  }

  kj::Promise<void> records(RecordsContext context) override {
    const auto params = context.getParams();
    auto work = [&journal = ledger_.journal(), from = Sequence{params.getFrom()},
                 limit = params.getLimit()] { return read_records(journal, from, limit); };
    return background_.reads.run(std::move(work))
        .then([context](Result<std::vector<std::string>> found) mutable {
          const auto records = or_throw(std::move(found));
          set_data(context.getResults().initRecords(static_cast<unsigned>(records.size())),
                   records);
        });
  }

  kj::Promise<void> treeHashes(TreeHashesContext context) override {
    std::vector<Subtree> subtrees;
    for (const auto subtree : context.getParams().getSubtrees())
      subtrees.push_back({subtree.getHeight(), subtree.getIndex()});
    auto work = [&journal = ledger_.journal(), subtrees = std::move(subtrees)] {
      return read_tree_hashes(journal, subtrees);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<std::vector<Hash>> found) mutable {
          std::vector<std::string_view> hashes;
          const auto read = or_throw(std::move(found));
          for (const Hash& hash : read) hashes.push_back(bytes_of(hash));
          set_data(context.getResults().initHashes(static_cast<unsigned>(hashes.size())), hashes);
        });
  }

  kj::Promise<void> verify(VerifyContext context) override {
    VerifyOptions options;
    for (const auto note : context.getParams().getSince()) options.since.emplace_back(view(note));
    auto position = std::make_shared<Position>();
    auto wanted = std::make_shared<std::atomic<bool>>(true);
    options.progress = [position, wanted](std::uint64_t done, std::uint64_t total) {
      position->done = done;
      position->total = total;
      return wanted->load();
    };
    auto reports = tell_of(timer_, context.getParams(), position);
    const std::size_t since = options.since.size();
    auto work = [source = source(), options = std::move(options)]() -> Result<Outcome> {
      Outcome outcome;
      CF_LET(outcome.journal, verify_journal(source.journal, options));
      CF_LET(outcome.seals, verify_seals(source, options.progress));
      return outcome;
    };
    return background_.verifying.run(std::move(work))
        .then([context, since](Result<Outcome> outcome) mutable {
          fill(context.getResults().initVerified(), std::move(outcome), since);
        })
        .exclusiveJoin(kj::mv(reports))
        .attach(kj::defer([wanted] { *wanted = false; }));  // whoever asked may be gone
  }

  kj::Promise<void> sealed(SealedContext context) override {
    const auto asked = context.getParams().getQuestion();
    SealedQuestion question;
    question.seal = Sequence{asked.getSeal()};
    if (asked.isSubject()) {
      question.about = SealedQuestion::About::subject;
      question.id = view(asked.getSubject());
    } else {
      question.id = view(asked.getBudget());
    }
    auto work = [source = source(), question = std::move(question)](const Asker& asker) {
      return read_sealed(source, question, [&] { return !asker.is_gone(); });
    };
    return background_.chores.run_while_awaited(std::move(work))
        .then([context](Result<SealedAnswer> found) mutable {
          const SealedAnswer answer = or_throw(std::move(found));
          auto results = context.getResults();
          results.setSeal(answer.seal.value);
          auto entries = results.initEntries(static_cast<unsigned>(answer.entries.size()));
          for (unsigned i = 0; i < entries.size(); ++i) fill(entries[i], answer.entries[i]);
        });
  }

 private:
  struct Outcome {
    VerifyReport journal;
    SealsReport seals;
  };

  SealedSource source() const {
    return {ledger_.folder(), ledger_.journal(), ledger_.projector(), ledger_.facts()};
  }

  static void fill(schema::SealedEntry::Builder out, const SealedEntry& entry) {
    out.setIndex(entry.index);
    out.setEntry(data_of(entry.bytes));
    std::vector<std::string_view> hashes;
    for (const Hash& hash : entry.path) hashes.push_back(bytes_of(hash));
    set_data(out.initPath(static_cast<unsigned>(hashes.size())), hashes);
  }

  /// That something is wrong is an answer; that it could not be told is none.
  static void fill(schema::Verified::Builder out, Result<Outcome> outcome, std::size_t since) {
    if (!outcome && outcome.error().code == ErrorCode::corrupt)
      return out.setProblem(text_of(outcome.error().message));
    const auto [report, seals] = or_throw(std::move(outcome));
    out.setSize(report.size);
    out.setRoot(data_of(bytes_of(report.root)));
    out.setCheckpoints(report.checkpoints - since);
    out.setNewestCheckpoint(report.newest_checkpoint.value_or(0));
    out.setSince(since);
    out.setSeals(seals.seals);
    out.setNewestSeal(seals.newest_size);
    auto missing = out.initSealsNotRecomputed(static_cast<unsigned>(seals.not_recomputed.size()));
    for (unsigned i = 0; i < missing.size(); ++i) missing.set(i, text_of(seals.not_recomputed[i]));
  }

  Ledger& ledger_;
  Background& background_;
  kj::Timer& timer_;
};

}  // namespace

schema::Log::Client make_log(Ledger& ledger, Background& background, kj::Timer& timer,
                             ReadNote note) {
  return kj::heap<LogServer>(ledger, background, timer, std::move(note));
}

}  // namespace counterfoil
