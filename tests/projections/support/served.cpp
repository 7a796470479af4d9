#include "projections/support/served.h"

#include "core/bytes.h"
#include "service/sequencer.h"

namespace counterfoil::test {

void make_ledger(const std::string& path, unsigned seed) {
  kit::create_ledger_in(path);
  Journal journal = must(Journal::open(must(LedgerFolder::open(path))));
  Sequencer sequencer(journal, must(Zone::find("Asia/Shanghai")), kit::ticking());
  std::vector<PreparedCommand> commands = kit::story(seed, 5, 150, "s");
  std::vector<std::optional<Answer>> answers(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i)
    sequencer.add(kit::finance, commands[i], answers[i]);
  sequencer.flush();
  must(kit::record(sequencer, kit::command("r", kit::reversal(journal.size() - 1))));
  for (const char* const fact :
       {R"({"gradeAssigned":{"evaluatedYear":2023,"level":"self","grade":"good",
            "about":"project/sP1"}})",
        R"({"gradeAssigned":{"evaluatedYear":2023,"level":"finance","grade":"poor",
            "about":"project/sP1"}})",
        R"({"targetSubmitted":{"fiscalYear":2024,"about":"project/sP1","unit":"sU","indicators":[
            {"dimension":"quantity","name":"a","target":"3"}]}})",
        R"({"monitoringChecked":{"fiscalYear":2024,"checkedOn":"2024-07-31","light":"red",
            "about":"project/sP1","attainments":[{"indicator":"a","attained":5}]}})",
        R"({"priorityListAdopted":{"fiscalYear":2024,"list":"L","department":"sU","items":[
            {"required":100,"project":"sP1"},{"required":100000,"project":"sP2"}]}})",
        R"({"budgetAdjusted":{"kind":"clawback","pool":"saved","legs":[{"vintage":2024,
            "line":"line/2024/sP1/general/net/-","amount":-3,"sourceTag":"t"}]}})",
        R"({"budgetAdjusted":{"kind":"reduction","cause":"grade","legs":[{"vintage":2024,
            "line":"line/2024/sP1/general/net/-","amount":-3}]}})"}) {
    const std::string id = std::to_string(journal.size());
    must(kit::record(
        sequencer, kit::prepare(fmt::format(R"({{"commandId":"{}","evidence":[{}],"facts":[{}]}})",
                                            id, journal.size() - 1, fact))));
  }
  must(kit::record(sequencer, kit::command("g", kit::reversal(journal.size() - 7))));
}

Rocks open_views(const std::string& path) {
  return must(Rocks::open(path + "/views", {}, {}));
}

void change_meta(const std::string& path, std::string_view key, std::string_view value) {
  Rocks rocks = open_views(path);
  Rocks::Batch batch;
  batch.put(*rocks.family("meta"), key, value);
  must(rocks.write(batch, Rocks::Durability::synced));
}

std::string number(std::uint64_t value) {
  std::string bytes;
  put_big_endian(bytes, value);
  return bytes;
}

}  // namespace counterfoil::test
