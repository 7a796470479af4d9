#include "counterfoil/bundle_file.h"

#include <cstdio>
#include <fstream>

#include "codec/canonical.h"
#include "codec/text.h"
#include "core/files.h"

namespace counterfoil {
namespace {

Result<void> write_new(const std::string& file,
                       const std::function<Result<void>(std::ostream&)>& fill) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) return fail(ErrorCode::io, "cannot write {}: is its folder there, and yours?", file);
  CF_TRY(fill(out));
  out.close();
  if (out) return {};
  return fail(ErrorCode::io, "cannot write {}: is the disk full?", file);
}

}  // namespace

Result<void> add_history(LedgerAccess& access, const std::string& subject, std::uint64_t end,
                         BundleWriter& bundle) {
  RecordBuffer buffer;
  for (std::uint64_t next = 0;;) {
    auto request = access.reader().historyRequest();
    request.setSubject(text_of(subject));
    request.setFrom(next);
    CF_LET(auto page, access.call(kj::mv(request)));
    for (const auto bytes : page.getRecords()) {
      CF_LET(const auto record, buffer.load(view(bytes)));
      if (record.getSequence() >= end) return {};
      CF_TRY(bundle.add(record.getSequence(), view(bytes)));
    }
    next += page.getRecords().size();
    if (next >= page.getCount() || page.getRecords().size() == 0) return {};
  }
}

Result<void> write_proof_file(const std::string& file,
                              const std::function<Result<void>(std::ostream&)>& fill,
                              const std::function<Result<void>(std::istream&)>& check) {
  const std::string beside = file + ".new";
  auto done = write_new(beside, fill);
  if (done && check) {
    std::ifstream in(beside, std::ios::binary);
    done = check(in);
  }
  if (done) return replace_with(file, beside);
  std::remove(beside.c_str());
  return done;
}

}  // namespace counterfoil
