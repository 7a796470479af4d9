#include "counterfoil/import/groups.h"

#include <algorithm>

namespace counterfoil::intake {
namespace {

/// A command has at most 8 MiB, and a row of it rarely fewer than 100 bytes.
constexpr std::size_t group_rows_max = 65'536;
constexpr std::size_t open_bytes_max = 256u << 20;

std::uint64_t hash_of(const std::string& key) {
  return std::hash<std::string>()(key);
}

Group refused(std::uint64_t line, std::string reason) {
  return {{}, {line}, std::move(reason)};
}

}  // namespace

Result<Groups> Groups::open(const Mapping& mapping, const std::filesystem::path& path) {
  CF_LET(auto reader, CsvReader::open(path, mapping.encoding));
  Groups groups(mapping, path.string(), std::move(reader));
  CF_LET(groups.matched_, match(mapping, groups.file_, groups.reader_.header()));
  if (!groups.table().group.empty()) CF_TRY(groups.count(path));
  return groups;
}

/// The first reading: how many rows each group has, and which stand beside unreadable ones.
Result<void> Groups::count(const std::filesystem::path& path) {
  CF_LET(auto reader, CsvReader::open(path, mapping_->encoding));
  std::optional<std::uint64_t> before;  // the group of the row before
  std::uint64_t spoilt_by = 0;          // line of an unreadable row since then
  CsvRecord record;
  for (;;) {
    CF_LET(const bool more, reader.next(record));
    if (!more) return {};
    const std::uint64_t line = record.line;
    std::optional<std::string> key;
    if (record.refusal.empty()) {
      auto found = key_of(Row(line, record.fields, matched_.columns));
      if (found) key = std::move(*found);
    }
    if (!key) {
      if (before) counts_[*before].spoilt_by = line;
      before.reset();
      spoilt_by = line;
      continue;
    }
    before = hash_of(*key);
    Count& count = counts_[*before];
    ++count.rows;
    if (spoilt_by != 0) count.spoilt_by = spoilt_by;
    spoilt_by = 0;
  }
}

Result<std::string> Groups::key_of(const Row& row) const {
  std::string key;
  for (const Text& part : table().group) {
    auto text = table().inputs.text_of(part, row);
    if (!text) return fail_at(fmt::format("line {}", row.line()), std::move(text).error());
    key += std::to_string(text->size()) + ":" + *text;
  }
  return key;
}

Result<std::optional<Group>> Groups::next() {
  CsvRecord record;
  for (;;) {
    CF_LET(const bool more, reader_.next(record));
    if (!more) return rest();
    if (!record.refusal.empty()) return refused(record.line, std::move(record.refusal));
    Row row(record.line, record.fields, matched_.columns);
    if (table().group.empty()) {
      Group group{{}, {row.line()}, {}};
      group.rows.push_back(std::move(row));
      return group;
    }
    CF_LET(auto complete, add(std::move(row)));
    if (complete) return complete;
  }
}

Result<std::optional<Group>> Groups::add(Row row) {
  const std::uint64_t line = row.line();
  auto key = key_of(row);
  if (!key) return refused(line, std::move(key).error().message);
  const auto counted = counts_.find(hash_of(*key));
  if (counted == counts_.end() || counted->second.rows == 0)
    return fail(ErrorCode::conflict, "{} changed while it was read; import it again", file_);

  Group& group = open_[*key];
  group.lines.push_back(line);
  open_bytes_ += row.bytes();
  group.rows.push_back(std::move(row));
  if (group.rows.size() > group_rows_max)
    return fail(ErrorCode::limit,
                "{}:{}: more than {} rows belong to one group; name columns that tell them apart",
                file_, line, group_rows_max);
  if (open_bytes_ > open_bytes_max)
    return fail(ErrorCode::limit,
                "{}:{}: too many groups lie mixed; sort the file by its group columns", file_,
                line);
  if (--counted->second.rows != 0) return std::nullopt;

  Group complete = std::move(group);
  open_.erase(*key);
  for (const Row& one : complete.rows) open_bytes_ -= one.bytes();
  if (counted->second.spoilt_by != 0) complete.refusal = spoilt(counted->second.spoilt_by);
  return complete;
}

/// Groups that are left at the end: two keys shared a hash, so their last row was not known.
Result<std::optional<Group>> Groups::rest() {
  if (open_.empty()) return std::nullopt;
  const auto first = std::ranges::min_element(open_, [](const auto& a, const auto& b) {
    return a.second.lines.front() < b.second.lines.front();
  });
  Group group = std::move(first->second);
  open_.erase(first);
  return group;
}

std::string Groups::spoilt(std::uint64_t line) const {
  return fmt::format(
      "line {} beside its rows could not be read and may belong to it; correct that line", line);
}

}  // namespace counterfoil::intake
