#include <capnp/dynamic.h>

#include <cstdlib>
#include <random>

#include "codec/text.h"
#include "ledger_rig.h"
#include "support/catch.h"

// Calls of every method with arguments that nobody meant: each is answered or refused, nothing is
// recorded, and others are served meanwhile.

using namespace counterfoil;
using namespace counterfoil::test;

namespace {

class IgnoringSink final : public schema::EventSink::Server {
  kj::Promise<void> events(EventsContext) override { return kj::READY_NOW; }
  kj::Promise<void> retried(RetriedContext) override { return kj::READY_NOW; }
  kj::Promise<void> ended(EndedContext) override { return kj::READY_NOW; }
};

class IgnoringProgress final : public schema::Progress::Server {
  kj::Promise<void> report(ReportContext) override { return kj::READY_NOW; }
};

/// Draws the arguments of a call, for a call of the same seed the same.
class Arguments {
 public:
  explicit Arguments(unsigned seed) : random_(seed) {}

  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  void fill(capnp::DynamicStruct::Builder out, unsigned depth = 0) {
    const auto schema = out.getSchema();
    const auto in_union = schema.getUnionFields();
    for (const auto field : schema.getNonUnionFields()) fill(out, field, depth);
    if (in_union.size() != 0)
      fill(out, in_union[below(static_cast<unsigned>(in_union.size()))], depth);
  }

 private:
  void fill(capnp::DynamicStruct::Builder out, capnp::StructSchema::Field field, unsigned depth) {
    if (below(3) == 0 || depth > 4) return;
    const auto type = field.getType();
    if (field.getProto().isGroup()) {
      fill(out.init(field).as<capnp::DynamicStruct>(), depth);
    } else if (type.isStruct()) {
      fill(out.init(field).as<capnp::DynamicStruct>(), depth + 1);
    } else if (type.isList()) {
      const unsigned size = below(16) == 0 ? 300 : below(4);
      fill(out.init(field, size).as<capnp::DynamicList>(), depth + 1);
    } else if (type.isInterface()) {
      if (type.asInterface() == capnp::Schema::from<schema::EventSink>())
        out.set(field, schema::EventSink::Client(kj::heap<IgnoringSink>()));
      else if (type.asInterface() == capnp::Schema::from<schema::Progress>())
        out.set(field, schema::Progress::Client(kj::heap<IgnoringProgress>()));
    } else if (type.isEnum()) {
      out.set(field, capnp::DynamicEnum(type.asEnum(), static_cast<std::uint16_t>(below(9))));
    } else if (type.isText()) {
      out.set(field, capnp::Text::Reader(text()));
    } else if (type.isData()) {
      out.set(field, data_of(text()));
    } else if (type.isBool()) {
      out.set(field, below(2) == 0);
    } else if (type.which() != capnp::schema::Type::ANY_POINTER &&
               type.which() != capnp::schema::Type::VOID) {
      set_number([&](auto value) { out.set(field, value); }, type);
    }
  }

  void fill(capnp::DynamicList::Builder out, unsigned depth) {
    const auto type = out.getSchema().getElementType();
    for (unsigned i = 0; i < out.size(); ++i) {
      if (type.isStruct())
        fill(out[i].as<capnp::DynamicStruct>(), depth);
      else if (type.isText())
        out.set(i, capnp::Text::Reader(text()));
      else if (type.isData())
        out.set(i, data_of(text()));
      else if (type.which() == capnp::schema::Type::UINT64 ||
               type.which() == capnp::schema::Type::INT32)
        set_number([&](auto value) { out.set(i, value); }, type);
    }
  }

  /// Small, huge or negative, as far as the type goes.
  template <typename Set>
  void set_number(Set set, capnp::Type type) {
    const std::int64_t values[] = {0, 1, 2, 7, 100, 2024, 1'000'000, -1};
    const std::int64_t value = values[below(8)];
    switch (type.which()) {
      case capnp::schema::Type::INT8:
      case capnp::schema::Type::INT16:
      case capnp::schema::Type::INT32:
        return set(static_cast<std::int32_t>(std::min<std::int64_t>(value, 127)));
      case capnp::schema::Type::INT64:
        return set(below(4) == 0 ? std::numeric_limits<std::int64_t>::max() : value);
      case capnp::schema::Type::UINT8:
        return set(static_cast<unsigned>(value & 0x7f));
      case capnp::schema::Type::UINT16:
        return set(static_cast<unsigned>(value & 0x7fff));
      case capnp::schema::Type::UINT32:
        return set(below(4) == 0 ? 0xffff'ffffu : static_cast<unsigned>(value & 0x7fff'ffff));
      case capnp::schema::Type::UINT64:
        return set(below(4) == 0 ? ~std::uint64_t{0}
                                 : static_cast<std::uint64_t>(value & 0x7fff'ffff));
      default:
        return;
    }
  }

  const std::string& text() {
    static const std::vector<std::string> texts = {
        "",         "budgets",    "u1",      "project/p1", "line/2024/p1/general/net/-",
        "x",        "stale",      "../..",   "unit/u1",    "no such thing",
        "\xff\xfe", "100",        "general", "admin",      std::string(5'000, 'y'),
        "{}",       "2024-01-01", "open",    "cursor",     std::string("a\0b", 3)};
    return texts[below(static_cast<unsigned>(texts.size()))];
  }

  std::mt19937 random_;
};

/// What is called; and how often each method was.
struct Target {
  capnp::DynamicCapability::Client capability;
  std::vector<capnp::InterfaceSchema::Method> methods;
};

template <typename Interface>
Target target(typename Interface::Client client, std::initializer_list<std::string_view> but = {}) {
  Target found{kj::mv(client), {}};
  for (const auto method : capnp::Schema::from<Interface>().getMethods())
    if (std::find(but.begin(), but.end(), view(method.getProto().getName())) == but.end())
      found.methods.push_back(method);
  return found;
}

}  // namespace

TEST_CASE("calls with random arguments are answered or refused, and change nothing") {
  const char* const wanted = std::getenv("COUNTERFOIL_RANDOM_CALLS");
  const unsigned calls = wanted ? static_cast<unsigned>(std::atoi(wanted)) : 5'000;
  ServedLedger at;
  must_record(at.loop, at.client,
              {unit("u1"), project("p1", "u1"), line("p1"), appropriation("p1", 5, "a1")});
  const std::uint64_t before = at.server.ledger().journal().size();
  // Sealing records, and building views again would take the test's time.
  Target targets[] = {target<schema::Reader>(at.client.reader()),
                      target<schema::Log>(at.client.log()), target<schema::Feed>(at.client.feed()),
                      target<schema::Recorder>(at.client.recorder()),
                      target<schema::Admin>(at.client.admin(), {"seal", "rebuild"})};
  unsigned answered = 0;
  unsigned refused = 0;
  std::uint64_t recorded = 0;  // by commands that happened to be right
  for (unsigned i = 0; i < calls; ++i) {
    Arguments arguments(i);
    Target& chosen = targets[arguments.below(static_cast<unsigned>(std::size(targets)))];
    const auto method =
        chosen.methods[arguments.below(static_cast<unsigned>(chosen.methods.size()))];
    INFO(i << " " << method.getProto().getName().cStr());
    auto request = chosen.capability.newRequest(method);
    arguments.fill(request);
    try {
      const auto response = request.send().wait(at.loop.scope());
      ++answered;
      if (view(method.getProto().getName()) == "record")
        for (const auto answer : response.as<schema::Recorder::RecordResults>().getAnswers())
          if (answer.isAccepted() && !answer.getAccepted().getAgain())
            recorded += answer.getAccepted().getCount();
    } catch (const kj::Exception& exception) {
      ++refused;
      // A failure of ours, and not one of the library's that got through.
      const Error error = from_exception(exception);
      const std::string described = exception.getDescription().cStr();
      if (described.find('[') == std::string::npos) FAIL("not refused by us: " << described);
      CHECK_FALSE(error.message.empty());
    }
    if (i % 100 == 0)
      CHECK(at.client.reader().viewsRequest().send().wait(at.loop.scope()).getViews().size() > 2);
  }
  WARN(calls << " calls: " << answered << " answered, " << refused << " refused");
  CHECK(answered > calls / 20);
  CHECK(refused > calls / 20);
  CHECK(at.server.ledger().journal().size() == before + recorded);
  CHECK(recorded < calls / 1'000);
}
