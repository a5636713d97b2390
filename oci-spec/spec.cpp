#include "oci-spec/spec.hpp"
