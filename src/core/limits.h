#pragma once

#include <cstddef>
#include <cstdint>

/// Every limit of the product. Each is checked where data enters; a refusal names the limit.
namespace counterfoil::limits {

inline constexpr std::size_t record_bytes = 65'528;  // whole words within a tlog-tiles entry
inline constexpr std::size_t legs_in_adjustment = 256;
inline constexpr std::size_t facts_in_command = 1'024;
inline constexpr std::size_t evidence_in_event = 256;
inline constexpr std::size_t documents_in_event = 64;
inline constexpr std::size_t subjects_in_event = 520;
inline constexpr std::size_t subject_bytes = 96;
inline constexpr std::size_t command_id_bytes = 64;
inline constexpr std::size_t expectations_in_command = 256;
inline constexpr std::size_t indicators_in_target = 128;
inline constexpr std::size_t commands_in_request = 4'096;
inline constexpr std::size_t request_bytes = 8u << 20;
inline constexpr std::size_t group_bytes = 1'000'000;
inline constexpr std::size_t reason_bytes = 4'000;
inline constexpr std::size_t text_bytes = 1'024;  // any other text a client sends
inline constexpr std::size_t list_items = 256;    // any other list a client sends
inline constexpr std::size_t json_members = 256;  // of one JSON object
inline constexpr std::size_t rule_set_bytes = 48u << 10;
inline constexpr std::size_t subscribers = 10'000;
inline constexpr std::size_t unacknowledged_bytes = 8u << 20;  // to one subscriber
inline constexpr std::size_t consumers = 1'000;                // of a ledger
inline constexpr std::uint32_t partitions = 256;        // of one consumer, or of a subscription
inline constexpr std::size_t parked_events = 1'000;     // of one consumer
inline constexpr std::size_t queued_bytes = 64u << 20;  // commands waiting for the writer
inline constexpr std::size_t connections = 12'000;
inline constexpr std::size_t credentials = 100'000;  // of a ledger
inline constexpr std::size_t http_connections = 4'096;
inline constexpr std::size_t http_head_bytes = 16u << 10;   // of a request, with its first line
inline constexpr std::size_t http_target_bytes = 8u << 10;  // path and query
inline constexpr std::size_t http_body_bytes = 64u << 20;   // of all requests that are being read
inline constexpr std::size_t message_depth = 32;  // nesting of a Cap'n Proto message or of JSON
inline constexpr std::size_t rows_in_page = 4'096;
inline constexpr std::size_t built_bytes = 256u << 20;  // entries of views that are being built
inline constexpr std::size_t differences_named = 100;   // of a view beside the journal
inline constexpr std::size_t book_cache_bytes = 64u << 20;
inline constexpr std::size_t moment_cache_bytes = 1u << 20;  // of a reader's book
inline constexpr std::size_t past_states = 8;            // folded and kept, of moments of the past
inline constexpr std::size_t projects_in_page = 512;     // looked at for one page
inline constexpr std::size_t records_in_page = 65'536;   // read for one page, by whole projects
inline constexpr std::size_t evidence_bytes = 8u << 20;  // that one page of an explanation rests on
inline constexpr std::size_t csv_record_bytes = 1u << 20;  // one CSV record, quotes included
inline constexpr std::size_t json_line_bytes = 1u << 20;

inline constexpr std::size_t note_bytes = 256u << 10;  // a signed note, with its signatures
inline constexpr std::size_t note_signatures = 64;
inline constexpr std::size_t proof_hashes = 63;                   // of a record among 2^63
inline constexpr std::size_t receipt_bytes = 384u << 10;          // record, proof and note
inline constexpr std::size_t witness_request_bytes = 260u << 10;  // proof and note
inline constexpr std::size_t bundle_line_bytes = 96u << 10;

inline constexpr std::int64_t decided_ahead_us = 86'400'000'000;  // of the ledger's clock: a day

inline constexpr std::int32_t fiscal_year_min = 1900;
inline constexpr std::int32_t fiscal_year_max = 2999;

}  // namespace counterfoil::limits
