#include <cstdlib>
#include <fstream>
#include <sstream>

#include "codec/binary_text.h"
#include "domain/page.h"
#include "domain/standing.h"
#include "projections/adjustments.h"
#include "projections/budgets.h"
#include "proof/checkpoint.h"
#include "storage/shown.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/ledger_kit.h"
#include "support/plain_journal.h"

// The bytes of every format, made by the real code from a fixed story and compared with those in
// git, so that a change of a format shows as a difference in the commit that makes it.

using namespace counterfoil;

namespace {

/// Writes entries as a name and rows of 32 bytes in hexadecimal.
class Dump {
 public:
  void add(std::string_view name, std::string_view bytes) {
    text_ << name << '\n';
    for (std::size_t at = 0; at < bytes.size(); at += 32)
      text_ << "  " << to_hex(bytes.substr(at, 32)) << '\n';
  }
  /// A family's entries, each named by its key.
  void add(const Rocks& rocks, const std::string& family) {
    auto cursor = rocks.walk(*rocks.family(family));
    for (cursor.seek({}); cursor.valid(); cursor.next())
      add(fmt::format("{} {}", family, readable(cursor.key())), cursor.value());
    must(cursor.status());
  }
  std::string text() const { return text_.str(); }

 private:
  /// Printable characters as they are, others as \x1f.
  static std::string readable(std::string_view key) {
    std::string text;
    for (const char c : key)
      text += c > ' ' && c < 0x7f && c != '\\' ? std::string(1, c)
                                               : "\\x" + to_hex(std::string_view(&c, 1));
    return text;
  }
  std::ostringstream text_;
};

/// A command with every field that a client may set.
PreparedCommand full_command(int number, std::string_view fact) {
  return kit::prepare(fmt::format(
      R"({{"commandId":"golden-{}","decidedAt":"2024-02-29T16:00:00.000001Z",
          "effectiveOn":"2024-01-01","role":"government","organisation":"市财政局",
          "documents":[{{"number":"财预〔2024〕1号","mediaType":"application/pdf","size":12345,
            "hash":"{:064x}"}}],
          "reason":"because","evidence":[0,1],"causationId":"cause","correlationId":"whole",
          "sealed":[{{"keyId":"0102","nonce":"a0a1a2","ciphertext":"AAEC"}}],
          "expectations":[{{"subject":"ledger","count":2}}],
          "override":{{"authority":"mayor","document":"〔2024〕2号"}},"facts":[{}]}})",
      number, number, fact));
}

/// Records 2 to 29: of what init does not record, at least one of each fact that changes a number
/// or a row of a view, and some that they need.
std::vector<std::string> facts() {
  return {
      R"({"unitRegistered":{"unit":"U1","name":"教育局","department":"D1","division":"130100"}})",
      R"({"projectProposed":{"project":"P0","unit":"U1","name":"before","category":"T"}})",
      R"({"projectProposed":{"project":"P1","unit":"U1","name":"学校","category":"T",
          "predecessors":[{"project":"P0","shareBasisPoints":10000}]}})",
      R"({"lineOpened":{"line":"line/2024/P1/general/net/-","functionalClass":"205",
          "economicClass":"302"}})",
      R"({"targetSubmitted":{"fiscalYear":2024,"about":"project/P1","unit":"U1","indicators":[
          {"dimension":"quantity","direction":"atLeast","weight":50000,"target":"12.50",
           "name":"places","measureUnit":"1000"},
          {"dimension":"satisfaction","direction":"qualitative","weight":50000,"name":"parents",
           "statement":"content"}]}})",
      R"({"targetApproved":{"target":6}})",
      R"({"budgetAppropriated":{"line":"line/2024/P1/general/net/-","amount":80000,"base":100001,
          "ceiling":80000,"capped":true,"cutForGrade":20000,"cutAcrossTheBoard":1,"pool":"saved"}})",
      R"({"adjustmentProposed":{"kind":"clawback","cause":"monitoring","request":"R-1",
          "pool":"saved","legs":[{"line":"line/2024/P1/general/net/-","amount":-300,"vintage":2023,
          "sourceTag":"livelihood"}]}})",
      R"({"budgetAdjusted":{"kind":"clawback","cause":"monitoring","request":"R-1","pool":"saved",
          "proposal":9,"legs":[{"line":"line/2024/P1/general/net/-","amount":-300,"vintage":2023,
          "sourceTag":"livelihood"}]}})",
      R"({"commitmentRecorded":{"line":"line/2024/P1/general/net/-","amount":90000,
          "reference":"contract 7"}})",
      R"({"paymentRecorded":{"line":"line/2024/P1/general/net/-","amount":70000,"commitment":11,
          "reference":"voucher 1"}})",
      R"({"paymentRecorded":{"line":"line/2024/P1/general/net/-","amount":-500,"refundOf":12}})",
      R"({"monitoringChecked":{"fiscalYear":2024,"checkedOn":"2024-07-31","spent":69500,
          "executionRate":8720,"light":"yellow","about":"project/P1","attainments":[
          {"attained":9000,"actual":"11.25","indicator":"places"}]}})",
      R"({"gradeAssigned":{"evaluatedYear":2023,"level":"finance","grade":"medium",
          "declaredScore":79500,"recomputedScore":78333,"scored":true,"about":"project/P1",
          "evaluator":"third party"}})",
      R"({"eventReversed":{"event":10}})",
      R"({"correctionOrdered":{"check":14,"dueOn":"2024-09-30","cause":"late"}})",
      R"({"correctionVerified":{"correction":17,"verifiedOn":"2024-09-30","outcome":"corrected"}})",
      R"({"resultApplied":{"grade":15,"waived":true}})",
      R"({"gradeAssigned":{"evaluatedYear":2023,"level":"congress","grade":"good",
          "about":"project/P1"}})",
      R"({"targetSubmitted":{"fiscalYear":2024,"about":"project/P1","unit":"U1","indicators":[
          {"dimension":"quality","direction":"atLeast","weight":50000,"target":"95",
           "name":"passes","measureUnit":"percent"}]}})",
      R"({"targetReturned":{"target":21}})",
      R"({"priorityListAdopted":{"fiscalYear":2024,"list":"L1","department":"U1","items":[
          {"required":90000,"project":"P1","name":"学校"}]}})",
      R"({"fundingPlanFiled":{"fiscalYear":2024,"list":"L1","items":[
          {"planned":85000,"project":"P1","fund":"general"}]}})",
      R"({"pipelineAdmitted":{"project":"P0"}})",
      R"({"exAnteAppraised":{"project":"P0","score":86500,"verdict":"recommended",
          "appraiser":"third party"}})",
      R"({"affordabilityAssessed":{"project":"P0","fiscalYear":2025,"affordable":true,
          "total":100000}})",
      R"({"libraryAdmitted":{"project":"P0","fiscalYear":2025,"rank":1}})",
      R"({"approvalRecorded":{"event":9,"verdict":"approved","authority":"mayor",
          "document":"〔2024〕3号"}})",
  };
}

/// Records the whole story into a new ledger.
void record_story(const std::string& path) {
  const LedgerFolder folder = must(LedgerFolder::create(path));
  Journal journal = kit::create_journal(folder, "override");
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  int number = 0;
  for (const std::string& fact : facts())
    must(kit::record(sequencer, full_command(++number, fact)));
  CHECK(journal.size() == 2 + facts().size());
  const SigningKey key = kit::signing_key();
  const Checkpoint checkpoint{std::string(kit::origin), journal.size(), journal.root()};
  must(journal.put_checkpoint(checkpoint.size, must(sign_checkpoint(checkpoint, {&key}))));
}

}  // namespace

TEST_CASE("a journal of every fact, byte for byte") {
  const TempFolder temp;
  record_story(temp / "ledger");
  const Rocks rocks = must(Rocks::open(temp / "ledger/journal", {}, {}));
  Dump dump;
  for (const std::string family :
       {"records", "subjects", "commands", "book", "tiles", "checkpoints", "meta"})
    dump.add(rocks, family);
  kit::compare_golden("journal.hex", dump.text());
}

TEST_CASE("the tiles of a journal of 300 records, byte for byte") {
  const TempFolder temp;
  {
    PlainJournal plain(temp / "ledger");
    plain.grow_to(300);
  }
  const Rocks rocks = must(Rocks::open(temp / "ledger/journal", {}, {}));
  Dump dump;
  dump.add(rocks, "tiles");
  kit::compare_golden("tiles.hex", dump.text());
}

TEST_CASE("the hashes of a journal of every fact") {
  const TempFolder temp;
  record_story(temp / "ledger");
  const Journal journal = must(Journal::open(must(LedgerFolder::open(temp / "ledger"))));
  Hasher hasher = must(Hasher::of_suite(default_suite));
  TreeEdge edge;
  Dump dump;
  std::string bytes;
  for (std::uint64_t i = 0; i < journal.size(); ++i) {
    must(journal.read(Sequence{i}, bytes));
    const Hash leaf = hasher.leaf(bytes);
    edge.append(leaf, hasher);
    dump.add(fmt::format("leaf {}", i), bytes_of(leaf));
    dump.add(fmt::format("root {}", i + 1), bytes_of(edge.root(hasher)));
  }
  dump.add("edge 7", [&] {
    TreeEdge seven;
    for (std::uint64_t i = 0; i < 7; ++i) {
      must(journal.read(Sequence{i}, bytes));
      seven.append(hasher.leaf(bytes), hasher);
    }
    return seven.encode();
  }());
  dump.add("command", bytes_of(full_command(1, facts().front()).words));
  dump.add("command digest", full_command(1, facts().front()).digest);
  kit::compare_golden("hashes.hex", dump.text());
}

TEST_CASE("the file shown, byte for byte") {
  const TempFolder temp;
  record_story(temp / "ledger");
  const std::string bytes = must(read_file(temp / "ledger/shown"));
  REQUIRE(bytes.size() == 2 * ShownFile::slot_bytes);
  Dump dump;
  for (std::size_t slot = 0; slot < 2; ++slot) {
    std::string_view used =
        std::string_view(bytes).substr(slot * ShownFile::slot_bytes, ShownFile::slot_bytes);
    used = used.substr(0, used.find_last_not_of('\0') + 1);
    dump.add(fmt::format("slot {}, {} bytes before the zeros", slot, used.size()), used);
  }
  kit::compare_golden("shown.hex", dump.text());
}

TEST_CASE("pages of the book of each kind, byte for byte") {
  Dump dump;
  const auto add = [&](std::string_view name, decltype(Page::state) state) {
    Page page{3, Sequence{0x0102030405060708}, std::move(state)};
    dump.add(name, encode_page(page));
  };
  add("none", std::monostate{});
  add("ledger",
      LedgerState{
          true, {{Date{-1}, Sequence{1}, "open@1"}, {Date{19'723}, Sequence{2}, "c@2"}}, 4, 1});
  add("unit", UnitState{true, "D1", "U2"});
  add("project", ProjectState{true, "U1"});
  add("line", LineState{true,
                        true,
                        Sequence{9},
                        Money{5},
                        Money{-1},
                        {{2023, Money{-3}}, {2024, Money{2}}},
                        Money{2},
                        Money{INT64_MAX}});
  add("pool", PoolState{Money{5}, Money{4}});
  add("target", TargetState{{{Sequence{7}, Sequence{6}}, {Sequence{9}, Sequence{8}}}});
  add("event", EventState{true, Sequence{15}, Money{70'000}, 2});
  add("standing", StandingState{{Sequence{7}, Sequence{9}}});
  add("fund", FundState{{{"net", Money{12}}}});
  dump.add("key of an event", event_key(Sequence{15}));
  dump.add("key of a target", target_key("project/P1", 2024));
  dump.add("key of a pool", pool_key("saved", "livelihood"));
  dump.add("key of a pool without a tag", pool_key("saved", ""));
  dump.add("key of what stands under a project",
           standing_key(schema::Fact::PROJECT_CLASSIFIED, "P1"));
  kit::compare_golden("pages.hex", dump.text());
}

TEST_CASE("views of every fact, byte for byte, and their digests") {
  const TempFolder temp;
  record_story(temp / "ledger");
  Dump dump;
  {
    const auto ledger = must(Ledger::open(temp / "ledger", kit::ticking(), [](const auto&) {}));
    must(ledger->projector().catch_up());
    for (const Projection* projection : all_projections()) {
      const auto& views = ledger->projector().views();
      const auto digest = must(views.digest(views.view(*projection)));
      dump.add(fmt::format("digest of {}, {} entries", projection->name(), digest.entries),
               bytes_of(digest.root));
    }
  }
  const Rocks rocks = must(Rocks::open(temp / "ledger/views", {}, {}));
  for (const std::string& family : rocks.families()) dump.add(rocks, family);
  kit::compare_golden("views.hex", dump.text());
}
