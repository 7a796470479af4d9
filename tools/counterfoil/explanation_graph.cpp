#include "counterfoil/explanation_graph.h"

#include "codec/line.h"
#include "codec/subjects.h"
#include "codec/text.h"
#include "counterfoil/display_width.h"
#include "domain/citations.h"

namespace counterfoil {
namespace {

/// A quoted string of the DOT language; "\n" in it stays a line break.
std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// Lines of a label, each made safe.
std::string label_of(std::initializer_list<std::string> lines) {
  std::string joined;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    std::string safe = in_quotes(printable(line));
    safe = safe.substr(1, safe.size() - 2);
    joined += joined.empty() ? safe : "\\n" + safe;
  }
  return '"' + joined + '"';
}

std::string node(std::uint64_t sequence) {
  return fmt::format("e{}", sequence);
}

}  // namespace

void ExplanationGraph::begin() {
  if (begun_) return;
  begun_ = true;
  out_ << "digraph evidence {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
}

void ExplanationGraph::event(std::uint64_t sequence, std::string_view label) {
  if (events_.insert(sequence).second)
    out_ << fmt::format("  {} [label={}];\n", node(sequence), label);
}

void ExplanationGraph::arrow(std::string_view from, std::string_view to, std::string_view label) {
  if (!arrows_.emplace(from, to).second) return;
  out_ << fmt::format("  {} -> {}", from, to);
  if (!label.empty()) out_ << fmt::format(" [label={}]", label);
  out_ << ";\n";
}

void ExplanationGraph::add(const Explained& page) {
  begin();
  for (std::size_t index = 0; index < page.size(); ++index) {
    const auto figure = page.figure(index);
    const auto money = [&](std::int64_t minor) {
      const unsigned exponent = view(figure.getMeasure()) == headcount_measure
                                    ? headcount_exponent
                                    : options_.currency_exponent;
      return format_major(Money{minor}, exponent, ',');
    };
    const std::string name =
        fmt::format("{} {}", view(figure.getSubject()), view(figure.getSourceTag()));
    const std::string own = in_quotes(name);
    out_ << fmt::format("  {} [shape=ellipse, label={}];\n", own,
                        label_of({name, money(figure.getAmount())}));
    for (const auto one : page.contributions_of(index)) {
      event(one.getSequence(),
            label_of({fmt::format("{} {}", one.getSequence(), view(one.getFact())),
                      std::string(view(one.getDocument())), format_date({one.getEffectiveOn()})}));
      arrow(own, node(one.getSequence()), label_of({money(one.getAmount())}));
      for (const std::uint64_t cited : sequences_in(view(one.getEvidence())))
        arrow(node(one.getSequence()), node(cited));
    }
    for (const std::uint64_t sequence : page.evidence_of(index)) {
      const HeldRecord& record = page.record(sequence);
      event(sequence, label_of({fmt::format("{} {}", sequence, fact_name(record.fact())),
                                record->getDocuments().size() == 0
                                    ? std::string()
                                    : std::string(view(record->getDocuments()[0].getNumber())),
                                format_date({record->getEffectiveOn()})}));
      for (const std::uint64_t cited : named_by(*record)) arrow(node(sequence), node(cited));
    }
  }
}

void ExplanationGraph::finish() {
  begin();
  out_ << "}\n";
}

}  // namespace counterfoil
