#pragma once

#include <kj/timer.h>

#include <functional>
#include <string>

#include "net/consumer_desk.h"
#include "net/growth.h"
#include "net/record_blocks.h"
#include "net/subscribers.h"
#include "service/own_units.h"

namespace counterfoil {

/// What all feeds of one event loop share.
class Feeds {
 public:
  /// Receives sentences for the operator.
  using Report = std::function<void(const std::string&)>;

  /// What is passed in outlives it.
  Feeds(Ledger& of, kj::Timer& clock, Report to, std::size_t subscribers_max = limits::subscribers)
      : ledger(of),
        timer(clock),
        report(std::move(to)),
        growth(ledger),
        subscribers(subscribers_max),
        blocks(ledger.journal()),
        projects(ledger.journal()),
        desk(ledger) {}

  Ledger& ledger;
  kj::Timer& timer;
  Report report;
  Growth growth;
  Subscribers subscribers;
  RecordBlocks blocks;
  ProjectUnits projects;
  ConsumerDesk desk;
};

}  // namespace counterfoil
