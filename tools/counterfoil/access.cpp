#include "counterfoil/access.h"

#include <capnp/rpc-twoparty.h>

#include <chrono>
#include <cstdlib>

#include "codec/text.h"
#include "net/connect.h"
#include "net/failure.h"
#include "net/gate.h"
#include "net/server.h"
#include "service/ledger.h"

namespace counterfoil {
namespace {

/// The folder itself, locked for as long as the command runs.
class LocalAccess final : public LedgerAccess {
 public:
  Result<void> open(const GlobalOptions& options) {
    CF_LET(ledger_, Ledger::open(options.ledger, clock_now, [](const std::string& notice) {
             fmt::print(stderr, "counterfoil: {}\n", notice);
           }));
    feeds_ = std::make_unique<Feeds>(*ledger_, loop_.timer(), [](const std::string&) {});
    background_ = std::make_unique<Background>();
    ledger_->start(Projector::Use::alone);
    size_ = ledger_->journal().size();
    CF_LET(Visitor opener, opener_of(*ledger_));
    return start(make_session({*ledger_, *feeds_, *background_, loop_.timer()}, std::move(opener)));
  }
  ~LocalAccess() override {
    background_.reset();
    if (!ledger_) return;
    if (feeds_ && ledger_->journal().size() != size_) seal_if_closed();
    ledger_->stop();
  }

 private:
  /// What the daemon does by itself: a command that closed a period leaves a sealed ledger.
  void seal_if_closed() {
    const auto sealed = ledger_->sealer().seal_if_closed();
    if (sealed) {
      if (*sealed)
        for (const std::string& why : (*sealed)->left_out)
          fmt::print(stderr, "counterfoil: the seal leaves a view out: {}\n", why);
      return;
    }
    fmt::print(stderr,
               "counterfoil: a period was closed, and the ledger could not be sealed: {}. Run "
               "`counterfoil seal`\n",
               sealed.error().message);
  }

  std::unique_ptr<Ledger> ledger_;
  std::uint64_t size_ = 0;  // when it was opened
  std::unique_ptr<Feeds> feeds_;
  std::unique_ptr<Background> background_;
};

bool has_token(const GlobalOptions& options) {
  return !options.token_file.empty() || std::getenv("COUNTERFOIL_TOKEN") != nullptr;
}

Result<std::string> find_token(const GlobalOptions& options) {
  std::string token;
  if (!options.token_file.empty()) {
    CF_LET(token, read_file(options.token_file));
  } else if (const char* from_environment = std::getenv("COUNTERFOIL_TOKEN")) {
    token = from_environment;
  } else {
    return fail(ErrorCode::denied,
                "connecting needs a token: name the file that holds it with --token-file (the "
                "administrator's is admin.token in the ledger's folder), or set COUNTERFOIL_TOKEN");
  }
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

/// A daemon.
class RemoteAccess final : public LedgerAccess {
 public:
  Result<void> open(const GlobalOptions& options) {
    CF_LET(const Address address, parse_address(options.connect));
    std::string token;
    if (options.tls_files.certificate.empty() || has_token(options)) {
      CF_LET(token, find_token(options));
    }
    CF_LET(stream_, wait(connect(loop_, address)));
    if (options.tls || !options.tls_files.authority.empty() ||
        !options.tls_files.certificate.empty()) {
      CF_LET(const Tls tls, Tls::client(options.tls_files, loop_.timer()));
      CF_LET(stream_,
             wait(tls.connect(kj::mv(stream_),
                              options.tls_name.empty() ? address.host : options.tls_name)));
    }
    network_ = kj::heap<capnp::TwoPartyVatNetwork>(*stream_, capnp::rpc::twoparty::Side::CLIENT,
                                                   message_limits());
    rpc_ = kj::heap<capnp::RpcSystem<capnp::rpc::twoparty::VatId>>(capnp::makeRpcClient(*network_));
    capnp::MallocMessageBuilder message;
    auto server = message.initRoot<capnp::rpc::twoparty::VatId>();
    server.setSide(capnp::rpc::twoparty::Side::SERVER);
    auto login = rpc_->bootstrap(server).castAs<schema::Gate>().loginRequest();
    login.setCredential(text_of(token));
    CF_LET(auto session, call(kj::mv(login)));
    return start(session.getSession());
  }

 private:
  kj::Own<kj::AsyncIoStream> stream_;
  kj::Own<capnp::TwoPartyVatNetwork> network_;
  kj::Own<capnp::RpcSystem<capnp::rpc::twoparty::VatId>> rpc_;
};

template <typename Access>
Result<std::unique_ptr<LedgerAccess>> opened(const GlobalOptions& options) {
  auto access = std::make_unique<Access>();
  auto done = access->open(options);
  if (done) return access;
  // A ledger or a token file that is not there is no answer to what the command asked.
  if (done.error().code == ErrorCode::not_found) done.error().code = ErrorCode::io;
  return tl::make_unexpected(std::move(done).error());
}

}  // namespace

Instant clock_now() {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

Result<std::unique_ptr<LedgerAccess>> LedgerAccess::open(const GlobalOptions& options) {
  CF_LET(auto access,
         options.ledger.empty() ? opened<RemoteAccess>(options) : opened<LocalAccess>(options));
  CF_LET(const Zone zone, access->zone());
  CF_LET(access->as_of_, parse_as_of(options.as_of, zone));
  return access;
}

Result<void> LedgerAccess::start(schema::Session::Client session) {
  CF_LET(opened_, call(session.openRequest()));
  return {};
}

kj::Exception LedgerAccess::not_granted(std::string_view what) const {
  return to_exception(
      {ErrorCode::denied, fmt::format("the roles of {} do not {}: have one granted that does, with "
                                      "`counterfoil principals grant`, or use another token",
                                      view(info().getPrincipal()), what)});
}

Result<Zone> LedgerAccess::zone() const {
  return Zone::find(view(info().getTimeZone()));
}

Error LedgerAccess::error_of(const kj::Exception& exception) {
  return from_exception(exception);
}

}  // namespace counterfoil
