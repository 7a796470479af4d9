#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proof/suite.h"

namespace counterfoil {

/// What a witness is asked to cosign: the body of C2SP tlog-witness, "add-checkpoint".
struct WitnessRequest {
  std::uint64_t old_size = 0;  // of the newest checkpoint that it cosigned; 0 where there is none
  std::vector<Hash> proof;     // RFC 6962 consistency proof from there to the checkpoint
  std::string checkpoint;      // the signed note, verbatim
};

std::string format_witness_request(const WitnessRequest& request);
/// Inverse of format_witness_request; the checkpoint is not looked at.
Result<WitnessRequest> parse_witness_request(std::string_view text);

}  // namespace counterfoil
