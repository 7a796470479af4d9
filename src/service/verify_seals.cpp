#include "service/verify_seals.h"

#include <map>

#include "codec/text.h"
#include "core/text.h"
#include "projections/scratch.h"
#include "proof/sealed_subjects.h"
#include "service/seal.h"

namespace counterfoil {
namespace {

class SealCheck {
 public:
  using At = std::function<bool(std::uint64_t done, std::uint64_t total)>;

  SealCheck(const SealedSource& source, Scratch scratch, Hasher hasher, std::uint64_t total,
            const At& at)
      : source_(source),
        scratch_(std::move(scratch)),
        hasher_(std::move(hasher)),
        total_(total),
        at_(at),
        goes_on_([this] { return at_(scratch_.position(), total_); }) {}

  Result<void> check(schema::Record::Reader record) {
    const auto seal = record.getFact().getLedgerSealed();
    const std::uint64_t sequence = record.getSequence();
    const std::uint64_t size = seal.getSize();
    if (size > sequence || size < scratch_.position())
      return fail(ErrorCode::corrupt,
                  "seal {} is of {} records: not of those before it, or of fewer than the one "
                  "before it",
                  sequence, size);
    CF_TRY(check_unit(sequence, seal));
    CF_LET(const SealedRoot subjects, compute_subjects(source_.journal, size, hasher_, goes_on_));
    CF_TRY(compare_subjects(sequence, seal, subjects));
    CF_TRY(scratch_.fold_to(size, [&](std::uint64_t done) { return at_(done, total_); }));
    for (const auto sealed : seal.getProjections())
      CF_TRY(check_projection(sequence, size, sealed));
    ++report_.seals;
    report_.newest_size = size;
    return {};
  }
  SealsReport report() {
    for (const auto& [why, seals] : not_recomputed_)
      report_.not_recomputed.push_back(fmt::format("{} (seals: {})", why, seals));
    return std::move(report_);
  }

 private:
  Result<void> check_unit(std::uint64_t sequence, schema::LedgerSealed::Reader seal) const {
    const LedgerFacts& facts = source_.facts;
    if (view(seal.getCurrency()) == facts.currency &&
        seal.getCurrencyExponent() == facts.currency_exponent)
      return {};
    return fail(ErrorCode::corrupt, "seal {} is in {} with {} decimals, the ledger in {} with {}",
                sequence, quote(view(seal.getCurrency())), seal.getCurrencyExponent(),
                facts.currency, facts.currency_exponent);
  }

  Result<void> check_projection(std::uint64_t sequence, std::uint64_t size,
                                schema::LedgerSealed::Projection::Reader sealed) {
    const std::string_view name = view(sealed.getName());
    const auto projection = source_.projector.find(name);
    if (!projection || (*projection)->version() != sealed.getVersion()) {
      ++not_recomputed_[fmt::format("{} of version {}: this build has {}", name,
                                    sealed.getVersion(),
                                    projection ? fmt::format("version {}", (*projection)->version())
                                               : std::string("no such projection"))];
      return {};
    }
    if (const auto& error = scratch_.error(**projection)) {
      ++not_recomputed_[fmt::format("{}: {}", name, error->message)];
      return {};
    }
    auto cursor = scratch_.walk(**projection);
    CF_LET(const auto computed, Views::digest(cursor, hasher_, goes_on_));
    if (view(sealed.getRoot()) == bytes_of(computed.root) &&
        sealed.getEntries() == computed.entries)
      return {};
    return fail(ErrorCode::corrupt,
                "seal {} says what the {} entries of {} were at {} records, and the records give "
                "{} others: it attests what is not so, or was computed from something else",
                sequence, sealed.getEntries(), name, size, computed.entries);
  }

  const SealedSource& source_;
  Scratch scratch_;
  Hasher hasher_;
  std::uint64_t total_;
  const At& at_;
  GoOn goes_on_;
  std::map<std::string, std::uint64_t> not_recomputed_;  // what, and of how many seals
  SealsReport report_;
};

}  // namespace

Result<SealsReport> verify_seals(
    const SealedSource& source,
    const std::function<bool(std::uint64_t done, std::uint64_t total)>& at) {
  CF_LET(const auto newest, newest_seal(source.journal));
  if (!newest) return SealsReport{};
  std::vector<const Projection*> projections;
  for (const ProjectionStatus& status : source.projector.status()) {
    CF_LET(const Projection* const projection, source.projector.find(status.name));
    projections.push_back(projection);
  }
  CF_LET(Scratch scratch, Scratch::make(source.folder.scratch(), source.journal, projections));
  CF_LET(Hasher hasher, Hasher::of_suite(source.facts.suite));
  SealCheck check(source, std::move(scratch), std::move(hasher),
                  newest->fact().getLedgerSealed().getSize(), at);
  CF_TRY(visit_seals(source.journal,
                     [&](schema::Record::Reader record) { return check.check(record); }));
  return check.report();
}

}  // namespace counterfoil
