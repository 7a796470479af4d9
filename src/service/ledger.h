#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "projections/projector.h"
#include "service/credentials.h"
#include "service/notary.h"
#include "service/past.h"
#include "service/sealer.h"
#include "service/writer.h"
#include "storage/folder.h"

namespace counterfoil {

/// Told on the writer's thread that the journal has grown.
class GrowthListeners {
 public:
  std::uint64_t add(std::function<void()> listener);
  void remove(std::uint64_t id);
  void call();

 private:
  std::mutex mutex_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, std::function<void()>> listeners_;
};

/// An open ledger: its folder's lock, journal, views, and the threads that write and follow.
class Ledger {
 public:
  using Notice = std::function<void(const std::string&)>;
  static Result<std::unique_ptr<Ledger>> open(
      const std::string& path, Clock clock, const Notice& notice,
      const std::vector<const Projection*>& projections = all_projections());
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Who signs, where it is not the key in the folder.
  void sign_with(SignerSource source) { notary_.sign_with(std::move(source)); }
  /// Starts the writer and the projector. Without it the ledger is read on the caller's thread.
  void start(Projector::Use use = Projector::Use::serving);
  /// What was accepted is durable and answered when it returns; what was not, refused.
  void stop();

  /// Records what the ledger says of its own log, as of that moment; only before start.
  Result<void> record_own(const PreparedCommand& command, Instant at,
                          const Journal::SignTree& sign);
  Instant now() const { return clock_(); }

  const LedgerFolder& folder() const { return folder_; }
  const LedgerFacts& facts() const { return facts_; }
  const Zone& zone() const { return zone_; }
  Journal& journal() { return journal_; }
  Projector& projector() { return projector_; }
  Past& past() { return past_; }
  Writer& writer() { return writer_; }
  Notary& notary() { return notary_; }
  const Notary& notary() const { return notary_; }
  Sealer& sealer() { return sealer_; }
  GrowthListeners& growth() { return growth_; }
  /// What the tokens of principals are checked against.
  Credentials& credentials() { return credentials_; }
  /// By the ledger's clock, where it is kept.
  Date today() const { return zone_.day_of(clock_()); }
  /// "NAME@VERSION" of the rule set in force on the day, empty where none is.
  Result<std::string> rule_set_in_force(Date on) const;

  /// Writes the indexes and the book again from the records. No writer may run.
  static Result<void> reindex(const std::string& path);

 private:
  Ledger(LedgerFolder folder, Journal journal, Views views,
         const std::vector<const Projection*>& projections, LedgerFacts facts, const Zone& zone,
         Clock clock, Credentials credentials);

  LedgerFolder folder_;
  Credentials credentials_;
  LedgerFacts facts_;
  Zone zone_;
  Clock clock_;
  Journal journal_;
  Views views_;
  Projector projector_;
  Past past_;
  GrowthListeners growth_;
  Writer writer_;
  Sealer sealer_;
  Notary notary_;
};

}  // namespace counterfoil
