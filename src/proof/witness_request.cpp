#include "proof/witness_request.h"

#include "codec/binary_text.h"
#include "core/limits.h"
#include "proof/count_text.h"
#include "proof/text_line.h"

namespace counterfoil {
namespace {

constexpr std::string_view old_start = "old ";

template <typename... Args>
tl::unexpected<Error> no_request(fmt::format_string<Args...> why, Args&&... args) {
  return fail(ErrorCode::invalid,
              "this is no request to a witness (C2SP tlog-witness, add-checkpoint): {}",
              fmt::format(why, std::forward<Args>(args)...));
}

}  // namespace

std::string format_witness_request(const WitnessRequest& request) {
  std::string text = fmt::format("{}{}\n", old_start, request.old_size);
  for (const Hash& hash : request.proof) text += to_base64(bytes_of(hash)) + "\n";
  return text + "\n" + request.checkpoint;
}

Result<WitnessRequest> parse_witness_request(std::string_view text) {
  if (text.size() > limits::witness_request_bytes)
    return fail(ErrorCode::limit, "the request is {} bytes long; the limit is {}", text.size(),
                limits::witness_request_bytes);
  WitnessRequest request;
  std::string_view old = take_line(text);
  if (!old.starts_with(old_start)) return no_request("its first line is not \"old SIZE\"");
  old.remove_prefix(old_start.size());
  CF_LET(request.old_size, parse_count(old));
  for (;;) {
    if (text.empty()) return no_request("no empty line and checkpoint stand behind the proof");
    const std::string_view line = take_line(text);
    if (line.empty()) break;
    if (request.proof.size() == limits::proof_hashes)
      return fail(ErrorCode::limit, "the request's proof has more than {} hashes",
                  limits::proof_hashes);
    CF_LET(const Hash hash, parse_hash(line));
    request.proof.push_back(hash);
  }
  request.checkpoint = text;
  return request;
}

}  // namespace counterfoil
