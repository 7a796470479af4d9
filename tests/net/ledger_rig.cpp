#include "ledger_rig.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codec/canonical.h"
#include "codec/text.h"
#include "core/limits.h"
#include "service/create.h"

namespace counterfoil::test {
namespace {

template <typename T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

Instant now() {
  return Instant{std::chrono::duration_cast<std::chrono::microseconds>(
                     std::chrono::system_clock::now().time_since_epoch())
                     .count()};
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream all;
  all << file.rdbuf();
  return all.str();
}

}  // namespace

LedgerPlace::LedgerPlace() {
  std::string name = (std::filesystem::temp_directory_path() / "counterfoil-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a folder");
  path_ = name;
  LedgerPlan plan;
  plan.origin = "ledger.example/test";
  plan.rule_set = contents(COUNTERFOIL_SOURCE_DIR "/schema/rulesets/open.json");
  plan.rule_set_from = must(parse_date("2020-01-01"));
  plan.recovery_key_file = path_ + "/recovery.pem";
  must(create_ledger(ledger(), plan, now));
}

LedgerPlace::~LedgerPlace() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string LedgerPlace::token() const {
  std::string token = contents(ledger() + "/admin.token");
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

LedgerServer::LedgerServer(const LedgerPlace& place,
                           const std::vector<const Projection*>& projections)
    : ledger_(must(Ledger::open(
          place.ledger(), now, [](const std::string&) {}, projections))),
      token_(place.token()) {
  std::promise<Address> listening;
  auto address = listening.get_future();
  thread_ = std::thread(
      [this, listening = std::move(listening)]() mutable { serve(std::move(listening)); });
  address_ = address.get();
}

void LedgerServer::serve(std::promise<Address> listening) {
  AsioLoop loop([this](std::string_view sentence) {
    const std::lock_guard lock(mutex_);
    reports_.emplace_back(sentence);
  });
  Hall hall(loop, *ledger_, token_);
  Server server(loop, hall);
  ledger_->start();
  auto stop = kj::newPromiseAndCrossThreadFulfiller<void>();
  stop_ = kj::mv(stop.fulfiller);
  executor_ = kj::getCurrentThreadExecutor().addRef();
  server_ = &server;
  listening.set_value(must(server.listen({"127.0.0.1", 0})));
  stop.promise.wait(loop.scope());
  ledger_->stop();
  server.drain();
}

void LedgerServer::stop() {
  if (!thread_.joinable()) return;
  stop_->fulfill();
  thread_.join();
}

void LedgerServer::on_loop(std::function<void(Server&)> action) {
  executor_->executeSync([&] { action(*server_); });
}

std::vector<std::string> LedgerServer::reports() {
  const std::lock_guard lock(mutex_);
  return reports_;
}

std::size_t LedgerServer::subscribers() {
  std::size_t count = 0;
  on_loop([&](Server& server) { count = server.subscribers(); });
  return count;
}

LedgerClient::LedgerClient(AsioLoop& loop, const Address& address, const std::string& token)
    : stream(connect(loop, address).wait(loop.scope())),
      network_(*stream, capnp::rpc::twoparty::Side::CLIENT, message_limits()),
      system_(capnp::makeRpcClient(network_)) {
  if (token.empty()) return;
  auto login = gate().loginRequest();
  login.setCredential(text_of(token));
  auto open = login.send().getSession().openRequest();
  opened_ = std::make_unique<capnp::Response<schema::Session::OpenResults>>(
      open.send().wait(loop.scope()));
}

schema::Gate::Client LedgerClient::gate() {
  capnp::MallocMessageBuilder message;
  auto server = message.initRoot<capnp::rpc::twoparty::VatId>();
  server.setSide(capnp::rpc::twoparty::Side::SERVER);
  return system_.bootstrap(server).castAs<schema::Gate>();
}

int LedgerClient::fd() const {
  return KJ_ASSERT_NONNULL(stream->getFd());
}

std::string line_id(std::string_view project) {
  return fmt::format("line/2024/{}/general/net/-", project);
}

Fill unit(std::string id) {
  return unit_with_reason(std::move(id), 0);
}

Fill unit_with_reason(std::string id, std::size_t bytes) {
  return [id = std::move(id), bytes](schema::Command::Builder command) {
    command.setCommandId(text_of("unit-" + id));
    if (bytes != 0) command.setReason(text_of(std::string(bytes, 'r')));
    auto fact = command.initFacts(1)[0].initUnitRegistered();
    fact.setUnit(text_of(id));
    fact.setName(text_of("Unit " + id));
    fact.setDivision("110000");
  };
}

Fill project(std::string id, std::string of_unit) {
  return [id = std::move(id), of_unit = std::move(of_unit)](schema::Command::Builder command) {
    command.setCommandId(text_of("project-" + id));
    auto fact = command.initFacts(1)[0].initProjectProposed();
    fact.setProject(text_of(id));
    fact.setUnit(text_of(of_unit));
    fact.setName(text_of("Project " + id));
    fact.setCategory("T");
  };
}

Fill line(std::string project) {
  return [project = std::move(project)](schema::Command::Builder command) {
    command.setCommandId(text_of("line-" + project));
    auto fact = command.initFacts(1)[0].initLineOpened();
    fact.setLine(text_of(line_id(project)));
    fact.setFunctionalClass("2050101");
  };
}

Fill appropriation(std::string project, std::int64_t amount, std::string id) {
  return
      [project = std::move(project), amount, id = std::move(id)](schema::Command::Builder command) {
        command.setCommandId(text_of(id));
        auto fact = command.initFacts(1)[0].initBudgetAppropriated();
        fact.setAmount(amount);
        fact.setLine(text_of(line_id(project)));
      };
}

Fill supplement(std::string project, std::int64_t amount, std::string id,
                std::size_t reason_bytes) {
  return [=](schema::Command::Builder command) {
    command.setCommandId(text_of(id));
    if (reason_bytes != 0) command.setReason(text_of(std::string(reason_bytes, 'r')));
    auto fact = command.initFacts(1)[0].initBudgetAdjusted();
    fact.setKind(schema::BudgetAdjusted::Kind::SUPPLEMENT);
    auto leg = fact.initLegs(1)[0];
    leg.setAmount(amount);
    leg.setVintage(2024);
    leg.setLine(text_of(line_id(project)));
  };
}

kj::Promise<RecordResponse> record(schema::Recorder::Client recorder,
                                   const std::vector<Fill>& commands) {
  auto request = recorder.recordRequest();
  auto list = request.initCommands(static_cast<unsigned>(commands.size()));
  for (unsigned i = 0; i < commands.size(); ++i) commands[i](list[i]);
  return request.send();
}

void must_record(AsioLoop& loop, LedgerClient& client, const std::vector<Fill>& commands) {
  const auto response = record(client.recorder(), commands).wait(loop.scope());
  for (const auto answer : response.getAnswers())
    if (answer.isFailed()) throw std::runtime_error(answer.getFailed().getMessage().cStr());
}

void record_units(AsioLoop& loop, LedgerClient& client, const std::string& prefix,
                  std::size_t count, std::size_t reason_bytes) {
  const std::size_t in_request =
      std::min(limits::commands_in_request, limits::request_bytes / (reason_bytes + 512));
  for (std::size_t first = 0; first < count; first += in_request) {
    std::vector<Fill> commands;
    for (std::size_t i = first; i < std::min(count, first + in_request); ++i)
      commands.push_back(unit_with_reason(prefix + std::to_string(i), reason_bytes));
    must_record(loop, client, commands);
  }
}

bool eventually(AsioLoop& loop, const std::function<bool()>& condition) {
  for (int i = 0; i < 6'000; ++i) {
    if (condition()) return true;
    loop.timer().afterDelay(10 * kj::MILLISECONDS).wait(loop.scope());
  }
  return false;
}

kj::Promise<void> Collector::events(EventsContext context) {
  const auto params = context.getParams();
  RecordBuffer buffer;
  for (const auto bytes : params.getRecords()) {
    const auto record = buffer.load(view(bytes));
    seen_->in_order = seen_->in_order && record && record->getSequence() == seen_->next;
    if (record) seen_->sequences.push_back(record->getSequence());
    ++seen_->next;
    seen_->bytes += bytes.size();
  }
  if (params.getRecords().size() == 0) ++seen_->beats;
  seen_->position = params.getPosition();
  ++seen_->calls;
  seen_->head = params.getHead();
  if (!seen_->hold) return kj::READY_NOW;
  auto pair = kj::newPromiseAndFulfiller<void>();
  seen_->held.push_back(kj::mv(pair.fulfiller));
  return kj::mv(pair.promise);
}

kj::Promise<void> Collector::ended(EndedContext context) {
  seen_->ended = context.getParams().getFailure().getCode();
  seen_->why = context.getParams().getFailure().getMessage();
  return kj::READY_NOW;
}

kj::Promise<void> Collector::retried(RetriedContext context) {
  RecordBuffer buffer;
  const auto record = buffer.load(view(context.getParams().getRecord()));
  if (record) seen_->retried.push_back(record->getSequence());
  seen_->tries = context.getParams().getTries();
  return kj::READY_NOW;
}

Subscribed subscribe(AsioLoop& loop, LedgerClient& client, std::uint64_t from, bool hold) {
  auto seen = std::make_shared<Collector::Seen>();
  seen->next = from;
  seen->hold = hold;
  auto request = client.feed().subscribeRequest();
  request.setFrom(from);
  request.setSink(kj::heap<Collector>(seen));
  return {seen, request.send().wait(loop.scope()).getSubscription()};
}

}  // namespace counterfoil::test
