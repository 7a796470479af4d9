#include "net/socket_error.h"

#include <fmt/format.h>
#include <kj/string.h>

#include <cctype>
#include <cerrno>

namespace counterfoil {
namespace {

kj::Exception::Type type_of(int error_number) {
  switch (error_number) {
    case ECONNABORTED:
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETRESET:
    case ENETUNREACH:
    case ENONET:
    case ENOTCONN:
    case EPIPE:
    case ETIMEDOUT:
      return kj::Exception::Type::DISCONNECTED;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      return kj::Exception::Type::OVERLOADED;
    default:
      return kj::Exception::Type::FAILED;
  }
}

kj::Exception exception(kj::Exception::Type type, std::string_view sentence) {
  return kj::Exception(type, __FILE__, __LINE__, kj::heapString(sentence.data(), sentence.size()));
}

}  // namespace

std::string words_of(const boost::system::error_code& error) {
  std::string words = error.message();
  // "Connection refused", but not the "RFS" of "RFS specific error".
  if (words.size() > 1 && std::islower(static_cast<unsigned char>(words[1])))
    words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
  return words;
}

std::string words_of(int error_number) {
  return words_of(boost::system::error_code(error_number, boost::system::system_category()));
}

kj::Exception socket_exception(std::string_view what, int error_number, std::string_view advice) {
  return exception(type_of(error_number), fmt::format("{}: {}{}{}", what, words_of(error_number),
                                                      advice.empty() ? "" : "; ", advice));
}

kj::Exception disconnected(std::string_view sentence) {
  return exception(kj::Exception::Type::DISCONNECTED, sentence);
}

}  // namespace counterfoil
