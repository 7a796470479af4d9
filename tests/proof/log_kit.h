#pragma once

#include <capnp/message.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "codec/canonical.h"
#include "codec/text.h"
#include "memory_hashes.h"
#include "proof/checkpoint.h"
#include "support/fact_about.h"
#include "support/must.h"

namespace counterfoil {

/// A log of small records in memory with the key that signs it.
class LogKit {
 public:
  explicit LogKit(std::string_view suite)
      : LogKit(must(SigningKey::generate(suite, "example.org/log"))) {}
  explicit LogKit(SigningKey signing)
      : key(std::move(signing)), hasher(must(Hasher::of_suite(suite_of(key.verifier().type())))) {}

  /// Appends a record about the subjects, which are sorted: the approval of an event about them.
  void append(const std::vector<std::string>& subjects) {
    append(subjects, [&](schema::Fact::Builder fact) { approve_event_about(subjects, fact); });
  }
  /// The same of any fact, also of one that is about others, as only a log that lies does.
  void append(const std::vector<std::string>& subjects,
              const std::function<void(schema::Fact::Builder)>& fill) {
    capnp::MallocMessageBuilder message;
    auto record = message.initRoot<schema::Record>();
    record.setFormat(record_format);
    record.setSequence(records.size());
    auto entries = record.initSubjects(static_cast<unsigned>(subjects.size()));
    for (unsigned i = 0; i < entries.size(); ++i) {
      auto& history = histories[subjects[i]];
      entries[i].setId(text_of(subjects[i]));
      entries[i].setOrdinal(history.size());
      entries[i].setPrevious(history.empty() ? 0 : history.back());
      history.push_back(records.size());
    }
    fill(record.initFact());
    records.emplace_back(bytes_of(canonical(record.asReader())));
    leaves.push_back(hasher.leaf(records.back()));
  }
  Hash root(std::uint64_t size) { return naive_root(leaves, 0, size, hasher); }
  std::string checkpoint(std::uint64_t size) {
    return must(sign_checkpoint({"example.org/log", size, root(size)}, {&key}));
  }
  std::vector<VerifierKey> keys() const { return {key.verifier()}; }

  SigningKey key;
  Hasher hasher;
  std::vector<std::string> records;
  std::vector<Hash> leaves;
  std::map<std::string, std::vector<std::uint64_t>> histories;
};

/// The log's key of pinned examples: that of RFC 8032, section 7.1, test 1.
inline SigningKey pinned_key() {
  return must(SigningKey::from_pem("example.org/log",
                                   "-----BEGIN PRIVATE KEY-----\n"
                                   "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7"
                                   "rAMcrn9g\n"
                                   "-----END PRIVATE KEY-----\n"));
}

/// The bytes with each in turn changed, by one bit and to a line feed, given to `look`.
template <typename Look>
void for_each_change(const std::string& bytes, Look&& look) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const char to : {static_cast<char>(bytes[at] ^ 1), static_cast<char>(bytes[at] ^ 0x20),
                          static_cast<char>(bytes[at] ^ 0x80), '\n', '='}) {
      if (to == bytes[at]) continue;
      std::string changed = bytes;
      changed[at] = to;
      look(at, changed);
    }
  }
}

}  // namespace counterfoil
