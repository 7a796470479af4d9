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

void put_subject(std::string& to, std::string_view subject, Ordinal ordinal) {
  COUNTERFOIL_ASSERT(subject.size() <= limits::subject_bytes);
  to.append(1, static_cast<char>(subject.size())).append(subject);
  put_big_endian(to, ordinal.value);
}

std::string subject(std::string_view subject, Ordinal ordinal) {
  std::string key;
  put_subject(key, subject, ordinal);
  return key;
}

void put_command(std::string& to, std::string_view principal, std::string_view command_id) {
  to.append(principal).append(1, '\0').append(command_id);
}

std::string command(std::string_view principal, std::string_view command_id) {
  std::string key;
  put_command(key, principal, command_id);
  return key;
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
