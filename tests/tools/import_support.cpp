#include "import_support.h"

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <fmt/format.h>
#include <stdlib.h>

#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fstream>

#include "codec/json.h"
#include "support/catch.h"

namespace counterfoil::testing {

Folder::Folder() {
  std::string pattern =
      (std::filesystem::temp_directory_path() / "counterfoil-import-XXXXXX").string();
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

Folder::~Folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path Folder::write(std::string_view name, std::string_view bytes) const {
  std::ofstream(path_ / name, std::ios::binary) << bytes;
  return path_ / name;
}

Result<std::vector<intake::Answer>> MemoryLedger::record(
    std::span<const schema::Command::Reader> commands) {
  std::vector<intake::Answer> answers;
  std::size_t bytes = 0;
  for (const auto& command : commands) {
    bytes += command.totalSize().wordCount * sizeof(capnp::word);
    answers.push_back(take(command));
  }
  ++requests;
  request_commands_max = std::max(request_commands_max, commands.size());
  request_bytes_max = std::max(request_bytes_max, bytes);
  return answers;
}

intake::Answer MemoryLedger::take(schema::Command::Reader command) {
  const std::string id = command.getCommandId().cStr();
  if (const auto refusal = refusals.find(id); refusal != refusals.end())
    return fail(ErrorCode::refused, "{}", refusal->second);
  const auto words = capnp::canonicalize(command);
  const auto bytes = words.asBytes();
  std::string canonical(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  if (const auto known = known_.find(id); known != known_.end()) {
    if (known->second.bytes != canonical)
      return fail(ErrorCode::conflict, "{} was used for something else", id);
    return intake::Accepted{known->second.first, known->second.count, true, findings[id]};
  }
  const std::uint32_t count = command.getFacts().size();
  const Sequence first(next_);
  known_.emplace(
      id, Known{std::move(canonical), boost::json::serialize(to_json(command)), first, count});
  next_ += count;
  for (const auto fact : command.getFacts()) fold(fact);
  return intake::Accepted{first, count, false, findings[id]};
}

void MemoryLedger::fold(schema::Fact::Reader fact) {
  const capnp::DynamicStruct::Reader dynamic = fact;
  KJ_IF_MAYBE (which, dynamic.which()) {
    ++facts[which->getProto().getName().cStr()];
  }
  if (fact.isLineOpened()) lines.emplace(fact.getLineOpened().getLine().cStr(), 0);
  if (fact.isBudgetAppropriated())
    lines[fact.getBudgetAppropriated().getLine().cStr()] +=
        fact.getBudgetAppropriated().getAmount();
  if (!fact.isBudgetAdjusted()) return;
  for (const auto leg : fact.getBudgetAdjusted().getLegs()) {
    ++legs;
    lines[leg.getLine().cStr()] += leg.getAmount();
  }
}

Result<std::vector<std::optional<Sequence>>> MemoryLedger::first_of(
    std::span<const std::string> ids) {
  ++questions;
  std::vector<std::optional<Sequence>> found;
  for (const std::string& id : ids) {
    const auto known = known_.find(id);
    found.push_back(known == known_.end() ? std::nullopt : std::optional(known->second.first));
  }
  return found;
}

Result<void> MemoryLedger::each(
    const std::function<Result<void>(const intake::CurrentLine&)>& visit) {
  for (const auto& [line, amount] : lines) {
    std::vector<std::string_view> parts;
    for (std::string_view rest = line; !rest.empty();) {
      const std::size_t end = std::min(rest.find('/'), rest.size());
      parts.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    CF_TRY(
        visit({parts[2], parts[3], parts[4], parts[5], std::stoi(std::string(parts[1])), amount}));
  }
  return {};
}

std::string MemoryLedger::json_of(const std::string& id) const {
  const auto known = known_.find(id);
  return known == known_.end() ? "none" : known->second.json;
}

intake::ImportOptions options() {
  return {.setting = {2, Zone::find("Asia/Shanghai").value()}};
}

intake::Account import_text(MemoryLedger& ledger, std::string_view mapping, std::string_view csv,
                            const intake::ImportOptions& with) {
  const Folder folder;
  const auto read = intake::Mapping::read(folder.write("mapping.toml", mapping));
  INFO((read ? "" : read.error().message));
  REQUIRE(read.has_value());
  const std::vector files{folder.write("rows.csv", csv)};
  intake::Account account;
  const auto done = intake::import_files(*read, files, ledger, with, account);
  INFO((done ? "" : done.error().message));
  REQUIRE(done.has_value());
  CHECK(account.rows_read == account.rows_recorded + account.rows_known + account.rows_refused);
  return account;
}

std::optional<std::filesystem::path> israel_files() {
  const std::filesystem::path folder =
      std::filesystem::path(COUNTERFOIL_SOURCE_DIR) / ".." / "shared" / "data" / "israel-2012";
  if (std::filesystem::exists(folder / "changes_2012.csv")) return folder;
  fmt::print("skipped: {} is not there\n", folder.string());
  return std::nullopt;
}

std::filesystem::path shipped_mapping(std::string_view name) {
  return std::filesystem::path(COUNTERFOIL_SOURCE_DIR) / "tools" / "mappings" / name;
}

}  // namespace counterfoil::testing
