#pragma once

#include <schema/ledger.capnp.h>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "core/zone.h"
#include "counterfoil/output.h"
#include "net/as_of.h"
#include "net/asio_loop.h"
#include "net/tls.h"

namespace counterfoil {

/// What every command is given: where the ledger is, and how to print.
struct GlobalOptions {
  std::string ledger;  // a folder; empty: connect
  std::string connect = "127.0.0.1:7400";
  std::string token_file;
  bool tls = false;
  TlsFiles tls_files;
  std::string tls_name;  // that the daemon's certificate is for; empty: the host of `connect`
  Format format = Format::table;
  Language language = Language::english;
  std::vector<std::string> as_of;             // as given
  std::set<std::string> commands_of_past{};   // that take --as-of
  std::set<std::string> commands_of_prose{};  // that print sentences, and no rows
  intake::Encoding encoding = intake::Encoding::utf8;
  std::optional<Format> picture;  // that the chosen command can draw
};

Instant clock_now();

/// An open way to a ledger: over the network, or by holding its folder. Commands use the same
/// capabilities either way.
class LedgerAccess {
 public:
  static Result<std::unique_ptr<LedgerAccess>> open(const GlobalOptions& options);
  virtual ~LedgerAccess() = default;

  AsioLoop& loop() { return loop_; }
  kj::WaitScope& scope() { return loop_.scope(); }
  schema::LedgerInfo::Reader info() const { return opened_->getInfo(); }
  // Where the roles do not grant it, calls of the capability fail with a sentence that says so.
  schema::Recorder::Client recorder() {
    return opened_->hasRecorder() ? opened_->getRecorder()
                                  : schema::Recorder::Client(not_granted("record anything"));
  }
  schema::Reader::Client reader() { return opened_->getReader(); }
  schema::Feed::Client feed() { return opened_->getFeed(); }
  schema::Admin::Client admin() {
    return opened_->hasAdmin() ? opened_->getAdmin()
                               : schema::Admin::Client(not_granted("administer the ledger"));
  }
  schema::Log::Client log() {
    return opened_->hasLog() ? opened_->getLog()
                             : schema::Log::Client(not_granted("read the whole ledger"));
  }
  Result<Zone> zone() const;
  /// What --as-of was given.
  const AsOf& as_of() const { return as_of_; }

  /// Runs the call to its end; a failure of the ledger's or of the network's becomes an Error.
  template <typename T>
  Result<T> wait(kj::Promise<T> promise) {
    return caught([&]() -> Result<T> { return promise.wait(scope()); });
  }
  Result<void> wait(kj::Promise<void> promise) {
    return caught([&]() -> Result<void> {
      promise.wait(scope());
      return {};
    });
  }
  template <typename Params, typename Results>
  Result<capnp::Response<Results>> call(capnp::Request<Params, Results> request) {
    return caught(
        [&]() -> Result<capnp::Response<Results>> { return request.send().wait(scope()); });
  }

 protected:
  LedgerAccess() = default;
  Result<void> start(schema::Session::Client session);

  AsioLoop loop_;

 private:
  template <typename Action>
  static auto caught(Action action) -> decltype(action()) {
    try {
      return action();
    } catch (const kj::Exception& error) {
      return tl::make_unexpected(error_of(error));
    }
  }
  static Error error_of(const kj::Exception& exception);
  kj::Exception not_granted(std::string_view what) const;

  std::optional<capnp::Response<schema::Session::OpenResults>> opened_;
  AsOf as_of_;
};

}  // namespace counterfoil
