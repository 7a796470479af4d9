#include "service/ledger.h"

#include <filesystem>

#include "core/limits.h"
#include "service/rotate_key.h"

namespace counterfoil {
std::uint64_t GrowthListeners::add(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.emplace(next_, std::move(listener));
  return next_++;
}

void GrowthListeners::remove(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  listeners_.erase(id);
}

void GrowthListeners::call() {
  const std::lock_guard lock(mutex_);
  for (auto& [id, listener] : listeners_) listener();
}

Ledger::Ledger(LedgerFolder folder, Journal journal, Views views,
               const std::vector<const Projection*>& projections, LedgerFacts facts,
               const Zone& zone, Clock clock, Credentials credentials)
    : folder_(std::move(folder)),
      credentials_(std::move(credentials)),
      facts_(std::move(facts)),
      zone_(zone),
      clock_(std::move(clock)),
      journal_(std::move(journal)),
      views_(std::move(views)),
      projector_(journal_, views_, projections),
      past_(journal_, views_),
      writer_(journal_, zone_, clock_,
              [this] {
                projector_.notify();
                sealer_.notify();
                growth_.call();
              }),
      sealer_(journal_, projector_, writer_, facts_, clock_),
      notary_(journal_, facts_, [this](const VerifierKey& key) -> Result<std::unique_ptr<Signer>> {
        CF_LET(SigningKey signer, signing_key_in_force(folder_, key));
        return std::make_unique<SigningKey>(std::move(signer));
      }) {}

Ledger::~Ledger() {
  stop();
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& path, Clock clock,
                                             const Notice& notice,
                                             const std::vector<const Projection*>& projections) {
  CF_LET(LedgerFolder folder, LedgerFolder::open(path));
  std::error_code ignored;  // what a crash left of it is in nobody's way
  std::filesystem::remove_all(folder.scratch(), ignored);
  CF_LET(Journal journal, Journal::open(folder));
  CF_LET(LedgerFacts facts, read_ledger_facts(journal));
  std::string first;
  CF_TRY(journal.read(Sequence{0}, first));
  CF_LET(const Zone zone, Zone::find(facts.time_zone));
  CF_LET(Hasher hasher, Hasher::of_suite(facts.suite));
  CF_LET(Views views, Views::open(folder.views(), bytes_of(hasher.leaf(first)), journal.size(),
                                  projections, notice));
  CF_LET(Credentials credentials, Credentials::open(folder.credentials()));
  return std::unique_ptr<Ledger>(new Ledger(std::move(folder), std::move(journal), std::move(views),
                                            projections, std::move(facts), zone, std::move(clock),
                                            std::move(credentials)));
}

void Ledger::start(Projector::Use use) {
  projector_.start(use);
  writer_.start();
}

void Ledger::stop() {
  writer_.stop();
  past_.stop();
  sealer_.request_stop();  // it may wait for what the projector folds
  projector_.stop();
  sealer_.stop();
}

Result<void> Ledger::record_own(const PreparedCommand& command, Instant at,
                                const Journal::SignTree& sign) {
  Sequencer sequencer(journal_, zone_, [at] { return at; });
  CF_TRY(sequencer.record_own({facts_.administrator, schema::Role::ADMIN, ""}, command, sign));
  return {};
}

Result<std::string> Ledger::rule_set_in_force(Date on) const {
  JournalBook source(journal_);
  Book book(source);
  CF_LET(const auto ledger, book.state<LedgerState>("ledger"));
  const auto rule_set = in_force(ledger, on);
  return rule_set ? rule_set->version : std::string();
}

Result<void> Ledger::reindex(const std::string& path) {
  CF_LET(const LedgerFolder folder, LedgerFolder::open(path));
  CF_LET(Journal journal, Journal::open_to_reindex(folder));
  return counterfoil::reindex(journal, limits::book_cache_bytes);
}

}  // namespace counterfoil
