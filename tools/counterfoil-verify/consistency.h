#pragma once

#include <string>

#include "counterfoil-verify/answer.h"
#include "counterfoil-verify/trust.h"

namespace counterfoil {

/// That the newer checkpoint's log begins with the older one's. `request` is the body that a
/// witness would be asked with (proof/witness_request.h): it holds the proof and the newer
/// checkpoint.
Result<Answer> verify_extension(const std::string& old_path, const std::string& request_path,
                                const Trust& trust);

/// The same out of the tiles of a folder (C2SP tlog-tiles), which must be of at least the newer
/// checkpoint's size. Without `new_path` the newer one is the folder's own.
Result<Answer> verify_extension_in(const std::string& folder, const std::string& old_path,
                                   const std::string& new_path, const Trust& trust);

}  // namespace counterfoil
