// CMake builds the precompiled header only for a library with a source that uses it.
#include "support/catch.h"
