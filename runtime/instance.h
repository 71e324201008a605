//===- instance.h - what outlives a call ----------------------------------===//

#ifndef MARGAY_RUNTIME_INSTANCE_H
#define MARGAY_RUNTIME_INSTANCE_H

#include "runtime/abi.h"

/// That the instance in the options, if any, is one that mg__open made for this model.
mg_status mg__check_instance(const mg_model *model, const mg_options *options);

#endif // MARGAY_RUNTIME_INSTANCE_H
