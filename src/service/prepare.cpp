#include "service/prepare.h"

#include "codec/check.h"
#include "codec/describe.h"

namespace counterfoil {

Result<Preparer> Preparer::of_suite(std::string_view suite) {
  CF_LET(Hasher hasher, Hasher::of_suite(suite));
  return Preparer(std::move(hasher));
}

Result<PreparedCommand> Preparer::prepare(schema::Command::Reader command) {
  try {
    CF_TRY(check_command(command));
    PreparedCommand prepared{canonical(command), {}};
    prepared.digest = bytes_of(hasher_.digest(bytes_of(prepared.words)));
    return prepared;
  } catch (const kj::Exception& error) {  // a pointer that leads nowhere, or nests too deep
    return fail(ErrorCode::invalid, "the command is no well-formed message: {}", describe(error));
  }
}

}  // namespace counterfoil
