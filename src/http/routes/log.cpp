#include <charconv>

#include "codec/text.h"
#include "http/rendering.h"
#include "net/failure.h"
#include "proof/tile.h"

namespace counterfoil::http {
namespace {

namespace json = boost::json;

constexpr const char* bytes_type = "application/octet-stream";
constexpr const char* for_ever = "public, max-age=31536000, immutable";

/// What a tile's path ends with: "x001/x234/067", "x001/x234/067.p/12".
struct TilePlace {
  std::uint64_t index = 0;
  std::uint64_t width = tile_width;
};

/// `not_found` where it is spelt in any other way than C2SP tlog-tiles does: a tile has one path.
Result<TilePlace> parse_place(std::string_view text) {
  TilePlace place;
  std::string_view rest = text;
  const std::size_t part = text.find(".p/");
  const auto read = [](std::string_view digits, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc{} && end == digits.data() + digits.size();
  };
  bool is_right = true;
  if (part != std::string_view::npos) {
    is_right =
        read(text.substr(part + 3), place.width) && place.width > 0 && place.width < tile_width;
    rest = text.substr(0, part);
  }
  while (is_right && rest.starts_with('x')) {
    std::uint64_t thousand = 0;
    is_right = rest.size() > 5 && rest[4] == '/' && read(rest.substr(1, 3), thousand) &&
               place.index < 1'000'000'000'000;
    place.index = place.index * 1000 + thousand;
    rest.remove_prefix(std::min<std::size_t>(5, rest.size()));
  }
  std::uint64_t last = 0;
  is_right = is_right && rest.size() == 3 && read(rest, last);
  place.index = place.index * 1000 + last;
  // The one spelling of its index and width is the one that the path is made in.
  if (is_right && entries_path(place.index, place.width) == "tile/entries/" + std::string(text))
    return place;
  return fail(ErrorCode::not_found, "no tile has this path");
}

Response bytes_response(std::string bytes) {
  Response response{200, bytes_type, std::move(bytes)};
  response.headers.push_back({"Cache-Control", for_ever});
  return response;
}

tl::unexpected<Error> beyond_the_log() {
  return fail(ErrorCode::not_found, "the log does not reach as far as this tile yet");
}

kj::Promise<Response> read_checkpoint(Call& call) {
  return call.log().checkpointRequest().send().then([](auto found) {
    return Response{200, "text/plain; charset=utf-8", std::string(view(found.getNote()))};
  });
}

kj::Promise<Response> read_tile(Call& call) {
  const auto level = static_cast<unsigned>(*call.arguments.number("level"));
  const TilePlace place = or_throw(parse_place(call.arguments.text("index")));
  const std::uint64_t size = call.environment.access.ledger.journal().size();
  if (width_in_tree(level, place.index, size) < place.width) or_throw<void>(beyond_the_log());
  auto request = call.log().treeHashesRequest();
  auto subtrees = request.initSubtrees(static_cast<unsigned>(place.width));
  for (unsigned i = 0; i < subtrees.size(); ++i) {
    subtrees[i].setHeight(static_cast<std::uint8_t>(tile_height * level));
    subtrees[i].setIndex(place.index * tile_width + i);
  }
  return request.send().then([](auto found) {
    std::string bytes;
    for (const auto hash : found.getHashes()) bytes += view(hash);
    return bytes_response(std::move(bytes));
  });
}

/// Goes on until the bundle is whole: a page of records is bounded in bytes.
kj::Promise<Response> add_entries(schema::Log::Client log, std::uint64_t next, std::uint64_t end,
                                  std::string bundle) {
  if (next == end) return bytes_response(std::move(bundle));
  auto request = log.recordsRequest();
  request.setFrom(next);
  request.setLimit(static_cast<std::uint32_t>(end - next));
  return request.send().then(
      [log, next, end, bundle = std::move(bundle)](auto found) mutable -> kj::Promise<Response> {
        if (found.getRecords().size() == 0) or_throw<void>(beyond_the_log());
        std::uint64_t at = next;
        for (const auto record : found.getRecords()) {
          if (at == end) break;
          append_entry(bundle, view(record));
          ++at;
        }
        return add_entries(log, at, end, std::move(bundle));
      });
}

kj::Promise<Response> read_entries(Call& call) {
  const TilePlace place = or_throw(parse_place(call.arguments.text("index")));
  const std::uint64_t size = call.environment.access.ledger.journal().size();
  if (width_in_tree(0, place.index, size) < place.width) or_throw<void>(beyond_the_log());
  const std::uint64_t first = place.index * tile_width;
  return add_entries(call.log(), first, first + place.width, {});
}

}  // namespace

void add_log_routes(Routes& routes) {
  const char* const about =
      "\"x001/x234/067\", or \"067.p/12\" of a tile that is not full; C2SP tlog-tiles. It may hold "
      "slashes";
  Route checkpoint{"GET", "/checkpoint", "The signed checkpoint of all that is recorded (C2SP)",
                   Needs::public_log};
  checkpoint.answers = {{200, "text/plain", "A signed note", {{"type", "string"}}}};
  checkpoint.handler = read_checkpoint;
  routes.add(std::move(checkpoint));

  Route entries{"GET", "/tile/entries/{index...}", "A bundle of records, as they are hashed",
                Needs::public_log};
  entries.parameters = {in_path(text_parameter("index", about))};
  entries.answers = {{200, bytes_type, "Records, each behind its length", nullptr}};
  entries.handler = read_entries;
  routes.add(std::move(entries));

  Route tile{"GET", "/tile/{level}/{index...}", "A tile of the tree's hashes", Needs::public_log};
  tile.parameters = {in_path(number_parameter("level", "0: of the records' own hashes", 0, 7)),
                     in_path(text_parameter("index", about))};
  tile.answers = {{200, bytes_type, "Hashes of 32 bytes", nullptr}};
  tile.handler = read_tile;
  routes.add(std::move(tile));
}

}  // namespace counterfoil::http
