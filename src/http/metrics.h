#pragma once

#include <string>

#include "http/route.h"

namespace counterfoil::http {

/// Everything that is counted and measured, in Prometheus' text format 0.0.4.
std::string metrics_text(Environment& environment);

}  // namespace counterfoil::http
