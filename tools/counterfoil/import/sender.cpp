#include "counterfoil/import/sender.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "codec/json.h"
#include "core/limits.h"

namespace counterfoil::intake {
namespace {

/// Room for what a request holds besides its commands.
constexpr std::size_t batch_bytes_max = limits::request_bytes - (64u << 10);
/// Ids remembered; past it all are forgotten, because the ledger can be asked.
constexpr std::size_t known_max = 1'000'000;
constexpr unsigned first_segment_words = 128;

}  // namespace

void Sender::refuse(const Rows& rows, const std::string& reason) {
  account_.rows_refused += rows.lines.size();
  for (const std::uint64_t line : rows.lines) {
    Refusal refusal{rows.file, line, reason};
    if (options_.on_refused) options_.on_refused(refusal);
    if (account_.refusals.size() < Account::listed_max)
      account_.refusals.push_back(std::move(refusal));
  }
  if (options_.on_refusal == OnRefusal::stop) account_.stopped = true;
}

Result<Sender::Pending> Sender::encode(const Draft& draft) const {
  Pending pending;
  pending.id = draft.id;
  pending.message = std::make_unique<capnp::MallocMessageBuilder>(first_segment_words);
  auto root = pending.message->initRoot<schema::Command>();
  CF_TRY(command_from_json(draft.command, root));
  pending.bytes = root.asReader().totalSize().wordCount * sizeof(capnp::word);
  if (pending.bytes > batch_bytes_max)
    return fail(ErrorCode::limit, "the command takes {} bytes, and a request at most {}",
                pending.bytes, limits::request_bytes);
  return pending;
}

/// Whether the draft is to be sent: a command that several groups give is sent for the first.
Result<bool> Sender::is_new(const Draft& draft) {
  if (!draft.once) return true;
  std::string json = boost::json::serialize(draft.command);
  const auto [same, added] = once_.emplace(draft.id, json);
  if (!added && same->second != json)
    return fail(ErrorCode::conflict, "rows before gave it as {}, these as {}; they must agree",
                same->second, json);
  return added;
}

Result<void> Sender::add(Rows rows, const std::vector<Draft>& drafts) {
  std::vector<Pending> commands;
  std::vector<std::string> first;  // commands of several groups that this one is the first to give
  for (const Draft& draft : drafts) {
    const auto fresh = is_new(draft);
    if (fresh && !*fresh) continue;
    if (fresh && draft.once) first.push_back(draft.id);
    auto command = fresh ? encode(draft) : tl::unexpected(fresh.error());
    if (!command) {
      for (const std::string& id : first) once_.erase(id);  // another group will send it
      refuse(rows, fmt::format("command {}: {}", draft.id, command.error().message));
      return {};
    }
    commands.push_back(std::move(*command));
  }
  std::size_t bytes = 0;
  for (const Pending& command : commands) bytes += command.bytes;
  if (pending_.size() + commands.size() > limits::commands_in_request ||
      pending_bytes_ + bytes > batch_bytes_max)
    CF_TRY(flush());
  if (stopped()) {
    account_.rows_read -= rows.lines.size();  // a refusal came to light first: never sent
    return {};
  }
  auto group = std::make_shared<Taken>(Taken{.rows = std::move(rows), .commands = commands.size()});
  for (Pending& command : commands) {
    if (pending_bytes_ + command.bytes > batch_bytes_max) CF_TRY(flush());
    command.group = group;
    pending_bytes_ += command.bytes;
    ++pending_ids_[command.id];
    pending_.push_back(std::move(command));
  }
  return {};
}

Result<void> Sender::flush() {
  if (pending_.empty()) return {};
  std::vector<schema::Command::Reader> readers;
  readers.reserve(pending_.size());
  for (const Pending& command : pending_)
    readers.push_back(command.message->getRoot<schema::Command>().asReader());
  auto answers = ledger_.record(readers);
  if (!answers) return tl::unexpected(std::move(answers).error());
  if (answers->size() != pending_.size())
    return fail(ErrorCode::corrupt, "the ledger gave {} answers to {} commands", answers->size(),
                pending_.size());
  if (told_.size() >= known_max) told_.clear();
  for (std::size_t i = 0; i < pending_.size(); ++i) take_answer(pending_[i], (*answers)[i]);
  pending_.clear();
  pending_ids_.clear();
  pending_bytes_ = 0;
  return {};
}

void Sender::take_answer(const Pending& command, const Answer& answer) {
  Taken& group = *command.group;
  --group.commands;
  if (answer) {
    accept(command, *answer);
  } else {
    ++account_.commands_refused;
    if (!group.refused)
      refuse(group.rows, fmt::format("command {}: {}", command.id, answer.error().message));
    group.refused = true;
  }
  if (group.commands != 0 || group.refused) return;
  (group.recorded ? account_.rows_recorded : account_.rows_known) += group.rows.lines.size();
}

void Sender::accept(const Pending& command, const Accepted& accepted) {
  remember(command.id, accepted.first);
  if (accepted.again) {
    ++account_.commands_known;
    account_.facts_known += accepted.count;
  } else {
    ++account_.commands_recorded;
    account_.facts_recorded += accepted.count;
    command.group->recorded = true;
  }
  // A command given twice gets the findings with each answer.
  if (accepted.findings.empty() || !told_.insert(accepted.first.value).second) return;
  for (const Finding& finding : accepted.findings) {
    Breached breached{command.id, accepted.first, finding};
    ++account_.breaches_found;
    if (options_.on_breached) options_.on_breached(breached);
    if (account_.breaches.size() < Account::listed_max)
      account_.breaches.push_back(std::move(breached));
  }
}

void Sender::remember(const std::string& id, Sequence first) {
  if (known_.size() >= known_max) known_.clear();
  known_.emplace(id, first);
}

Result<void> Sender::prefetch(std::vector<std::string> ids) {
  std::ranges::sort(ids);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  std::erase_if(ids, [&](const std::string& id) {
    return id.empty() || known_.contains(id) || pending_ids_.contains(id) || absent_.contains(id);
  });
  for (std::size_t begin = 0; begin < ids.size(); begin += limits::commands_in_request) {
    const std::size_t count = std::min(limits::commands_in_request, ids.size() - begin);
    const std::span<const std::string> page(ids.data() + begin, count);
    CF_LET(const auto found, ledger_.first_of(page));
    if (found.size() != count)
      return fail(ErrorCode::corrupt, "the ledger gave {} answers about {} commands", found.size(),
                  count);
    for (std::size_t i = 0; i < count; ++i) {
      if (found[i])
        remember(page[i], *found[i]);
      else
        absent_.emplace(page[i], true);
    }
  }
  return {};
}

Result<std::optional<Sequence>> Sender::first_of(const std::string& id) {
  if (pending_ids_.contains(id)) CF_TRY(flush());
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  if (!absent_.contains(id)) CF_TRY(prefetch({id}));
  const auto known = known_.find(id);
  if (known == known_.end()) return std::nullopt;
  return known->second;
}

}  // namespace counterfoil::intake
