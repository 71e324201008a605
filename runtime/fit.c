//===- fit.c - outputs whose size depends on the data ---------------------===//

#include "runtime/abi.h"
#include "runtime/message.h"
#include "runtime/sizes.h"

mg_status mg__fit(const mg__frame *frame, const int64_t *dims) {
  const mg_model *model = frame->model;
  mg_status status = MG_OK;
  for (int32_t i = 0; i < model->n_outputs; ++i) {
    const mg_port *port = model->outputs[i];
    if (!(port->flags & MG_PORT_DATA_DIMS)) continue;
    const mg_output *output = frame->outputs[i];
    int64_t elements = 1;
    for (int32_t axis = 0; axis < port->rank; ++axis) {
      output->dims[axis] = dims[axis];
      elements = mg__size_mul(elements, dims[axis]);
    }
    dims += port->rank;
    // All dims are written; the first that does not fit is told of.
    if (!status && (uint64_t)elements > output->capacity)
      status = mg__fail(frame->options, MG_E_OUTPUT, "output '%s': %d elements are needed, there is room for %u",
                        port->name, elements, (uint64_t)output->capacity);
  }
  return status;
}
