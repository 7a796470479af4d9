#include "domain/page.h"

#include <type_traits>

#include "core/bytes.h"

namespace counterfoil {
namespace {

/// Writes fields one behind the other: numbers big-endian, texts and lists behind their length.
struct Encoder {
  std::string bytes;

  template <std::integral T>
  void field(T value) {
    put_big_endian(bytes, static_cast<std::make_unsigned_t<T>>(value));
  }
  void field(bool value) { bytes += static_cast<char>(value); }
  void field(const std::string& text) {
    field(static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }
  template <typename T, typename EachField>
  void list(const std::vector<T>& items, EachField each) {
    field(static_cast<std::uint32_t>(items.size()));
    for (const T& item : items) each(item);
  }
};

/// Inverse of Encoder; `ok` turns false where the bytes end too early, or no Encoder wrote them.
struct Decoder {
  std::string_view rest;
  bool ok = true;

  std::string_view take(std::size_t size) {
    if (rest.size() < size) {
      ok = false;
      return {};
    }
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
  }
  template <std::integral T>
  void field(T& value) {
    const auto taken = take(sizeof(T));
    if (ok) value = static_cast<T>(get_big_endian<std::make_unsigned_t<T>>(taken));
  }
  void field(bool& value) {
    std::uint8_t byte = 0;
    field(byte);
    if (byte > 1) ok = false;
    value = byte == 1;
  }
  void field(std::string& text) {
    std::uint32_t size = 0;
    field(size);
    text = take(size);
  }
  template <typename T, typename EachField>
  void list(std::vector<T>& items, EachField each) {
    std::uint32_t size = 0;
    field(size);
    for (std::uint32_t i = 0; ok && i < size; ++i) each(items.emplace_back());
  }
};

/// One list of fields a state, for both directions.
template <typename Fields, typename State>
void fields_of(Fields&,
               State&) requires std::is_same_v<std::remove_const_t<State>, std::monostate> {}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, LedgerState> {
  fields.field(state.opened);
  fields.list(state.rule_sets, [&](auto& in_force) {
    fields.field(in_force.from.days);
    fields.field(in_force.published.value);
    fields.field(in_force.version);
  });
  fields.field(state.fiscal_month);
  fields.field(state.fiscal_day);
  fields.field(state.granted);
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, UnitState> {
  fields.field(state.registered);
  fields.field(state.department);
  fields.field(state.merged_into);
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, ProjectState> {
  fields.field(state.proposed);
  fields.field(state.unit);
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, LineState> {
  fields.field(state.opened);
  fields.field(state.appropriated);
  fields.field(state.appropriation.value);
  fields.field(state.original.minor);
  fields.field(state.current.minor);
  fields.field(state.committed.minor);
  fields.field(state.spent.minor);
  fields.list(state.vintages, [&](auto& vintage) {
    fields.field(vintage.fiscal_year);
    fields.field(vintage.amount.minor);
  });
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, PoolState> {
  fields.field(state.incoming.minor);
  fields.field(state.outgoing.minor);
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, TargetState> {
  fields.list(state.approvals, [&](auto& approval) {
    fields.field(approval.approval.value);
    fields.field(approval.target.value);
  });
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, EventState> {
  fields.field(state.reversed);
  fields.field(state.reversed_by.value);
  fields.field(state.settled.minor);
  fields.field(state.approvals);
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, StandingState> {
  fields.list(state.sequences, [&](auto& sequence) { fields.field(sequence.value); });
}

template <typename Fields, typename State>
void fields_of(Fields& fields,
               State& state) requires std::is_same_v<std::remove_const_t<State>, FundState> {
  fields.list(state.sums, [&](auto& sum) {
    fields.field(sum.measure);
    fields.field(sum.current.minor);
  });
}

/// Makes the variant hold the alternative with that index.
template <std::size_t I = 0>
bool hold(decltype(Page::state)& state, std::size_t index) {
  if constexpr (I == std::variant_size_v<decltype(Page::state)>) {
    return false;
  } else {
    if (index != I) return hold<I + 1>(state, index);
    state.emplace<I>();
    return true;
  }
}

}  // namespace

std::optional<LedgerState::InForce> in_force(const LedgerState& ledger, Date day) {
  std::optional<LedgerState::InForce> best;
  for (const auto& candidate : ledger.rule_sets)
    if (candidate.from <= day && (!best || candidate.from >= best->from)) best = candidate;
  return best;
}

std::string encode_page(const Page& page) {
  Encoder encoder;
  encoder.field(static_cast<std::uint8_t>(page.state.index()));
  encoder.field(page.count);
  encoder.field(page.last.value);
  std::visit([&](const auto& state) { fields_of(encoder, state); }, page.state);
  return std::move(encoder.bytes);
}

Result<Page> decode_page(std::string_view bytes) {
  Page page;
  Decoder decoder{bytes};
  std::uint8_t index = 0;
  decoder.field(index);
  decoder.field(page.count);
  decoder.field(page.last.value);
  const bool known = hold(page.state, index);
  if (known) std::visit([&](auto& state) { fields_of(decoder, state); }, page.state);
  if (!known || !decoder.ok || !decoder.rest.empty())
    return fail(ErrorCode::corrupt,
                "a page of the book is damaged: run `counterfoil rebuild index` offline");
  return page;
}

std::string event_key(Sequence sequence) {
  return fmt::format("@event/{}", sequence.value);
}

std::string target_key(std::string_view about, std::int32_t fiscal_year) {
  return fmt::format("@target/{}/{}", fiscal_year, about);
}

std::string pool_key(std::string_view pool, std::string_view source_tag) {
  return fmt::format("@pool/{}/{}", pool, source_tag);
}

}  // namespace counterfoil
