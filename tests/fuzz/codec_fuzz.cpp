// Arbitrary bytes are a record, or a command that a client sent, or they are refused with a message
// that is text; reading them never leaves their bounds. What is accepted has one canonical form,
// and a command's JSON is accepted as a command (not in the same bytes always: a struct that is
// there with nothing in it is kept in binary, and JSON leaves it out). The first byte chooses.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "codec/canonical.h"
#include "codec/check.h"
#include "codec/json.h"
#include "core/limits.h"
#include "core/text.h"

using namespace counterfoil;

namespace {

void expect_clean(const Error& error) {
  COUNTERFOIL_ASSERT(is_text(error.message));
}

void stored_record(std::string_view bytes) {
  RecordBuffer buffer;
  const auto record = buffer.load(bytes);
  if (!record) return expect_clean(record.error());
  const auto checked = check_canonical(bytes);
  if (!checked) return expect_clean(checked.error());
  COUNTERFOIL_ASSERT(bytes_of(canonical(*record)) == bytes);
}

/// As a request carries it: nobody has looked at the bytes before.
void sent_command(std::string_view bytes) {
  auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
  if (words.size() == 0) return;
  std::memcpy(words.begin(), bytes.data(), words.size() * sizeof(capnp::word));
  const kj::ArrayPtr<const capnp::word> segment = words;
  const capnp::ReaderOptions options{8 * limits::request_bytes / sizeof(capnp::word),
                                     static_cast<int>(limits::message_depth)};
  Words once;
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
    const auto command = message.getRoot<schema::Command>();
    if (const auto checked = check_command(command); !checked) return expect_clean(checked.error());
    once = canonical(command);
  } catch (const kj::Exception&) {
    return;  // as Preparer does
  }

  const kj::ArrayPtr<const capnp::word> first = once;
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(&first, 1));
  const auto command = message.getRoot<schema::Command>();
  COUNTERFOIL_ASSERT(check_command(command));
  COUNTERFOIL_ASSERT(bytes_of(canonical(command)) == bytes_of(once));
  capnp::MallocMessageBuilder again;
  const auto read = again.initRoot<schema::Command>();
  COUNTERFOIL_ASSERT(command_from_json(to_json(command), read));
  COUNTERFOIL_ASSERT(bytes_of(canonical(read.asReader())) == bytes_of(once));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'r')
    stored_record(rest);
  else
    sent_command(rest);
  return 0;
}
