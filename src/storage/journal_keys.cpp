#include "storage/journal_keys.h"

#include "core/bytes.h"
#include "core/limits.h"

namespace counterfoil::journal_keys {

const std::vector<std::string>& families() {
  static const std::vector<std::string> all = {"records", "subjects",    "commands", "book",
                                               "tiles",   "checkpoints", "meta"};
  return all;
}

std::string record(Sequence sequence) {
  std::string key;
  put_big_endian(key, sequence.value);
  return key;
}

std::string subject_prefix(std::string_view subject) {
  COUNTERFOIL_ASSERT(subject.size() <= limits::subject_bytes);
  return std::string(1, static_cast<char>(subject.size())).append(subject);
}

std::string subject(std::string_view subject, Ordinal ordinal) {
  std::string key = subject_prefix(subject);
  put_big_endian(key, ordinal.value);
  return key;
}

std::string command(std::string_view principal, std::string_view command_id) {
  return std::string(principal).append(1, '\0').append(command_id);
}

std::string tile(unsigned level, std::uint64_t index) {
  std::string key(1, static_cast<char>(level));
  put_big_endian(key, index);
  return key;
}

std::string checkpoint(std::uint64_t size) {
  std::string key;
  put_big_endian(key, size);
  return key;
}

std::string encode(const Acceptance& acceptance) {
  std::string bytes;
  put_big_endian(bytes, acceptance.first.value);
  put_big_endian(bytes, acceptance.count);
  return bytes + acceptance.digest;
}

Result<Acceptance> decode_acceptance(std::string_view bytes) {
  if (bytes.size() != 8 + 4 + sizeof(Hash))
    return fail(
        ErrorCode::corrupt,
        "an entry of the command index is damaged: run `counterfoil rebuild index` offline");
  return Acceptance{Sequence{get_big_endian<std::uint64_t>(bytes)},
                    get_big_endian<std::uint32_t>(bytes.substr(8)), std::string(bytes.substr(12))};
}

}  // namespace counterfoil::journal_keys
