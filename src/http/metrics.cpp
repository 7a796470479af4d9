#include "http/metrics.h"

#include <prometheus/text_serializer.h>

#include <sstream>

namespace counterfoil::http {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// The families of one scrape, in the order that they were added.
class Families {
 public:
  void counter(const char* name, const char* help, double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = value;
    add(name, help, MetricType::Counter, std::move(metric));
  }
  void gauge(const char* name, const char* help, double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    add(name, help, MetricType::Gauge, std::move(metric));
  }
  void histogram(const char* name, const char* help, const Histogram& of) {
    ClientMetric metric;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < of.bounds().size(); ++i) {
      below += of.count(i);
      metric.histogram.bucket.push_back({below, of.bounds()[i]});
    }
    metric.histogram.sample_count = below + of.count(of.bounds().size());
    metric.histogram.sample_sum = of.sum();
    add(name, help, MetricType::Histogram, std::move(metric));
  }
  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, all_);
    return out.str();
  }

 private:
  void add(const char* name, const char* help, MetricType type, ClientMetric metric) {
    if (all_.empty() || all_.back().name != name) all_.push_back({name, help, type, {}});
    all_.back().metric.push_back(std::move(metric));
  }
  std::vector<MetricFamily> all_;
};

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

void add_writer(Families& families, Ledger& ledger) {
  const WriterMeters& meters = ledger.writer().meters();
  families.gauge("counterfoil_journal_records", "Records in the journal",
                 number(ledger.journal().size()));
  families.counter("counterfoil_appended_records_total",
                   "Records appended since the ledger was opened", number(meters.records));
  const char* const commands = "Commands answered as recorded, by whether they were sent again";
  families.counter("counterfoil_commands_total", commands, number(meters.accepted),
                   {{"outcome", "new"}});
  families.counter("counterfoil_commands_total", commands, number(meters.again),
                   {{"outcome", "again"}});
  for (const auto& [why, count] : meters.failed())
    families.counter("counterfoil_refusals_total",
                     "Commands not recorded, by the rule that forbade them, else by the kind of "
                     "failure",
                     number(count), {{"rule", why}});
  families.histogram("counterfoil_append_seconds",
                     "From the writer's queue to the answer, of a request", meters.append_s);
  families.histogram("counterfoil_group_records", "Records that one synced write held",
                     meters.group_records);
  families.histogram("counterfoil_sync_seconds", "One synced write", meters.sync_s);
  families.gauge("counterfoil_queued_bytes", "Bytes of commands that wait for the writer",
                 number(ledger.writer().queued_bytes()));
}

void add_projections(Families& families, Ledger& ledger) {
  const auto views = ledger.projector().status();
  for (const auto& view : views)
    families.gauge("counterfoil_projection_lag_records", "Records that a view has not folded yet",
                   number(view.lag), {{"projection", view.name}});
  for (const auto& view : views)
    families.gauge("counterfoil_projection_lag_seconds",
                   "Of the ledger's time, from the newest record folded to the newest one",
                   static_cast<double>(view.lag_us) / 1e6, {{"projection", view.name}});
  for (const auto& view : views)
    families.gauge("counterfoil_projection_halted", "1 where a view is halted",
                   view.state == "halted" ? 1 : 0, {{"projection", view.name}});
}

void add_http(Families& families, const Meters& meters) {
  for (const auto& [key, count] : meters.requests)
    families.counter(
        "counterfoil_http_requests_total", "Requests answered", number(count),
        {{"method", key.method}, {"route", key.route}, {"status", std::to_string(key.status)}});
  families.histogram("counterfoil_http_request_seconds",
                     "From the end of a request's head to its answer", meters.seconds);
  families.gauge("counterfoil_http_connections", "Open connections", number(meters.connections));
  families.gauge("counterfoil_http_body_bytes", "Of requests that are being read",
                 number(meters.body_bytes));
  families.counter("counterfoil_http_refused_connections_total", "Connections beyond the limit",
                   number(meters.refused_connections));
}

struct Property {
  const char* metric;
  const char* help;
  const char* name;
};

constexpr Property properties[] = {
    {"counterfoil_rocksdb_disk_bytes", "Bytes of all table files", "rocksdb.total-sst-files-size"},
    {"counterfoil_rocksdb_memtable_bytes", "Bytes of memtables", "rocksdb.cur-size-all-mem-tables"},
    {"counterfoil_rocksdb_table_reader_bytes", "Memory of table readers",
     "rocksdb.estimate-table-readers-mem"},
    {"counterfoil_rocksdb_running_compactions", "Compactions that run now",
     "rocksdb.num-running-compactions"},
    {"counterfoil_rocksdb_running_flushes", "Flushes that run now", "rocksdb.num-running-flushes"},
    {"counterfoil_rocksdb_pending_compaction_bytes", "Bytes that compactions still have to rewrite",
     "rocksdb.estimate-pending-compaction-bytes"},
    {"counterfoil_rocksdb_background_errors", "Errors of background work",
     "rocksdb.background-errors"},
    {"counterfoil_rocksdb_estimated_keys", "Keys, roughly", "rocksdb.estimate-num-keys"}};

void add_rocksdb(Families& families, Ledger& ledger) {
  for (const Property& one : properties) {
    families.gauge(one.metric, one.help, number(ledger.journal().property(one.name)),
                   {{"database", "journal"}});
    families.gauge(one.metric, one.help,
                   number(ledger.projector().views().rocks().property(one.name)),
                   {{"database", "views"}});
  }
}

}  // namespace

std::string metrics_text(Environment& environment) {
  Families families;
  Ledger& ledger = environment.access.ledger;
  add_writer(families, ledger);
  add_projections(families, ledger);
  families.gauge("counterfoil_feed_subscribers", "Subscriptions to the feed",
                 number(environment.access.feeds.subscribers.size()));
  families.gauge("counterfoil_http_event_streams", "Subscriptions that came over HTTP",
                 number(environment.meters.streams));
  add_http(families, environment.meters);
  add_rocksdb(families, ledger);
  return families.text();
}

}  // namespace counterfoil::http
