#pragma once

#include <schema/views.capnp.h>

#include <algorithm>
#include <sstream>

#include "codec/line.h"
#include "log_kit.h"
#include "proof/sealed_receipt.h"

namespace counterfoil {

/// A log of small records with a seal of its first ones, and what that sealed.
struct SealedKit {
  explicit SealedKit(LogKit in) : log(std::move(in)) {}

  /// Appends the seal of all records so far, of these budget lines, with `change` made to it.
  void seal(const std::vector<std::pair<std::string, std::int64_t>>& lines,
            const std::function<void(schema::LedgerSealed::Builder)>& change = {}) {
    covered = log.records.size();
    sequence = covered;
    subjects.clear();
    for (const auto& [subject, history] : log.histories)
      subjects.push_back(encode_sealed({subject, history.size(), history.back()}));
    std::ranges::sort(subjects);
    rows.clear();
    for (const auto& [line, current] : lines) rows.push_back(row_entry(line, current));
    const auto fill = [&](schema::Fact::Builder fact) {
      auto sealed = fact.initLedgerSealed();
      sealed.setSize(covered);
      sealed.setCurrency("CNY");
      sealed.setCurrencyExponent(2);
      sealed.setSubjects(subjects.size());
      sealed.setSubjectsRoot(data_of(bytes_of(root_of(subjects))));
      auto projections = sealed.initProjections(1);
      projections[0].setName("budgets");
      projections[0].setVersion(1);
      projections[0].setEntries(rows.size());
      projections[0].setRoot(data_of(bytes_of(root_of(rows))));
      if (change) change(sealed);
    };
    log.append({"ledger"}, fill);
  }

  static std::string row_entry(const std::string& line, std::int64_t current) {
    const LineId id = must(parse_line(line));
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::BudgetRow>();
    row.setFiscalYear(id.fiscal_year);
    row.setProject(text_of(std::string(id.project)));
    row.setFund(text_of(std::string(id.fund)));
    row.setMeasure(text_of(std::string(id.measure)));
    row.setItem(text_of(std::string(id.item)));
    row.setOriginal(current);
    row.setCurrent(current);
    row.setAvailable(current);
    std::string entry;
    put_sealed(entry, line_key(id), bytes_of(capnp::canonicalize(row.asReader())));
    return entry;
  }

  std::vector<Hash> leaves_of(const std::vector<std::string>& entries) {
    std::vector<Hash> leaves;
    for (const std::string& entry : entries) leaves.push_back(log.hasher.leaf(entry));
    return leaves;
  }
  Hash root_of(const std::vector<std::string>& entries) {
    return naive_root(leaves_of(entries), 0, entries.size(), log.hasher);
  }
  SealedEntry entry(const std::vector<std::string>& entries, std::uint64_t index) {
    const auto leaves = leaves_of(entries);
    MemoryHashes reader(leaves, log.hasher);
    return {index, entries.at(index),
            must(prove_inclusion(index, entries.size(), reader, log.hasher))};
  }
  std::uint64_t index_of(const std::string& subject) const {
    for (std::uint64_t i = 0; i < subjects.size(); ++i)
      if (must(decode_sealed_subject(subjects[i])).subject == subject) return i;
    throw std::runtime_error(subject + " is not sealed");
  }

  SealedReceipt receipt(SealedClaim claim, const std::string& about,
                        std::vector<SealedEntry> entries) {
    MemoryHashes reader(log.leaves, log.hasher);
    Receipt of_seal{log.records[sequence],
                    sequence,
                    must(prove_inclusion(sequence, log.records.size(), reader, log.hasher)),
                    {}};
    return {claim, about, std::move(entries), std::move(of_seal)};
  }
  std::string budget(std::uint64_t index, const std::string& line) {
    return format_sealed_head(receipt(SealedClaim::budget, line, {entry(rows, index)})) +
           log.checkpoint(log.records.size());
  }
  std::string absent(const std::string& subject, const std::vector<std::uint64_t>& beside) {
    std::vector<SealedEntry> entries;
    for (const auto index : beside) entries.push_back(entry(subjects, index));
    return format_sealed_head(receipt(SealedClaim::absent, subject, entries)) +
           log.checkpoint(log.records.size());
  }
  std::string complete(const std::string& subject) {
    return complete(subject, log.histories[subject]);
  }
  std::string complete(const std::string& subject, const std::vector<std::uint64_t>& sequences) {
    MemoryHashes reader(log.leaves, log.hasher);
    std::ostringstream out;
    out << format_sealed_head(
        receipt(SealedClaim::complete, subject, {entry(subjects, index_of(subject))}));
    const std::uint64_t size = log.records.size();
    BundleWriter writer(out, {subject}, size, log.checkpoint(size), reader);
    for (const auto at : sequences) must(writer.add(at, log.records[at]));
    must(writer.finish());
    return out.str();
  }

  LogKit log;
  std::uint64_t covered = 0;
  std::uint64_t sequence = 0;
  std::vector<std::string> subjects;  // entries, sorted
  std::vector<std::string> rows;
};

/// Reads and checks a file as an auditor would.
inline Result<CheckedSealed> audit_sealed(const std::string& text,
                                          const std::vector<VerifierKey>& keys) {
  std::istringstream in(text);
  return check_sealed_receipt(
      in, keys, [](std::uint64_t, std::string_view) -> Result<void> { return {}; },
      [](std::uint64_t, std::uint64_t) {});
}

}  // namespace counterfoil
