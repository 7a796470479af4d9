#include "net/reader.h"

#include "codec/text.h"
#include "net/failure.h"
#include "net/view_info.h"
#include "projections/row_codec.h"
#include "service/proposing.h"
#include "service/queries.h"

namespace counterfoil {
namespace {

Filter filter_of(schema::Filter::Reader filter) {
  return {filter.getFiscalYear(),
          std::string(view(filter.getUnit())),
          std::string(view(filter.getProject())),
          std::string(view(filter.getFund())),
          std::string(view(filter.getMeasure())),
          std::string(view(filter.getKind())),
          std::string(view(filter.getRequest())),
          std::string(view(filter.getState())),
          std::string(view(filter.getRule()))};
}

template <typename Row, typename List>
void set_rows(List out, const std::vector<std::string>& rows) {
  RowBuffer<Row> buffer;
  for (unsigned i = 0; i < rows.size(); ++i) out.setWithCaveats(i, buffer.read(rows[i]));
}

template <typename Row, typename Results>
void fill_page(Results results, const ProposalPage& page) {
  set_rows<Row>(results.initRows(static_cast<unsigned>(page.rows.size())), page.rows);
  set_rows<schema::Command>(results.initCommands(static_cast<unsigned>(page.commands.size())),
                            page.commands);
  results.setNext(text_of(page.next));
}

class ReaderServer final : public schema::Reader::Server {
 public:
  ReaderServer(Ledger& ledger, Background& background) : ledger_(ledger), background_(background) {}

  kj::Promise<void> budgets(BudgetsContext context) override {
    return folded("budgets")
        .then([this, context]() mutable {
          const auto params = context.getParams();
          return background_.reads.run(
              [&projector = ledger_.projector(), filter = filter_of(params.getFilter()),
               after = std::string(view(params.getAfter())), limit = params.getLimit()] {
                return read_budgets(projector, filter, after, limit);
              });
        })
        .then([context](Result<RowPage> found) mutable {
          const RowPage page = or_throw(std::move(found));
          auto results = context.getResults();
          set_rows<schema::BudgetRow>(results.initRows(static_cast<unsigned>(page.rows.size())),
                                      page.rows);
          results.setNext(data_of(page.next));
        });
  }

  kj::Promise<void> adjustments(AdjustmentsContext context) override {
    return folded("adjustments")
        .then([this, context]() mutable {
          const auto params = context.getParams();
          return background_.reads.run(
              [&projector = ledger_.projector(), filter = filter_of(params.getFilter()),
               after = std::string(view(params.getAfter())), limit = params.getLimit()] {
                return read_adjustments(projector, filter, after, limit);
              });
        })
        .then([context](Result<RowPage> found) mutable {
          const RowPage page = or_throw(std::move(found));
          auto results = context.getResults();
          set_rows<schema::AdjustmentRow>(results.initRows(static_cast<unsigned>(page.rows.size())),
                                          page.rows);
          results.setNext(data_of(page.next));
        });
  }

  kj::Promise<void> rows(RowsContext context) override {
    const std::string name(view(context.getParams().getView()));
    or_throw(ledger_.projector().find(name));
    return folded(name)
        .then([this, context, name]() mutable {
          const auto params = context.getParams();
          return background_.reads.run(
              [&projector = ledger_.projector(), name, filter = filter_of(params.getFilter()),
               after = std::string(view(params.getAfter())), limit = params.getLimit()] {
                return read_rows(projector, name, filter, after, limit);
              });
        })
        .then([context](Result<RowPage> found) mutable {
          const RowPage page = or_throw(std::move(found));
          auto results = context.getResults();
          auto rows = results.initRows(static_cast<unsigned>(page.rows.size()));
          for (unsigned i = 0; i < page.rows.size(); ++i) rows.set(i, data_of(page.rows[i]));
          results.setNext(data_of(page.next));
        });
  }

  kj::Promise<void> history(HistoryContext context) override {
    const auto params = context.getParams();
    auto work = [&journal = ledger_.journal(), subject = std::string(view(params.getSubject())),
                 from = Ordinal{params.getFrom()},
                 limit = params.getLimit()] { return read_history(journal, subject, from, limit); };
    return background_.reads.run(std::move(work))
        .then([context](Result<HistoryPage> found) mutable {
          const HistoryPage page = or_throw(std::move(found));
          auto results = context.getResults();
          results.setCount(page.count);
          auto records = results.initRecords(static_cast<unsigned>(page.records.size()));
          for (unsigned i = 0; i < page.records.size(); ++i)
            records.set(i, data_of(page.records[i]));
        });
  }

  kj::Promise<void> rebuilt(RebuiltContext context) override {
    auto work = [&journal = ledger_.journal(),
                 subject = std::string(view(context.getParams().getSubject()))] {
      return rebuild_subject(journal, subject);
    };
    return background_.chores.run(std::move(work))
        .then([context](Result<RebuiltRows> rebuilt) mutable {
          const RebuiltRows rows = or_throw(std::move(rebuilt));
          auto results = context.getResults();
          set_rows<schema::BudgetRow>(
              results.initBudgets(static_cast<unsigned>(rows.budgets.size())), rows.budgets);
          set_rows<schema::AdjustmentRow>(
              results.initAdjustments(static_cast<unsigned>(rows.adjustments.size())),
              rows.adjustments);
        });
  }

  kj::Promise<void> views(ViewsContext context) override {
    const bool digests = context.getParams().getDigests();
    auto work = [&projector = ledger_.projector(), digests] {
      return report_views(projector, digests);
    };
    auto reports =
        digests ? background_.chores.run(std::move(work)) : background_.reads.run(std::move(work));
    return reports.then([context](Result<std::vector<ViewReport>> reported) mutable {
      const auto found = or_throw(std::move(reported));
      fill(context.getResults().initViews(static_cast<unsigned>(found.size())), found);
    });
  }

  kj::Promise<void> ceilings(CeilingsContext context) override {
    auto work = [&journal = ledger_.journal(), question = question_of(context.getParams())] {
      return read_ceilings(journal, question);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<ProposalPage> found) mutable {
          fill_page<schema::CeilingRow>(context.getResults(), or_throw(std::move(found)));
        });
  }

  kj::Promise<void> closing(ClosingContext context) override {
    auto work = [&journal = ledger_.journal(), question = question_of(context.getParams()),
                 pool = std::string(view(context.getParams().getPool()))] {
      return read_closing(journal, question, pool);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<ClosingPage> found) mutable {
          const ClosingPage page = or_throw(std::move(found));
          auto results = context.getResults();
          fill_page<schema::ProposalRow>(results, page.proposals);
          RowBuffer<schema::Command> buffer;
          if (!page.close.empty()) results.setClose(buffer.read(page.close));
        });
  }

  kj::Promise<void> proposals(ProposalsContext context) override {
    auto work = [&journal = ledger_.journal(), question = question_of(context.getParams())] {
      return read_proposals(journal, question);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<ProposalPage> found) mutable {
          fill_page<schema::ProposalRow>(context.getResults(), or_throw(std::move(found)));
        });
  }

 private:
  template <typename Params>
  YearQuestion question_of(Params params) const {
    return {params.getFiscalYear(), ledger_.today(), std::string(view(params.getAfter())),
            params.getLimit()};
  }

  /// Resolves when the view holds every record that is acknowledged by now.
  kj::Promise<void> folded(std::string_view projection) {
    auto pair = kj::newPromiseAndCrossThreadFulfiller<Result<void>>();
    auto fulfiller = std::make_shared<decltype(pair.fulfiller)>(kj::mv(pair.fulfiller));
    ledger_.projector().when_folded(
        projection, ledger_.journal().size(),
        [fulfiller](Result<void> outcome) { (*fulfiller)->fulfill(std::move(outcome)); });
    return pair.promise.then([](Result<void> outcome) { or_throw(std::move(outcome)); });
  }

  Ledger& ledger_;
  Background& background_;
};

}  // namespace

schema::Reader::Client make_reader(Ledger& ledger, Background& background) {
  return kj::heap<ReaderServer>(ledger, background);
}

}  // namespace counterfoil
