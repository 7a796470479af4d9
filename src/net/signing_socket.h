#pragma once

#include <functional>
#include <memory>
#include <string>

#include "proof/key.h"
#include "service/careful_signer.h"

namespace counterfoil {

/// Asks the process behind a Unix socket to sign; schema/FORMAT.md, "Signer". Waits on the calling
/// thread, some seconds at most.
Result<std::unique_ptr<Signer>> connect_signer(const std::string& socket);

/// Answers whoever connects to the socket, one after another, until `stopped` says so (asked a few
/// times a second). The socket is its owner's alone, and is removed at the end.
Result<void> serve_signer(CarefulSigner& signer, const std::string& socket,
                          const std::function<bool()>& stopped);

}  // namespace counterfoil
