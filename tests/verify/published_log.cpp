#include "published_log.h"

#include <capnp/message.h>

#include <fstream>
#include <sstream>

#include "codec/canonical.h"
#include "codec/text.h"
#include "proof/bundle.h"
#include "proof/receipt.h"
#include "proof/rotation.h"

namespace counterfoil {
namespace {

SigningKey new_key(std::string_view suite) {
  return must(SigningKey::generate(suite, log_origin));
}

}  // namespace

std::string write(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(parent_folder(path));
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

PublishedLog::PublishedLog(std::string_view of_suite, int year)
    : suite(of_suite),
      fiscal_year(year),
      recovery(new_key(of_suite)),
      hasher(must(Hasher::of_suite(of_suite))) {
  keys.push_back(new_key(of_suite));
  append({"ledger"}, [&](schema::Record::Builder record) {
    auto opened = record.initFact().initLedgerOpened();
    opened.setOrigin(text_of(log_origin));
    opened.setSuite(text_of(suite));
    opened.setVerifierKey(text_of(first_key().text()));
    opened.setRecoveryKey(text_of(recovery.verifier().text()));
  });
}

void PublishedLog::append(const std::vector<std::string>& subjects,
                          const std::function<void(schema::Record::Builder)>& fill) {
  capnp::MallocMessageBuilder message;
  auto record = message.initRoot<schema::Record>();
  record.setFormat(record_format);
  record.setSequence(size());
  record.setRecordedAt(1'700'000'000'000'000 + static_cast<std::int64_t>(size()));
  auto list = record.initSubjects(static_cast<unsigned>(subjects.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    auto& history = histories[subjects[i]];
    list[i].setId(text_of(subjects[i]));
    list[i].setOrdinal(history.size());
    list[i].setPrevious(history.empty() ? 0 : history.back());
    history.push_back(size());
  }
  fill(record);
  append_entry(std::string(bytes_of(canonical(record.asReader()))));
}

void PublishedLog::append_entry(std::string entry) {
  entries.push_back(std::move(entry));
  leaves.push_back(hasher.leaf(entries.back()));
}

void PublishedLog::append_unit(const std::string& unit) {
  append({"unit/" + unit}, [&](schema::Record::Builder record) {
    record.initFact().initUnitRegistered().setUnit(text_of(unit));
  });
}

void PublishedLog::grow(std::uint64_t to) {
  while (size() < to) {
    const std::string project = std::to_string(size() % 7);
    append({"project/" + project, "unit/U"}, [&](schema::Record::Builder record) {
      auto proposed = record.initFact().initProjectProposed();
      proposed.setProject(text_of(project));
      proposed.setUnit("U");
      proposed.setName(text_of(fmt::format("of {}", fiscal_year)));
    });
  }
}

void PublishedLog::rotate(bool by_recovery) {
  SigningKey next = new_key(suite);
  const SigningKey& before = keys.back();
  const std::string text =
      rotation_message(log_origin, 0, size(), before.verifier(), next.verifier());
  append({"ledger"}, [&](schema::Record::Builder record) {
    auto rotated = record.initFact().initKeyRotated();
    rotated.setOldKey(text_of(before.verifier().text()));
    rotated.setNewKey(text_of(next.verifier().text()));
    rotated.setNewSignature(data_of(must(next.sign(text))));
    if (by_recovery)
      rotated.setRecoverySignature(data_of(must(recovery.sign(text))));
    else
      rotated.setOldSignature(data_of(must(before.sign(text))));
  });
  keys.push_back(std::move(next));
}

std::string PublishedLog::request(std::uint64_t older, std::uint64_t newer) {
  MemoryHashes reader(leaves, hasher);
  return format_witness_request(
      {older, must(prove_consistency(older, newer, reader, hasher)), checkpoint(newer)});
}

std::string PublishedLog::receipt(std::uint64_t index, std::uint64_t of) {
  MemoryHashes reader(leaves, hasher);
  return format_receipt(
      {entries[index], index, must(prove_inclusion(index, of, reader, hasher)), checkpoint(of)});
}

std::string PublishedLog::bundle(const std::string& subject, std::uint64_t of) {
  MemoryHashes reader(leaves, hasher);
  std::ostringstream out;
  BundleWriter writer(out, {subject}, of, checkpoint(of), reader);
  for (const std::uint64_t sequence : histories.at(subject))
    if (sequence < of) must(writer.add(sequence, entries[sequence]));
  must(writer.finish());
  return out.str();
}

std::string PublishedLog::write_tile(const std::string& folder, const TileId& id) {
  const std::uint64_t span = std::uint64_t{1} << (tile_height * id.level);  // entries a hash
  std::string bytes;
  for (std::uint64_t i = id.index * tile_width; i < id.index * tile_width + id.width; ++i)
    bytes += bytes_of(naive_root(leaves, i * span, (i + 1) * span, hasher));
  write(folder + "/" + tile_path(id), bytes);
  return tile_path(id);
}

std::string PublishedLog::write_entries(const std::string& folder, const TileId& id) {
  std::string bytes;
  for (std::uint64_t i = id.index * tile_width; i < id.index * tile_width + id.width; ++i)
    counterfoil::append_entry(bytes, entries[i]);
  write(folder + "/" + entries_path(id.index, id.width), bytes);
  return entries_path(id.index, id.width);
}

std::vector<std::string> PublishedLog::publish(const std::string& folder, std::uint64_t of) {
  std::vector<std::string> names = {"checkpoint"};
  write(folder + "/checkpoint", checkpoint(of));
  for (unsigned level = 0; of >> (tile_height * level) != 0; ++level) {
    const std::uint64_t hashes = of >> (tile_height * level);
    for (std::uint64_t index = 0; index * tile_width < hashes; ++index) {
      const TileId id{level, index, std::min(tile_width, hashes - index * tile_width)};
      names.push_back(write_tile(folder, id));
      if (level == 0) names.push_back(write_entries(folder, id));
    }
  }
  return names;
}

}  // namespace counterfoil
