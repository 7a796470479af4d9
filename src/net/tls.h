#pragma once

#include <kj/async-io.h>
#include <kj/timer.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace kj {
class TlsContext;
}

namespace counterfoil {

/// The files, in PEM, that one side of TLS is made of. Empty: none.
struct TlsFiles {
  std::string certificate;  // its own, with those between it and the authority's
  std::string key;          // of the certificate; its owner's alone
  std::string authority;    // whom the other side's certificate is checked against
};

/// A connection that TLS protects.
struct SecuredStream {
  kj::Own<kj::AsyncIoStream> stream;
  std::string common_name;  // of the peer's certificate; empty where it showed none
};

/// One side of TLS (1.2 or newer, OpenSSL through KJ). For one thread.
class Tls {
 public:
  /// Needs certificate and key. With an authority, clients must show a certificate of it. The timer
  /// outlives it.
  static Result<Tls> server(const TlsFiles& files, kj::Timer& timer);
  /// Without an authority, servers' certificates are checked against the system's.
  static Result<Tls> client(const TlsFiles& files, kj::Timer& timer);
  ~Tls();
  Tls(Tls&&) noexcept;
  Tls& operator=(Tls&&) noexcept;

  /// The promise fails where the peer does not complete the handshake within some seconds.
  kj::Promise<SecuredStream> accept(kj::Own<kj::AsyncIoStream> stream) const;
  /// `host`: whom the server's certificate must be for.
  kj::Promise<kj::Own<kj::AsyncIoStream>> connect(kj::Own<kj::AsyncIoStream> stream,
                                                  const std::string& host) const;

 private:
  struct Impl;
  explicit Tls(std::unique_ptr<Impl> impl);
  static Result<Tls> make(const TlsFiles& files, kj::Timer& timer, bool is_server);
  std::unique_ptr<Impl> impl_;
};

}  // namespace counterfoil
