#pragma once

#include <functional>
#include <string>
#include <vector>

#include "counterfoil-verify/answer.h"
#include "counterfoil-verify/trust.h"

namespace counterfoil {

/// That a folder of static files (C2SP tlog-tiles) holds a whole log as it was signed, and that
/// each of the kept checkpoints (paths) is of its beginning. Trusts nothing in the folder before
/// the root of all its entries is found signed.
Result<Answer> verify_log(const std::string& folder, const Trust& trust,
                          const std::vector<std::string>& since,
                          const std::function<void(std::uint64_t done, std::uint64_t total)>& at);

}  // namespace counterfoil
