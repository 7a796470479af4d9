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

/// That a receipt's record stands in the log. `show` may be empty.
Result<Answer> verify_receipt(const std::string& path, const Trust& trust, const ShowRecord& show);

/// That a bundle's records stand in the log, and which of them are all there are. With `show` the
/// file is read, and checked, twice: nothing is shown before all of it is proved.
Result<Answer> verify_bundle(const std::string& path, const Trust& trust, const ShowRecord& show,
                             const At& at);

/// The record as one line of JSON, with its line feed.
Result<std::string> record_line(std::string_view record);

}  // namespace counterfoil
