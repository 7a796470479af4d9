#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "http/server.h"
#include "net/server.h"
#include "net/signals.h"
#include "net/signing_socket.h"
#include "service/ledger.h"
#include "service/secrets.h"

using namespace counterfoil;

namespace {

struct Options {
  std::string ledger;
  std::string listen = "127.0.0.1:7400";
  std::string http = "127.0.0.1:7480";
  std::string signer;
  TlsFiles tls;
  bool record_reads = false;
  double seal_every_h = 0;  // 0: only when a period was closed
};

Instant clock_now() {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

/// Only signing needs the key: without it the ledger records and serves.
Result<void> look_for_signing_key(const Ledger& ledger) {
  const auto signer = ledger.notary().find_signer();
  if (signer) return {};
  const ErrorCode code = signer.error().code;
  if (code != ErrorCode::not_found && code != ErrorCode::io)
    return tl::make_unexpected(signer.error());
  spdlog::warn("{}; nothing can be signed until then", signer.error().message);
  return {};
}

/// Each connection is a file descriptor; the usual soft limit is far below ours.
void raise_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

Sealer::Schedule seal_schedule(const Options& options) {
  constexpr double hour_us = 3'600'000'000;
  Sealer::Schedule schedule;
  if (options.seal_every_h > 0)
    schedule.every_us = static_cast<std::int64_t>(options.seal_every_h * hour_us);
  schedule.notice = [](const std::string& notice) { spdlog::info("{}", notice); };
  return schedule;
}

/// Tokens and budgets go over no network in the clear.
Result<Address> address_of(const std::string& text, const Options& options) {
  CF_LET(Address address, parse_address(text));
  if (is_loopback(address) || !options.tls.certificate.empty()) return address;
  return fail(ErrorCode::invalid,
              "listening on {}, which others can reach, needs TLS: give --tls-cert FILE and "
              "--tls-key FILE, or listen on 127.0.0.1",
              text);
}

Result<void> serve(const Options& options) {
  CF_LET(const Address address, address_of(options.listen, options));
  std::optional<Address> http_address;
  if (options.http != "off") {
    CF_LET(http_address, address_of(options.http, options));
  }
  CF_LET(const auto ledger, Ledger::open(options.ledger, clock_now, [](const std::string& notice) {
           spdlog::warn("{}", notice);
         }));
  CF_LET(std::string token, read_admin_token(ledger->folder()));
  if (!options.signer.empty())
    ledger->sign_with(
        [socket = options.signer](const VerifierKey&) { return connect_signer(socket); });
  CF_TRY(look_for_signing_key(*ledger));

  AsioLoop loop([](std::string_view sentence) { spdlog::warn("{}", sentence); });
  auto stop = wait_for_stop_signal(loop);
  ReadNote note_audit;
  if (options.record_reads)
    note_audit = [](std::string_view sentence) { spdlog::info("{}", sentence); };
  Hall hall(loop, *ledger, std::move(token), std::move(note_audit));
  Server server(loop, hall);
  http::Server http_server(loop, hall);
  std::optional<Tls> tls;
  if (!options.tls.certificate.empty() || !options.tls.key.empty()) {
    CF_LET(tls, Tls::server(options.tls, loop.timer()));
    server.protect(*tls);
    http_server.protect(*tls);
  }
  ledger->start();
  ledger->sealer().start(seal_schedule(options));
  CF_LET(const Address listening, server.listen(address));
  if (http_address) {
    CF_LET(const Address http_listening, http_server.listen(*http_address));
    spdlog::info("HTTP on {}", format_address(http_listening));
  }
  spdlog::info("serving {} ({} records) on {}", ledger->facts().origin, ledger->journal().size(),
               format_address(listening));

  const int signal = stop.wait(loop.scope());
  spdlog::info("stopping on signal {}", signal);
  ledger->stop();
  server.drain();
  http_server.drain();
  spdlog::info("stopped with {} records", ledger->journal().size());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  // A file that may not grow any more is then an error that clients are told, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  raise_open_files();
  CLI::App app{"Counterfoil's daemon: records events, serves reads and the feed.", "counterfoild"};
  app.set_version_flag("--version", COUNTERFOIL_VERSION);
  app.set_config("--config", "", "Options from a TOML file, by their long names", false);
  app.allow_config_extras(CLI::config_extras_mode::error);
  Options options;
  app.add_option("--ledger", options.ledger, "The ledger's folder, made by `counterfoil init`")
      ->required();
  app.add_option("--listen", options.listen, "HOST:PORT for RPC; port 0 takes any free one")
      ->capture_default_str();
  app.add_option("--http", options.http,
                 "HOST:PORT for HTTP; port 0 takes any free one, `off` serves none")
      ->capture_default_str();
  app.add_option("--tls-cert", options.tls.certificate,
                 "Certificate of this daemon, PEM: all connections then speak TLS; required "
                 "unless it listens on this machine only");
  app.add_option("--tls-key", options.tls.key, "Private key of the certificate, PEM");
  app.add_option("--tls-client-ca", options.tls.authority,
                 "Authority, PEM, of which every client must show a certificate; its common name "
                 "is the id of the principal, who needs no token then");
  app.add_flag("--record-reads", options.record_reads,
               "Write what principals with the role audit read to this daemon's log");
  app.add_option("--signer", options.signer,
                 "Unix socket of a `counterfoil signer` that holds the signing key (default: the "
                 "key in the ledger's folder)");
  app.add_option("--seal-every", options.seal_every_h,
                 "Seal the ledger when the newest seal is so many hours old and something was "
                 "recorded since (default: only when a period was closed)")
      ->check(CLI::Range(0.0001, 1e6));
  app.footer("Example: counterfoild --ledger /var/lib/counterfoil --listen 127.0.0.1:7400");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("counterfoild"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
  spdlog::flush_on(spdlog::level::info);
  const auto served = serve(options);
  if (served) return 0;
  spdlog::error("{}", served.error().message);
  return served.error().code == ErrorCode::invalid ? 2 : 3;
}
