#pragma once

#include <kj/async-io.h>
#include <kj/io.h>

namespace counterfoil {

class AsioLoop;

/// A connected stream socket (TCP or Unix) as KJ sees it, woken by the loop's io_context.
///
/// Promises may be dropped at any time, and buffers freed with them:
/// - A dropped read that had consumed nothing leaves the stream as it was. One that had consumed
///   some, but fewer than its minimum, makes later reads fail: their bytes would not line up.
/// - Likewise a dropped write: if it was half sent, later writes fail, for the peer would take
///   their bytes for the rest of it.
/// A peer that is gone shows as kj::Exception of type DISCONNECTED; end of file as a short read.
/// One read and one write may be pending at a time.
kj::Own<kj::AsyncIoStream> wrap_socket(AsioLoop& loop, kj::AutoCloseFd socket);

}  // namespace counterfoil
