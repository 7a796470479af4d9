#pragma once

#include <functional>
#include <iosfwd>
#include <string>

#include "counterfoil/access.h"
#include "proof/bundle.h"

namespace counterfoil {

/// Adds the subject's records of sequences below `end`, in order.
Result<void> add_history(LedgerAccess& access, const std::string& subject, std::uint64_t end,
                         BundleWriter& bundle);

/// Lets `fill` write the file, which is there when this returns without an error, and else as it
/// was before. `check` sees it before: nothing is handed out that would not verify.
Result<void> write_proof_file(const std::string& file,
                              const std::function<Result<void>(std::ostream&)>& fill,
                              const std::function<Result<void>(std::istream&)>& check = {});

}  // namespace counterfoil
