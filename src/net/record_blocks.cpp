#include "net/record_blocks.h"

namespace counterfoil {
namespace {

constexpr std::size_t blocks_kept = 16;

}  // namespace

Result<std::shared_ptr<const RecordBlock>> RecordBlocks::at(Sequence sequence) {
  for (auto kept = newest_.rbegin(); kept != newest_.rend(); ++kept)
    if ((*kept)->first <= sequence && sequence < (*kept)->end()) return *kept;
  auto block = std::make_shared<RecordBlock>();
  block->first = sequence;
  auto scan = journal_.scan(sequence, Journal::Extent::part);
  while (block->bytes.size() < bytes_max && block->size() < records_max) {
    CF_LET(const auto record, scan.next());
    if (!record) break;
    block->bytes += *record;
    block->ends.push_back(block->bytes.size());
  }
  if (block->size() == 0)
    return fail(ErrorCode::not_found, "there is no record {}", sequence.value);
  // Only what reaches the end of the journal is of interest to several at once.
  if (block->end().value + records_max >= journal_.size()) {
    newest_.push_back(block);
    if (newest_.size() > blocks_kept) newest_.pop_front();
  }
  return block;
}

}  // namespace counterfoil
