#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "counterfoil-verify/answer.h"
#include "counterfoil-verify/trust.h"

namespace counterfoil {

/// Shown the canonical bytes of each record that was proved.
using ShowRecord = std::function<Result<void>(std::string_view record)>;
/// Told how much is behind.
using At = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// That a receipt's record stands in the log, or what a receipt out of a seal says. `show` may be
/// empty; it is shown the record, of a complete history its records, else the seal.
Result<Answer> verify_receipt(const std::string& path, const Trust& trust, const ShowRecord& show,
                              const At& at);

/// That a bundle's records stand in the log, and which of them are all there are. With `show` the
/// file is read, and checked, twice: nothing is shown before all of it is proved.
Result<Answer> verify_bundle(const std::string& path, const Trust& trust, const ShowRecord& show,
                             const At& at);

/// The record as one line of JSON, with its line feed.
Result<std::string> record_line(std::string_view record);

}  // namespace counterfoil
