#pragma once

#include <string>

#include "http/route.h"

namespace counterfoil::http {

/// The routes as an OpenAPI 3.1 document (JSON).
std::string openapi(const Routes& routes);

/// The schema of a problem document.
boost::json::value problem_schema();

}  // namespace counterfoil::http
