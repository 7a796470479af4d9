#include "net/reader.h"

#include "codec/text.h"
#include "net/failure.h"
#include "net/view_info.h"
#include "projections/row_codec.h"
#include "service/difference.h"
#include "service/explain.h"
#include "service/past_rows.h"
#include "service/proposing.h"
#include "service/queries.h"
#include "service/rebuilt.h"

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
          std::string(view(filter.getRule())),
          std::string(view(filter.getPool()))};
}

AsOf as_of_of(schema::AsOf::Reader given) {
  AsOf as_of;
  if (given.getHasSequence()) as_of.sequence = Sequence{given.getSequence()};
  if (given.getHasRecorded()) as_of.recorded = Instant{given.getRecorded()};
  if (given.getHasDecided()) as_of.decided = Instant{given.getDecided()};
  if (given.getHasEffective()) as_of.effective = Date{given.getEffective()};
  return as_of;
}

template <typename Row, typename List>
void set_rows(List out, const std::vector<std::string>& rows) {
  RowBuffer<Row> buffer;
  for (unsigned i = 0; i < rows.size(); ++i) out.setWithCaveats(i, buffer.read(rows[i]));
}

void set_data(capnp::List<capnp::Data>::Builder out, const std::vector<std::string>& values) {
  for (unsigned i = 0; i < values.size(); ++i) out.set(i, data_of(values[i]));
}

template <typename Row, typename Results>
void fill_page(Results results, const ProposalPage& page) {
  set_rows<Row>(results.initRows(static_cast<unsigned>(page.rows.size())), page.rows);
  set_rows<schema::Command>(results.initCommands(static_cast<unsigned>(page.commands.size())),
                            page.commands);
  results.setNext(text_of(page.next));
}

class ReaderServer final : public NotedServer<schema::Reader> {
 public:
  ReaderServer(Ledger& ledger, Background& background, Reach reach, ReadNote note)
      : NotedServer(std::move(note)),
        ledger_(ledger),
        background_(background),
        reach_(std::move(reach)) {}

  kj::Promise<void> budgets(BudgetsContext context) override {
    return page_of("budgets", context).then([context](RowPage page) mutable {
      auto results = context.getResults();
      set_rows<schema::BudgetRow>(results.initRows(static_cast<unsigned>(page.rows.size())),
                                  page.rows);
      results.setNext(data_of(page.next));
    });
  }

  kj::Promise<void> adjustments(AdjustmentsContext context) override {
    return page_of("adjustments", context).then([context](RowPage page) mutable {
      auto results = context.getResults();
      set_rows<schema::AdjustmentRow>(results.initRows(static_cast<unsigned>(page.rows.size())),
                                      page.rows);
      results.setNext(data_of(page.next));
    });
  }

  kj::Promise<void> rows(RowsContext context) override {
    const std::string name(view(context.getParams().getView()));
    or_throw(ledger_.projector().find(name));
    return page_of(name, context).then([context](RowPage page) mutable {
      auto results = context.getResults();
      set_data(results.initRows(static_cast<unsigned>(page.rows.size())), page.rows);
      results.setNext(data_of(page.next));
    });
  }

  kj::Promise<void> history(HistoryContext context) override {
    const auto params = context.getParams();
    or_throw(reach_.check_subject(ledger_.journal(), view(params.getSubject())));
    auto work = [&ledger = ledger_, subject = std::string(view(params.getSubject())),
                 from = Ordinal{params.getFrom()}, limit = params.getLimit(),
                 as_of = as_of_of(params.getAsOf())]() -> Result<HistoryPage> {
      CF_LET(const Moment moment, moment_of(ledger.journal(), as_of, ledger.now()));
      return read_history(ledger.journal(), subject, moment, from, limit);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<HistoryPage> found) mutable {
          const HistoryPage page = or_throw(std::move(found));
          auto results = context.getResults();
          results.setCount(page.count);
          results.setNext(page.next);
          set_data(results.initRecords(static_cast<unsigned>(page.records.size())), page.records);
        });
  }

  kj::Promise<void> explain(ExplainContext context) override {
    const auto params = context.getParams();
    or_throw(reach_.check_subject(ledger_.journal(), view(params.getSubject())));
    auto work = [&ledger = ledger_,
                 question = Question{std::string(view(params.getSubject())),
                                     filter_of(params.getFilter()), params.getFigure()},
                 as_of = as_of_of(params.getAsOf()), after = std::string(view(params.getAfter())),
                 limit = params.getLimit()](const Asker& asker) {
      return counterfoil::explain(ledger.journal(), question, as_of, ledger.now(), after, limit,
                                  asker);
    };
    context.allowCancellation();
    return background_.reads.run_while_awaited(std::move(work))
        .then([context](Result<Explanation> found) mutable {
          const Explanation answer = or_throw(std::move(found));
          auto results = context.getResults();
          set_rows<schema::FigureRow>(
              results.initFigures(static_cast<unsigned>(answer.figures.size())), answer.figures);
          set_rows<schema::ContributionRow>(
              results.initContributions(static_cast<unsigned>(answer.contributions.size())),
              answer.contributions);
          set_data(results.initEvidence(static_cast<unsigned>(answer.evidence.size())),
                   answer.evidence);
          results.setEventsBefore(answer.events_before);
          results.setEventsAfter(answer.events_after);
          results.setNext(data_of(answer.next));
        });
  }

  kj::Promise<void> difference(DifferenceContext context) override {
    const auto params = context.getParams();
    or_throw(reach_.check_filter(ledger_.journal(), filter_of(params.getFilter())));
    auto work = [&ledger = ledger_, first = as_of_of(params.getFirst()),
                 second = as_of_of(params.getSecond()), filter = filter_of(params.getFilter()),
                 figure = params.getFigure(), after = std::string(view(params.getAfter())),
                 limit = params.getLimit()](const Asker& asker) -> Result<DifferencePage> {
      // Both sides go on where the first page of them ended; the key is behind both ends.
      const auto first_after = after.substr(0, sizeof(std::uint64_t));
      CF_LET(const PastPage from, past_page(ledger.journal(), first, ledger.now(), first_after));
      CF_LET(const PastPage to,
             past_page(ledger.journal(), second, ledger.now(), after.substr(first_after.size())));
      CF_LET(DifferencePage page,
             read_difference(ledger.journal(), ledger.past(),
                             {from.moment, to.moment, filter, figure}, to.after, limit, asker));
      if (!page.next.empty()) page.next = next_page(from.moment, next_page(to.moment, page.next));
      return page;
    };
    context.allowCancellation();
    return background_.past.run_while_awaited(std::move(work))
        .then([context](Result<DifferencePage> found) mutable {
          const DifferencePage page = or_throw(std::move(found));
          auto results = context.getResults();
          set_rows<schema::ChangeRow>(
              results.initChanges(static_cast<unsigned>(page.changes.size())), page.changes);
          set_rows<schema::ContributionRow>(
              results.initContributions(static_cast<unsigned>(page.contributions.size())),
              page.contributions);
          results.setEventsBefore(page.events_before);
          results.setEventsAfter(page.events_after);
          results.setNext(data_of(page.next));
        });
  }

  kj::Promise<void> whatIf(WhatIfContext context) override {
    or_throw(reach_.check_all("a what-if"));
    const auto params = context.getParams();
    auto work = [&ledger = ledger_, document = std::string(view(params.getRuleSet())),
                 in_place_of = std::string(view(params.getInPlaceOf())),
                 as_of = as_of_of(params.getAsOf()), after = std::string(view(params.getAfter())),
                 limit = params.getLimit()](const Asker& asker) {
      return read_what_if(ledger.journal(), ledger.past(), ledger.zone(), document, in_place_of,
                          as_of, ledger.now(), after, limit, asker);
    };
    context.allowCancellation();
    return background_.past.run_while_awaited(std::move(work))
        .then([context](Result<RowPage> found) mutable {
          const RowPage page = or_throw(std::move(found));
          auto results = context.getResults();
          set_rows<schema::WhatIfRow>(results.initRows(static_cast<unsigned>(page.rows.size())),
                                      page.rows);
          results.setNext(data_of(page.next));
        });
  }

  kj::Promise<void> rebuilt(RebuiltContext context) override {
    or_throw(reach_.check_subject(ledger_.journal(), view(context.getParams().getSubject())));
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
    or_throw(reach_.check_all("what is proposed for a year"));
    auto work = [&journal = ledger_.journal(), question = question_of(context.getParams())] {
      return read_ceilings(journal, question);
    };
    return background_.reads.run(std::move(work))
        .then([context](Result<ProposalPage> found) mutable {
          fill_page<schema::CeilingRow>(context.getResults(), or_throw(std::move(found)));
        });
  }

  kj::Promise<void> closing(ClosingContext context) override {
    or_throw(reach_.check_all("what is proposed for a year"));
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
    or_throw(reach_.check_all("what is proposed for a year"));
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

  /// What is asked of a view's rows.
  struct RowQuestion {
    std::string name;
    Filter filter;
    AsOf as_of;
    std::string after;
    std::size_t limit = 0;
  };

  /// A page of a view's rows, of now or as of a moment of the past.
  template <typename Context>
  kj::Promise<RowPage> page_of(const std::string& name, Context& context) {
    const auto params = context.getParams();
    RowQuestion question{name, filter_of(params.getFilter()), as_of_of(params.getAsOf()),
                         std::string(view(params.getAfter())), params.getLimit()};
    or_throw(reach_.check_filter(ledger_.journal(), question.filter));
    context.allowCancellation();
    if (question.as_of.is_set()) return page_of_past(std::move(question));
    return folded(name)
        .then([this, question = std::move(question)]() mutable {
          return background_.reads.run(
              [&projector = ledger_.projector(), question = std::move(question)] {
                return read_rows(projector, question.name, question.filter, question.after,
                                 question.limit);
              });
        })
        .then([](Result<RowPage> page) { return or_throw(std::move(page)); });
  }

  /// What is folded from few records does not wait for what is folded from the whole journal, which
  /// may take minutes and does not hold up other reads.
  kj::Promise<RowPage> page_of_past(RowQuestion question) {
    auto own = [&ledger = ledger_, question](const Asker& asker) {
      return read_own_rows_as_of(ledger.projector(), ledger.journal(), question.name,
                                 question.filter, question.as_of, ledger.now(), question.after,
                                 question.limit, asker);
    };
    auto any = [&ledger = ledger_, question = std::move(question)](const Asker& asker) {
      return read_any_rows_as_of(ledger.projector(), ledger.journal(), ledger.past(), question.name,
                                 question.filter, question.as_of, ledger.now(), question.after,
                                 question.limit, asker);
    };
    return background_.reads.run_while_awaited(std::move(own))
        .then([this, any = std::move(any)](
                  Result<std::optional<RowPage>> found) mutable -> kj::Promise<RowPage> {
          if (auto page = or_throw(std::move(found))) return std::move(*page);
          return background_.past.run_while_awaited(std::move(any)).then([](Result<RowPage> page) {
            return or_throw(std::move(page));
          });
        });
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
  const Reach reach_;
};

}  // namespace

schema::Reader::Client make_reader(Ledger& ledger, Background& background, Reach reach,
                                   ReadNote note) {
  return kj::heap<ReaderServer>(ledger, background, std::move(reach), std::move(note));
}

}  // namespace counterfoil
