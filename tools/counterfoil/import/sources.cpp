#include "counterfoil/import/sources.h"

#include <algorithm>

namespace counterfoil::intake {
namespace {

/// Stands in where only a day is wanted of a command.
class NoReferences : public References {
 public:
  Result<std::optional<Sequence>> first_of(const std::string&) override { return Sequence{}; }
};

const Template* decision_of(const Table& table) {
  for (const auto& field : std::get<Template::Object>(table.command.node).fields)
    if (field.name == "decidedAt") return &field.value;
  return nullptr;
}

}  // namespace

Result<Sources> Sources::open(const Mapping& mapping, std::span<const std::filesystem::path> files,
                              const Setting& setting) {
  Sources sources(mapping, setting);
  for (const auto& file : files) sources.files_.push_back(file.string());
  CF_TRY(sources.check());
  const std::size_t at_once =
      mapping.order == Order::decided ? files.size() : std::min<std::size_t>(1, files.size());
  while (sources.opened_ < at_once) CF_TRY(sources.open_next());
  return sources;
}

Result<void> Sources::check() {
  for (const std::string& file : files_) {
    std::error_code error;
    const auto kind = std::filesystem::status(file, error).type();
    if (kind == std::filesystem::file_type::fifo || kind == std::filesystem::file_type::character ||
        kind == std::filesystem::file_type::socket)
      return fail(ErrorCode::invalid,
                  "{} can be read only once, and an import reads its files several times: write it "
                  "to a file and name that",
                  file);
    CF_LET(const auto reader, CsvReader::open(file, mapping_->encoding));
    CF_LET(const auto matched, match(*mapping_, file, reader.header()));
    if (matched.table->form == Form::lines)
      return fail(ErrorCode::invalid,
                  "{} fits the table {}, which only serves to reconcile; leave it out", file,
                  matched.table->name);
    bytes_total_ += reader.bytes_total();
  }
  return {};
}

Result<void> Sources::open_next() {
  CF_LET(auto groups, Groups::open(*mapping_, files_[opened_]));
  reading_.emplace_back(opened_++, Source{std::move(groups), std::nullopt, {}});
  return advance(reading_.back().second);
}

Result<void> Sources::advance(Source& source) {
  CF_LET(source.head, source.groups.next());
  if (source.head) source.decided = decided_of(source.groups.table(), *source.head);
  return {};
}

/// Empty where there is none or it cannot be read: the group is refused when its turn comes.
std::string Sources::decided_of(const Table& table, const Group& group) const {
  const Template* decision = decision_of(table);
  if (mapping_->order != Order::decided || decision == nullptr || group.rows.empty()) return {};
  NoReferences none;
  const auto day = fill(
      *decision, {table.inputs, mapping_->numbers, mapping_->dates, *setting_, group.rows, none});
  if (!day || !*day) return {};
  return std::string((*day)->as_string());
}

Result<std::optional<Item>> Sources::next() {
  for (;;) {
    const auto first = std::ranges::min_element(reading_, {}, [](const auto& one) {
      return std::pair<std::string_view, std::size_t>(one.second.decided, one.first);
    });
    if (first == reading_.end()) return std::nullopt;
    Source& source = first->second;
    if (source.head) {
      Item item{&files_[first->first], &source.groups.table(), std::move(*source.head)};
      CF_TRY(advance(source));
      return item;
    }
    bytes_finished_ += source.groups.bytes_total();
    reading_.erase(first);
    if (opened_ < files_.size()) CF_TRY(open_next());
  }
}

std::uint64_t Sources::bytes_done() const {
  std::uint64_t bytes = bytes_finished_;
  for (const auto& [place, source] : reading_) bytes += source.groups.bytes_done();
  return bytes;
}

}  // namespace counterfoil::intake
