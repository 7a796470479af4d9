#pragma once

#include <schema/ledger.capnp.h>

#include <string>
#include <utility>

#include "counterfoil/progress.h"

namespace counterfoil {

/// Shows what a chore of the ledger reports.
class ProgressSink final : public schema::Progress::Server {
 public:
  explicit ProgressSink(std::string what) : bar_(std::move(what)) {}
  kj::Promise<void> report(ReportContext context) override {
    bar_.show(context.getParams().getDone(), context.getParams().getTotal());
    return kj::READY_NOW;
  }

 private:
  ProgressBar bar_;
};

}  // namespace counterfoil
