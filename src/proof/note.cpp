#include "proof/note.h"

#include <algorithm>

#include "codec/binary_text.h"
#include "core/bytes.h"
#include "core/limits.h"
#include "core/text.h"
#include "proof/cosignature.h"

namespace counterfoil {
namespace {

constexpr std::string_view line_start = "— ";  // U+2014 and a space

template <typename... Args>
tl::unexpected<Error> no_note(fmt::format_string<Args...> why, Args&&... args) {
  return fail(ErrorCode::invalid, "this is no signed note (C2SP signed-note): {}",
              fmt::format(why, std::forward<Args>(args)...));
}

Result<void> check_bytes(std::string_view bytes) {
  if (bytes.size() > limits::note_bytes)
    return fail(ErrorCode::limit, "the note is {} bytes long; the limit is {}", bytes.size(),
                limits::note_bytes);
  const bool has_control = std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  if (has_control)
    return no_note(
        "it has control characters; a CR at the end of lines comes from a program that "
        "changed it, so fetch it again");
  if (!is_text(bytes)) return no_note("it is not UTF-8");
  if (!bytes.ends_with('\n')) return no_note("its last line is cut off");
  return {};
}

/// Key names have no white space of any script. Of those, UTF-8 has a few three-byte characters.
bool is_key_name(std::string_view name) {
  static constexpr std::string_view spaces[] = {" ",
                                                "\xc2\x85",
                                                "\xc2\xa0",
                                                "\xe1\x9a\x80",
                                                "\xe2\x80\x80",
                                                "\xe2\x80\x81",
                                                "\xe2\x80\x82",
                                                "\xe2\x80\x83",
                                                "\xe2\x80\x84",
                                                "\xe2\x80\x85",
                                                "\xe2\x80\x86",
                                                "\xe2\x80\x87",
                                                "\xe2\x80\x88",
                                                "\xe2\x80\x89",
                                                "\xe2\x80\x8a",
                                                "\xe2\x80\xa8",
                                                "\xe2\x80\xa9",
                                                "\xe2\x80\xaf",
                                                "\xe2\x81\x9f",
                                                "\xe3\x80\x80"};
  return !name.empty() && name.find('+') == std::string_view::npos &&
         std::ranges::none_of(spaces, [&](std::string_view space) {
           return name.find(space) != std::string_view::npos;
         });
}

Result<NoteSignature> parse_signature(std::string_view line) {
  const auto malformed = [&] { return no_note("{} is no signature line", quote(line)); };
  if (!line.starts_with(line_start)) return malformed();
  line.remove_prefix(line_start.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space))) return malformed();
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() <= sizeof(std::uint32_t)) return malformed();
  return NoteSignature{std::string(line.substr(0, space)), get_big_endian<std::uint32_t>(*bytes),
                       bytes->substr(4)};
}

bool is_of(const NoteSignature& signature, const VerifierKey& key) {
  return signature.name == key.name() && signature.key_id == key.id();
}

bool verifies(std::string_view text, const NoteSignature& signature, const VerifierKey& key) {
  if (is_cosignature(key.type())) return check_cosignature(text, signature, key).has_value();
  return key.verifies(text, signature.bytes);
}

}  // namespace

Result<Note> parse_note(std::string_view bytes) {
  CF_TRY(check_bytes(bytes));
  const std::size_t blank = bytes.rfind("\n\n");
  if (blank == std::string_view::npos) return no_note("no empty line stands before signatures");
  Note note{std::string(bytes.substr(0, blank + 1)), {}};
  for (std::string_view rest = bytes.substr(blank + 2); !rest.empty();) {
    if (note.signatures.size() == limits::note_signatures)
      return fail(ErrorCode::limit, "the note has more than {} signatures, which is the limit",
                  limits::note_signatures);
    const std::size_t end = rest.find('\n');
    CF_LET(NoteSignature signature, parse_signature(rest.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    rest.remove_prefix(end + 1);
  }
  if (note.signatures.empty()) return no_note("nobody signed it");
  return note;
}

std::string format_signature(const NoteSignature& signature) {
  std::string bytes;
  put_big_endian(bytes, signature.key_id);
  return fmt::format("{}{} {}\n", line_start, signature.name, to_base64(bytes + signature.bytes));
}

std::string format_note(const Note& note) {
  std::string bytes = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) bytes += format_signature(signature);
  return bytes;
}

Result<NoteSignature> sign_note(std::string_view text, const Signer& signer) {
  COUNTERFOIL_ASSERT(!is_cosignature(signer.verifier().type()));
  CF_LET(std::string signature, signer.sign(text));
  return NoteSignature{signer.verifier().name(), signer.verifier().id(), std::move(signature)};
}

Result<std::vector<VerifierKey>> verify_note(const Note& note,
                                             const std::vector<VerifierKey>& keys) {
  std::vector<VerifierKey> signers;
  for (const VerifierKey& key : keys) {
    const auto mine = [&](const NoteSignature& signature) { return is_of(signature, key); };
    const auto found = std::ranges::find_if(note.signatures, mine);
    if (found == note.signatures.end()) continue;
    if (std::find_if(found + 1, note.signatures.end(), mine) != note.signatures.end())
      return fail(ErrorCode::refused, "the note carries two signatures of the key {}", key.text());
    if (!verifies(note.text, *found, key))
      return fail(ErrorCode::refused,
                  "the signature of {} is wrong: the note was changed after it was signed, or "
                  "somebody else signed it",
                  key.text());
    signers.push_back(key);
  }
  if (!signers.empty()) return signers;
  std::vector<std::string> wanted;
  for (const VerifierKey& key : keys) wanted.push_back(key.text());
  return fail(ErrorCode::refused, "the note is signed by none of the keys that are trusted: {}",
              fmt::join(wanted, ", "));
}

}  // namespace counterfoil
