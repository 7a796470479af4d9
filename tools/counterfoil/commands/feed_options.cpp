#include "counterfoil/commands/feed_options.h"

#include <charconv>

#include "codec/text.h"
#include "core/text.h"

namespace counterfoil {
namespace {

void fill_texts(capnp::List<capnp::Text>::Builder list, const std::vector<std::string>& texts) {
  for (unsigned i = 0; i < texts.size(); ++i) list.set(i, text_of(texts[i]));
}

[[noreturn]] void mistaken(const std::string& option, const std::string& why) {
  throw CLI::ValidationError(option, why);
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Partition parse_partition(const std::string& text) {
  const std::size_t slash = text.find('/');
  const std::string_view whole = text;
  const auto index = number(whole.substr(0, slash));
  const auto count =
      slash == std::string::npos ? std::optional<std::uint32_t>() : number(whole.substr(slash + 1));
  if (!index || !count || *count == 0)
    mistaken("--partition", fmt::format("{} is no partition: write K/N, for instance 0/4 for the "
                                        "first of four",
                                        quote(text)));
  const auto partition = checked_partition(*index, *count);
  if (!partition) mistaken("--partition", partition.error().message);
  return *partition;
}

}  // namespace

void FeedFilter::add_to(CLI::App& command) {
  command.add_option("--fact", facts,
                     "Only these facts, for instance budgetAdjusted (`counterfoil facts` lists "
                     "them); may be repeated, as each filter may");
  command.add_option(
      "--subject", subjects,
      "Only what is about this subject, or one that begins so: project/ID, line/2024");
  command.add_option("--unit", units,
                     "Only what is about this unit, or about a project that is the unit's then");
  command.add_option("--fiscal-year", fiscal_years, "Only what is of this fiscal year");
}

void FeedFilter::fill(schema::EventFilter::Builder filter) const {
  fill_texts(filter.initFacts(static_cast<unsigned>(facts.size())), facts);
  fill_texts(filter.initSubjects(static_cast<unsigned>(subjects.size())), subjects);
  fill_texts(filter.initUnits(static_cast<unsigned>(units.size())), units);
  auto years = filter.initFiscalYears(static_cast<unsigned>(fiscal_years.size()));
  for (unsigned i = 0; i < fiscal_years.size(); ++i) years.set(i, fiscal_years[i]);
}

CLI::Option* add_position(CLI::App& command, const std::string& name,
                          std::optional<Position>& position, const std::string& help) {
  return command
      .add_option_function<std::string>(
          name,
          [name, &position](const std::string& text) {
            const auto parsed = parse_position(text);
            if (!parsed && text.starts_with('-'))
              mistaken(name, text + " is too small: write a whole number from 0 on");
            if (!parsed) mistaken(name, parsed.error().message);
            position = *parsed;
          },
          help)
      ->type_name("POSITION");
}

CLI::Option* add_partition(CLI::App& command, std::optional<Partition>& partition,
                           const std::string& help) {
  return command
      .add_option_function<std::string>(
          "--partition",
          [&partition](const std::string& text) { partition = parse_partition(text); }, help)
      ->type_name("K/N");
}

}  // namespace counterfoil
