#pragma once

#include <kj/exception.h>

#include <boost/system/error_code.hpp>
#include <string>
#include <string_view>

namespace counterfoil {

/// The system's words for an error, to be put inside a sentence: "connection refused".
std::string words_of(const boost::system::error_code& error);
std::string words_of(int error_number);

/// What KJ code expects for a failed socket operation: DISCONNECTED where the peer or the way to it
/// is gone, OVERLOADED where a resource ran out, else FAILED. `what` says what could not be done,
/// `advice` what may help.
kj::Exception socket_exception(std::string_view what, int error_number,
                               std::string_view advice = {});

kj::Exception disconnected(std::string_view sentence);

}  // namespace counterfoil
