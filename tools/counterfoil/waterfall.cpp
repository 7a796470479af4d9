#include "counterfoil/waterfall.h"

#include <fmt/format.h>

#include <algorithm>

#include "counterfoil/display_width.h"

namespace counterfoil {
namespace {

constexpr double margin = 24;
constexpr double head = 76;  // room for title and subtitle
constexpr double row_height = 34;
constexpr double bar_height = 22;
constexpr double chart_width = 520;
constexpr double gap = 16;
constexpr double column_width = 7.6;  // of a terminal's column, in the chart's font

constexpr std::string_view colour_total = "#37474f";
constexpr std::string_view colour_more = "#2e7d32";
constexpr std::string_view colour_less = "#c62828";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double width_of(const std::string& text, bool is_bold) {
  return static_cast<double>(display_width(text)) * column_width * (is_bold ? 1.1 : 1);
}

/// Where amounts lie between the chart's edges. Pixels only: what is read are the amounts.
class Scale {
 public:
  Scale(const std::vector<Bar>& bars, double left) : left_(left) {
    for (const Bar& bar : bars)
      for (const std::int64_t sum : {bar.from, bar.to}) {
        least_ = std::min(least_, static_cast<double>(sum));
        most_ = std::max(most_, static_cast<double>(sum));
      }
  }
  double at(std::int64_t sum) const {
    const double span = most_ > least_ ? most_ - least_ : 1;
    return left_ + (static_cast<double>(sum) - least_) / span * chart_width;
  }

 private:
  double left_;
  double least_ = 0;
  double most_ = 0;
};

std::string text(double x, double y, std::string_view more, std::string_view content) {
  return fmt::format("  <text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", x, y,
                     more.empty() ? "" : " ", more, escaped(content));
}

}  // namespace

std::string waterfall_svg(const std::string& title, const std::string& subtitle,
                          const std::vector<Bar>& bars) {
  double labels = 0;
  double amounts = 0;
  for (const Bar& bar : bars) {
    labels = std::max(labels, width_of(bar.label, bar.is_total));
    amounts = std::max(amounts, width_of(bar.amount, bar.is_total));
  }
  const double left = margin + labels + gap;
  const double right = left + chart_width + gap + amounts;
  const double width = std::max(right, margin + 1.4 * width_of(title, true)) + margin;
  const double bottom = head + row_height * static_cast<double>(bars.size());
  const Scale scale(bars, left);

  std::string svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" width=\"{0:.0f}\" "
      "height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"'Noto Sans', 'Noto Sans "
      "CJK "
      "SC', 'Microsoft YaHei', sans-serif\" font-size=\"13\" fill=\"#212121\">\n"
      "  <title>{2}</title>\n"
      "  <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
      width, bottom + margin, escaped(title));
  svg += text(margin, 32, "font-size=\"18\" font-weight=\"bold\"", title);
  svg += text(margin, 54, "fill=\"#616161\"", subtitle);
  const double zero = scale.at(0);
  svg += fmt::format(
      "  <line class=\"zero\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
      "stroke=\"#212121\"/>\n",
      zero, head - 6, bottom);
  double top = head;
  for (std::size_t i = 0; i < bars.size(); ++i, top += row_height) {
    const Bar& bar = bars[i];
    const double middle = top + bar_height / 2 + 4.5;
    const auto [low, high] = std::minmax(scale.at(bar.from), scale.at(bar.to));
    const std::string_view colour = bar.is_total         ? colour_total
                                    : bar.to >= bar.from ? colour_more
                                                         : colour_less;
    const std::string_view weight = bar.is_total ? "font-weight=\"bold\"" : "";
    svg += text(margin, middle, weight, bar.label);
    svg += fmt::format(
        "  <rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\" "
        "fill=\"{}\"/>\n",
        bar.is_total         ? "total"
        : bar.to >= bar.from ? "more"
                             : "less",
        low, top, std::max(high - low, 1.0), bar_height, colour);
    svg +=
        text(right, middle,
             fmt::format("text-anchor=\"end\"{}{}", weight.empty() ? "" : " ", weight), bar.amount);
    if (i + 1 < bars.size())
      svg += fmt::format(
          "  <line class=\"step\" x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
          "stroke=\"#9e9e9e\" stroke-dasharray=\"3 3\"/>\n",
          scale.at(bar.to), top + bar_height, top + row_height);
  }
  return svg + "</svg>\n";
}

}  // namespace counterfoil
