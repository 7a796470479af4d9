#include "counterfoil/commands/event_printer.h"

#include <schema/views.capnp.h>

#include <boost/json/serialize.hpp>
#include <iostream>

#include "counterfoil/event_row.h"
#include "counterfoil/standard_output.h"
#include "domain/event_json.h"

namespace counterfoil {

EventPrinter::EventPrinter(const OutputOptions& options)
    : currency_exponent_(options.currency_exponent) {
  if (options.format != Format::json)
    rows_.emplace(options, capnp::Schema::from<schema::EventRow>(), std::cout);
}

void EventPrinter::print(schema::Record::Reader record) {
  if (!rows_) {
    std::cout << boost::json::serialize(event_json(record)) << '\n';
    return;
  }
  capnp::MallocMessageBuilder message;
  auto row = message.initRoot<schema::EventRow>();
  fill(row, record, currency_exponent_);
  rows_->row(row.asReader());
}

Result<void> EventPrinter::show() {
  if (rows_) rows_->show();
  return flush_output();
}

Result<void> EventPrinter::finish() {
  return rows_ ? rows_->finish() : Result<void>();
}

}  // namespace counterfoil
