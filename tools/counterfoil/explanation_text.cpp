#include "counterfoil/explanation_text.h"

#include <capnp/message.h>

#include "codec/line.h"
#include "codec/text.h"
#include "counterfoil/display_width.h"
#include "counterfoil/event_row.h"
#include "domain/citations.h"

namespace counterfoil {
namespace {

constexpr std::size_t detail_columns = 100;
constexpr unsigned depth_max = 16;

template <typename Enum>
std::string word_of(Enum value, Language language) {
  const capnp::DynamicEnum dynamic{Enum(value)};
  KJ_IF_MAYBE (enumerant, dynamic.getEnumerant()) {
    const std::string_view name = view(enumerant->getProto().getName());
    return std::string(value_label(name, language).value_or(name));
  }
  return "?";
}

}  // namespace

ExplanationText::ExplanationText(const OutputOptions& options, std::string figure,
                                 std::string receipts, std::ostream& out)
    : options_(options), figure_(std::move(figure)), receipts_(std::move(receipts)), out_(out) {}

std::string_view ExplanationText::say(std::string_view english, std::string_view chinese) const {
  return options_.language == Language::chinese ? chinese : english;
}

std::string ExplanationText::money(std::int64_t minor, std::string_view measure) const {
  const unsigned exponent =
      measure == headcount_measure ? headcount_exponent : options_.currency_exponent;
  return format_major(Money{minor}, exponent, ',');
}

std::string ExplanationText::label(std::string_view field) const {
  return std::string(field_label(field, options_.language).value_or(field));
}

void ExplanationText::add(const Explained& page) {
  for (std::size_t index = 0; index < page.size(); ++index) {
    const auto figure = page.figure(index);
    const bool of_pool = figure.getProject().size() == 0;
    const std::string measure(view(figure.getMeasure()));
    const auto& events = page.contributions_of(index);
    ++figures_;
    events_ += events.size();
    if (figure.getAmount() != figure.getSum()) ++wrong_;
    std::string name(view(figure.getSubject()));
    if (figure.getSourceTag().size() != 0)
      name += fmt::format(" [{}]", view(figure.getSourceTag()));
    out_ << fmt::format("{}  {} {}\n", name, of_pool ? label("remaining") : label(figure_),
                        money(figure.getAmount(), measure));
    for (std::size_t i = 0; i < events.size(); ++i) {
      const bool last = i + 1 == events.size();
      add_event(page, events[i], {last ? "└─ " : "├─ ", last ? "   " : "│  "});
    }
    if (figure.getAmount() == figure.getSum())
      out_ << fmt::format(fmt::runtime(say("   = {}, the sum of the {} event(s) above\n\n",
                                           "   = {}：以上 {} 笔事件之和与其一致\n\n")),
                          money(figure.getSum(), measure), events.size());
    else
      out_ << fmt::format(fmt::runtime(say("   ≠ the events above sum to {}, not to it\n\n",
                                           "   ≠ 以上事件之和为 {}，与其不一致\n\n")),
                          money(figure.getSum(), measure));
    if (of_pool) continue;
    const std::string group =
        fmt::format("{} {} {}", figure.getFiscalYear(), view(figure.getFund()), measure);
    measures_[group] = measure;
    Total& total = totals_[group];
    const auto sum = counterfoil::add(total.amount, Money{figure.getAmount()});
    if (sum)
      total.amount = *sum;
    else
      total.fits = false;
  }
}

void ExplanationText::add_event(const Explained& page, schema::ContributionRow::Reader event,
                                const Branch& branch) {
  const auto text = [](capnp::Text::Reader value) { return printable(view(value)); };
  std::string head = fmt::format(
      "{}{}  {}  {}  {}", branch.before, money(event.getAmount(), view(event.getMeasure())),
      word_of(event.getComponent(), options_.language), event.getSequence(), text(event.getFact()));
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) head += fmt::format("  {} {}", name, value);
  };
  add(label("rule"), text(event.getRules()));
  add(label("breaches"), text(event.getBreaches()));
  add(label("document"), text(event.getDocument()));
  add(label("request"), text(event.getRequest()));
  out_ << head << '\n';
  out_ << branch.below
       << fmt::format(
              "{} {} ({}{})  {}\n", say("by", "经办"), text(event.getActor()),
              word_of(event.getRole(), options_.language),
              event.getOrganisation().size() == 0 ? "" : ", " + text(event.getOrganisation()),
              text(event.getRuleSet()));
  out_ << branch.below
       << fmt::format("{} {}  {} {}  {} {}\n", label("decidedAt"),
                      format_instant({event.getDecidedAt()}), label("recordedAt"),
                      format_instant({event.getRecordedAt()}), label("effectiveOn"),
                      format_date({event.getEffectiveOn()}));
  if (event.getReason().size() != 0)
    out_ << branch.below << label("reason") << ": " << text(event.getReason()) << '\n';
  if (!receipts_.empty())
    out_ << branch.below << say("receipt", "凭证") << ' '
         << fmt::format("{}/{}.tlog-proof\n", receipts_, event.getSequence());
  const auto cited = sequences_in(view(event.getEvidence()));
  if (!cited.empty()) add_evidence(page, cited, branch.below, 0);
}

void ExplanationText::add_evidence(const Explained& page, const std::vector<std::uint64_t>& cited,
                                   const std::string& indent, unsigned depth) {
  if (depth == 0) out_ << indent << say("rests on", "依据") << '\n';
  for (std::size_t i = 0; i < cited.size(); ++i) {
    const bool last = i + 1 == cited.size();
    out_ << indent << (last ? "└─ " : "├─ ") << cited[i];
    if (!page.has_record(cited[i]) || !shown_.insert(cited[i]).second || depth == depth_max) {
      out_ << (page.has_record(cited[i]) ? say(" (see above)", "（见上）") : "") << '\n';
      continue;
    }
    const HeldRecord& record = page.record(cited[i]);
    capnp::MallocMessageBuilder message;
    auto row = message.initRoot<schema::EventRow>();
    fill(row, *record, options_.currency_exponent);
    out_ << fmt::format("  {}  {}  {} {}  {}\n", printable(view(row.asReader().getFact())),
                        format_date({row.getEffectiveOn()}), say("by", "经办"),
                        printable(view(row.asReader().getActor())),
                        shorten(printable(view(row.asReader().getDetail())), detail_columns));
    const auto further = named_by(*record);
    add_evidence(page, {further.begin(), further.end()}, indent + (last ? "   " : "│  "),
                 depth + 1);
  }
}

void ExplanationText::finish() {
  if (figures_ > 1)
    for (const auto& [group, total] : totals_)
      out_ << fmt::format("{} {}: {}\n", say("In all", "合计"), group,
                          total.fits ? money(total.amount.minor, measures_[group])
                                     : std::string(say("does not fit 64 bits", "超出范围")));
  out_ << fmt::format(
      fmt::runtime(
          wrong_ == 0
              ? say("{} event(s) sum to {} figure(s) of the read model, to the minor unit.\n",
                    "共 {} 笔事件，与读模型的 {} 个数一分不差。\n")
              : say("{} event(s); of {} figure(s) some are not their sum.\n",
                    "共 {} 笔事件，{} 个数中有不一致者。\n")),
      events_, figures_);
}

}  // namespace counterfoil
