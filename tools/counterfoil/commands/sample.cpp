#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <unordered_map>

#include "codec/canonical.h"
#include "codec/line.h"
#include "codec/text.h"
#include "core/money.h"
#include "counterfoil/commands/command.h"
#include "counterfoil/log_reader.h"
#include "counterfoil/named_files.h"
#include "counterfoil/progress.h"
#include "counterfoil/sampling.h"
#include "domain/effects.h"

namespace counterfoil {
namespace {

enum class Of { adjustments, payments };
enum class Method { monetary_unit, random };

struct SampleOptions {
  std::string method = "monetary-unit";
  std::string of = "adjustments";
  std::string seed;
  std::uint32_t size = 0;
  LineFilter lines;
  std::string checkpoint_file;
  std::string receipts;

  Of population() const { return of == "payments" ? Of::payments : Of::adjustments; }
  Method way() const { return method == "random" ? Method::random : Method::monetary_unit; }
  /// Amounts of different measures are never added up.
  std::string_view measure() const { return lines.measure; }
};

/// What of an event counts: the amounts on lines that the filter lets through.
struct Counted {
  std::optional<LineId> first;  // of the lines; points into the record
  std::string_view unit;
  std::uint32_t lines = 0;
  Wide size = 0;  // the amounts without their signs
};

/// The events to draw from, in the order of the journal.
class Population {
 public:
  explicit Population(const SampleOptions& options) : options_(options) {}

  Result<void> add(schema::Record::Reader record) {
    const auto fact = record.getFact();
    if (fact.isLineOpened())
      units_[std::string(view(fact.getLineOpened().getLine()))] =
          view(fact.getLineOpened().getUnit());
    if (fact.isEventReversed())
      reversals_[fact.getEventReversed().getEvent()] = record.getSequence();
    CF_LET(const Counted counted, count(fact));
    if (counted.lines == 0) return {};
    if (counted.size > INT64_MAX)
      return fail(ErrorCode::limit, "the amounts of event {} do not fit 64 bits",
                  record.getSequence());
    sequences_.push_back(record.getSequence());
    sizes_.push_back(static_cast<std::uint64_t>(counted.size));
    return {};
  }

  Result<Counted> count(schema::Fact::Reader fact) const {
    Counted counted;
    const auto visit = [&](std::string_view line, std::int64_t amount) -> Result<void> {
      CF_LET(const LineId id, parse_line(line));
      const auto unit = units_.find(std::string(line));
      const std::string_view of = unit == units_.end() ? std::string_view() : unit->second;
      if (!is_wanted(id, of)) return {};
      if (!counted.first) {
        counted.first = id;
        counted.unit = of;
      }
      ++counted.lines;
      counted.size += amount < 0 ? -Wide{amount} : Wide{amount};
      return {};
    };
    if (options_.population() == Of::payments && fact.isPaymentRecorded()) {
      const auto paid = fact.getPaymentRecorded();
      CF_TRY(visit(view(paid.getLine()), paid.getAmount()));
    }
    if (options_.population() == Of::adjustments && fact.isBudgetAdjusted())
      for (const auto leg : fact.getBudgetAdjusted().getLegs())
        CF_TRY(visit(view(leg.getLine()), leg.getAmount()));
    return counted;
  }

  const std::vector<std::uint64_t>& sequences() const { return sequences_; }
  const std::vector<std::uint64_t>& sizes() const { return sizes_; }
  /// The sequence of what reversed the event; 0 where it stands.
  std::uint64_t reversed_by(std::uint64_t sequence) const {
    const auto found = reversals_.find(sequence);
    return found == reversals_.end() ? 0 : found->second;
  }

 private:
  bool is_wanted(const LineId& line, std::string_view unit) const {
    const auto fits = [](const std::string& wanted, std::string_view is) {
      return wanted.empty() || wanted == is;
    };
    const LineFilter& wanted = options_.lines;
    return (wanted.fiscal_year == 0 || wanted.fiscal_year == line.fiscal_year) &&
           fits(wanted.unit, unit) && fits(wanted.project, line.project) &&
           fits(wanted.fund, line.fund) && fits(wanted.measure, line.measure);
  }

  const SampleOptions& options_;
  std::unordered_map<std::string, std::string> units_;  // by line
  std::unordered_map<std::uint64_t, std::uint64_t> reversals_;
  std::vector<std::uint64_t> sequences_;
  std::vector<std::uint64_t> sizes_;
};

Result<std::vector<Pick>> draw(const SampleOptions& options, const Population& population) {
  if (options.way() == Method::random)
    return random_sample(population.sizes().size(), options.size, options.seed);
  return monetary_unit_sample(population.sizes(), options.size, options.seed);
}

std::string receipt_name(std::uint64_t sequence) {
  return fmt::format("{}.tlog-proof", sequence);
}

Result<void> write_receipts(const SampleOptions& options, LogReader& log,
                            const SignedCheckpoint& in, const Population& population,
                            const std::vector<Pick>& picks) {
  if (options.receipts.empty()) return {};
  const std::filesystem::path folder = options.receipts;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(ErrorCode::io, "cannot make the folder {}: {}", options.receipts, error.message());
  ProgressBar bar("proving");
  std::uint64_t done = 0;
  for (const Pick& pick : picks) {
    const std::uint64_t sequence = population.sequences()[pick.index];
    CF_LET(const Receipt receipt, log.receipt(sequence, in));
    CF_TRY(write_out((folder / receipt_name(sequence)).string(), format_receipt(receipt)));
    bar.show(++done, picks.size());
  }
  return {};
}

void fill(schema::SampleRow::Builder row, schema::Record::Reader record, const Counted& counted,
          const Pick& pick) {
  const auto fact = record.getFact();
  row.setSequence(record.getSequence());
  row.setFact(fact.isBudgetAdjusted() ? "budgetAdjusted" : "paymentRecorded");
  if (fact.isBudgetAdjusted()) row.setKind(fact.getBudgetAdjusted().getKind());
  row.setProject(text_of(std::string(counted.first->project)));
  row.setUnit(text_of(std::string(counted.unit)));
  row.setFiscalYear(counted.first->fiscal_year);
  row.setFund(text_of(std::string(counted.first->fund)));
  row.setMeasure(text_of(std::string(counted.first->measure)));
  row.setLines(counted.lines);
  row.setAmount(static_cast<std::int64_t>(counted.size));
  row.setHits(pick.hits);
  row.setCertain(pick.is_certain);
  row.setDecidedAt(record.getDecidedAt());
  if (record.getDocuments().size() != 0) row.setDocument(record.getDocuments()[0].getNumber());
  row.setActor(record.getActor());
}

Result<void> print_picks(const OutputOptions& printing, const SampleOptions& options,
                         LogReader& log, const Population& population,
                         const std::vector<Pick>& picks) {
  Output output(printing, capnp::Schema::from<schema::SampleRow>(), std::cout);
  RecordBuffer buffer;
  for (const Pick& pick : picks) {
    const std::uint64_t sequence = population.sequences()[pick.index];
    CF_TRY(log.each_record(sequence, sequence + 1,
                           [&](std::uint64_t, std::string_view bytes) -> Result<void> {
                             CF_LET(const auto record, buffer.load(bytes));
                             CF_LET(const Counted counted, population.count(record.getFact()));
                             capnp::MallocMessageBuilder message;
                             auto row = message.initRoot<schema::SampleRow>();
                             fill(row, record, counted, pick);
                             row.setReversedBy(population.reversed_by(sequence));
                             if (!options.receipts.empty())
                               row.setReceipt(text_of(receipt_name(sequence)));
                             output.row(row.asReader());
                             return {};
                           }));
  }
  return output.finish();
}

/// What somebody needs to draw the same sample again, or to judge it.
std::string summary(const OutputOptions& printing, const SampleOptions& options,
                    const Population& population, const std::vector<Pick>& picks,
                    std::uint64_t tree_size) {
  const bool is_english = printing.language == Language::english;
  const bool is_headcount = options.measure() == headcount_measure;
  const unsigned exponent = is_headcount ? headcount_exponent : printing.currency_exponent;
  const auto amount = [&](std::uint64_t minor) {
    return format_major(Money{static_cast<std::int64_t>(minor)}, exponent, ',');
  };
  const std::uint64_t total = total_of(population.sizes()).value_or(0);
  std::size_t empty = 0;
  for (const std::uint64_t size : population.sizes()) empty += size == 0 ? 1 : 0;
  std::size_t certain = 0;
  for (const Pick& pick : picks) certain += pick.is_certain ? 1 : 0;
  std::string text;
  const auto line = [&](std::string_view english, std::string_view chinese, std::string value) {
    text +=
        fmt::format("{}{}{}\n", is_english ? english : chinese, is_english ? ": " : "：", value);
  };
  line("method", "方法",
       is_english ? (options.way() == Method::random ? "simple random sampling, without replacement"
                                                     : "monetary unit sampling, systematic")
                  : (options.way() == Method::random ? "简单随机抽样（不放回）"
                                                     : "货币单元抽样（系统选样）"));
  const bool is_of_payments = options.population() == Of::payments;
  line("population", "总体",
       fmt::format("{} {} ({})", population.sizes().size(),
                   is_english ? options.of : (is_of_payments ? "笔支付" : "笔调整"),
                   options.measure()));
  line("of it without an amount", "其中无金额", std::to_string(empty));
  line("total, without signs", "绝对值合计", amount(total));
  if (options.way() == Method::monetary_unit) {
    line("interval", "选样间距",
         fmt::format("{} ÷ {} = {}{}", amount(total), options.size, amount(total / options.size),
                     total % options.size == 0 ? "" : "…"));
    line("certain", "必选", std::to_string(certain));
  }
  line("picked", "抽中",
       is_english ? fmt::format("{} events by {} sampling units", picks.size(), options.size)
                  : fmt::format("{} 个事件，共 {} 个抽样单元", picks.size(), options.size));
  line("seed", "种子", options.seed);
  line("records in the tree", "树中记录数", std::to_string(tree_size));
  return text;
}

Result<ExitStatus> sample(const GlobalOptions& global, const SampleOptions& options) {
  CF_LET(const auto access, LedgerAccess::open(global));
  CF_LET(LogReader log, LogReader::of(*access));
  CF_LET(const SignedCheckpoint in, options.checkpoint_file.empty()
                                        ? log.checkpoint()
                                        : log.kept_checkpoint(options.checkpoint_file));
  Population population(options);
  {
    ProgressBar bar("reading");
    RecordBuffer buffer;
    CF_TRY(log.each_record(0, in.checkpoint.size,
                           [&](std::uint64_t sequence, std::string_view bytes) -> Result<void> {
                             bar.show(sequence, in.checkpoint.size);
                             CF_LET(const auto record, buffer.load(bytes));
                             return population.add(record);
                           }));
  }
  if (population.sizes().empty()) {
    CF_TRY(options.lines.check_known(*access));
    return fail(ErrorCode::not_found, "there are no {} of the measure {} on these lines",
                options.of, options.measure());
  }
  CF_LET(const auto picks, draw(options, population));
  CF_TRY(write_receipts(options, log, in, population, picks));
  const OutputOptions printing = output_options(global, *access);
  CF_TRY(print_picks(printing, options, log, population, picks));
  const std::string told = summary(printing, options, population, picks, in.checkpoint.size);
  if (printing.format == Format::table || printing.format == Format::markdown)
    std::cout << '\n' << told;
  else
    fmt::print(stderr, "{}", told);
  return ExitStatus::done;
}

}  // namespace

void add_sample(CLI::App& app, GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "sample", "An audit sample that anybody can draw again, with a receipt for each event");
  auto options = std::make_shared<SampleOptions>();
  options->lines.measure = "net";
  command
      ->add_option("--method", options->method,
                   "monetary-unit (in proportion to amounts) or random")
      ->check(CLI::IsMember({"monetary-unit", "random"}))
      ->capture_default_str();
  command
      ->add_option("--seed", options->seed,
                   "Any text; let it be thrown with dice, in public, after the checkpoint")
      ->required();
  command->add_option("--size", options->size, "How many to draw")
      ->required()
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--of", options->of, "adjustments or payments")
      ->check(CLI::IsMember({"adjustments", "payments"}))
      ->capture_default_str();
  options->lines.add_to(*command);
  command->get_option("--measure")->capture_default_str();
  command->add_option("--checkpoint", options->checkpoint_file,
                      "Draw from the records of this checkpoint, which somebody kept (default: the "
                      "newest)");
  command->add_option("--receipts", options->receipts,
                      "Folder for a receipt of each picked event, SEQUENCE.tlog-proof");
  command->footer(
      "The population is every event with an amount on lines that fit, reversed ones too, in the\n"
      "order of the journal; amounts count without their signs. Draw i is SHA-256 of \"SEED,i\", "
      "a\n"
      "big-endian number. monetary-unit: amounts lie end to end, s = draw 1 mod TOTAL, and unit\n"
      "floor((s + j × TOTAL) ÷ SIZE) is picked for j = 0 … SIZE − 1 (ISA 530, appendix 4); an "
      "event\n"
      "of at least the interval TOTAL ÷ SIZE is certain, and says how often it was hit. random:\n"
      "draws mod COUNT are places in the population, those drawn before left out.\n"
      "The same seed, size, filters and checkpoint give the same sample.\n"
      "Examples:\n"
      "  counterfoil sample --seed 27182818284590452353 --size 60 --fiscal-year 2024 \\\n"
      "      --receipts sample\n"
      "  counterfoil --output xlsx sample --method random --seed 31415926 --size 25 \\\n"
      "      --of payments --checkpoint 2024-12-31.checkpoint > sample.xlsx");
  command->callback([&global, &action, options] {
    action = [&global, options] { return sample(global, *options); };
  });
}

}  // namespace counterfoil
