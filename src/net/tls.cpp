#include "net/tls.h"

#include <kj/compat/tls.h>
#include <kj/debug.h>

#include <optional>

#include "core/files.h"
#include "net/failure.h"

namespace counterfoil {
namespace {

constexpr auto handshake_max = 10 * kj::SECONDS;

/// What KJ makes of a file, or a sentence that names it.
template <typename Made>
Result<Made> made_of(const std::string& path, const std::string& contents, const char* what) {
  std::optional<Made> made;
  KJ_IF_MAYBE (exception, kj::runCatchingExceptions([&] { made.emplace(kj::StringPtr(contents)); }))
    return fail(ErrorCode::invalid, "{} holds no {} in PEM form that can be used: {}", path, what,
                exception->getDescription().cStr());
  return std::move(*made);
}

template <typename T>
kj::Promise<T> in_time(kj::Promise<T> handshake, kj::Timer& timer) {
  return handshake.exclusiveJoin(timer.afterDelay(handshake_max).then([]() -> kj::Promise<T> {
    return to_exception(
        {ErrorCode::io, "the peer did not complete the TLS handshake within 10 seconds"});
  }));
}

}  // namespace

struct Tls::Impl {
  Impl(kj::TlsContext::Options options, kj::Timer& t) : context(options), timer(t) {}
  kj::TlsContext context;
  kj::Timer& timer;
};

Tls::Tls(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tls::~Tls() = default;
Tls::Tls(Tls&&) noexcept = default;
Tls& Tls::operator=(Tls&&) noexcept = default;

Result<Tls> Tls::server(const TlsFiles& files, kj::Timer& timer) {
  if (files.certificate.empty() || files.key.empty())
    return fail(
        ErrorCode::invalid,
        "TLS needs a certificate and its key: give both --tls-cert FILE and --tls-key FILE");
  return make(files, timer, true);
}

Result<Tls> Tls::client(const TlsFiles& files, kj::Timer& timer) {
  if (files.certificate.empty() != files.key.empty())
    return fail(
        ErrorCode::invalid,
        "a certificate is shown with its key: give both --tls-cert FILE and --tls-key FILE");
  return make(files, timer, false);
}

Result<Tls> Tls::make(const TlsFiles& files, kj::Timer& timer, bool is_server) {
  kj::TlsContext::Options options;
  options.useSystemTrustStore = !is_server && files.authority.empty();
  options.verifyClients = is_server && !files.authority.empty();
  std::optional<kj::TlsKeypair> pair;
  if (!files.key.empty()) {
    CF_LET(const std::string key_text, read_private_file(files.key));
    CF_LET(auto key, made_of<kj::TlsPrivateKey>(files.key, key_text, "private key"));
    CF_LET(const std::string certificate_text, read_file(files.certificate));
    CF_LET(auto certificate,
           made_of<kj::TlsCertificate>(files.certificate, certificate_text, "certificate"));
    pair.emplace(kj::TlsKeypair{kj::mv(key), kj::mv(certificate)});
    options.defaultKeypair = *pair;
  }
  std::optional<kj::TlsCertificate> authority;
  if (!files.authority.empty()) {
    CF_LET(const std::string text, read_file(files.authority));
    CF_LET(auto read, made_of<kj::TlsCertificate>(files.authority, text, "certificate"));
    authority.emplace(kj::mv(read));
    options.trustedCertificates = kj::arrayPtr(&*authority, 1);
  }
  std::unique_ptr<Impl> impl;
  KJ_IF_MAYBE (exception,
               kj::runCatchingExceptions([&] { impl = std::make_unique<Impl>(options, timer); }))
    return fail(ErrorCode::invalid, "{} and {} do not go together: {}", files.certificate,
                files.key, exception->getDescription().cStr());
  return Tls(std::move(impl));
}

kj::Promise<SecuredStream> Tls::accept(kj::Own<kj::AsyncIoStream> stream) const {
  kj::AuthenticatedStream plain;
  plain.stream = kj::mv(stream);
  plain.peerIdentity = kj::UnknownPeerIdentity::newInstance();
  return in_time(impl_->context.wrapServer(kj::mv(plain)), impl_->timer)
      .then([](kj::AuthenticatedStream secured) {
        SecuredStream accepted;
        auto& peer = kj::downcast<kj::TlsPeerIdentity>(*secured.peerIdentity);
        if (peer.hasCertificate()) {
          const kj::String name = peer.getCommonName();
          accepted.common_name.assign(name.begin(), name.size());  // a NUL in it ends nothing
        }
        accepted.stream = kj::mv(secured.stream);
        return accepted;
      });
}

kj::Promise<kj::Own<kj::AsyncIoStream>> Tls::connect(kj::Own<kj::AsyncIoStream> stream,
                                                     const std::string& host) const {
  return in_time(impl_->context.wrapClient(kj::mv(stream), kj::StringPtr(host)), impl_->timer)
      .catch_([host](kj::Exception&& why) -> kj::Promise<kj::Own<kj::AsyncIoStream>> {
        return to_exception(
            {ErrorCode::io,
             fmt::format("no protected connection to {}: {}. Name the authority that signed its "
                         "certificate with --tls-ca, and the name in it with --tls-name; and see "
                         "that the daemon was given --tls-cert",
                         host, from_exception(why).message)});
      });
}

}  // namespace counterfoil
