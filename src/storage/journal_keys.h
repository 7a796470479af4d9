#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/journal.h"

/// Keys and values of the journal's column families, as schema/FORMAT.md has them.
namespace counterfoil::journal_keys {

inline constexpr std::string_view records = "records";
inline constexpr std::string_view subjects = "subjects";
inline constexpr std::string_view commands = "commands";
inline constexpr std::string_view book = "book";
inline constexpr std::string_view tiles = "tiles";
inline constexpr std::string_view checkpoints = "checkpoints";
inline constexpr std::string_view meta = "meta";
const std::vector<std::string>& families();

/// Keys of meta.
inline constexpr std::string_view edge = "edge";
inline constexpr std::string_view reindexing = "reindexing";  // there while indexes are incomplete

std::string record(Sequence sequence);
std::string subject(std::string_view subject, Ordinal ordinal);
void put_subject(std::string& to, std::string_view subject, Ordinal ordinal);
/// What all keys of one subject start with, and no others.
std::string subject_prefix(std::string_view subject);
std::string command(std::string_view principal, std::string_view command_id);
void put_command(std::string& to, std::string_view principal, std::string_view command_id);
std::string tile(unsigned level, std::uint64_t index);
std::string checkpoint(std::uint64_t size);

/// Value of a command's entry, and back.
std::string encode(const Acceptance& acceptance);
Result<Acceptance> decode_acceptance(std::string_view bytes);

}  // namespace counterfoil::journal_keys
