//===- layout.c - numbers and places that are fixed for ever --------------===//
//
// Compiling it is the test.
//
//===----------------------------------------------------------------------===//

#include "margay.h"

#define VALUE(name, number) _Static_assert(name == number, #name)
VALUE(MG_OK, 0);
VALUE(MG_E_ARG, 1);
VALUE(MG_E_SHAPE, 2);
VALUE(MG_E_DTYPE, 3);
VALUE(MG_E_ALIGN, 4);
VALUE(MG_E_ARENA, 5);
VALUE(MG_E_OUTPUT, 6);
VALUE(MG_E_ALIAS, 7);
VALUE(MG_E_WEIGHTS, 8);
VALUE(MG_E_ISA, 9);
VALUE(MG_E_DEVICE, 10);
VALUE(MG_E_VERSION, 11);
VALUE(MG_E_UNSUPPORTED, 12);
VALUE(MG_E_BOUND, 13);
VALUE(MG_E_NONFINITE, 14);
VALUE(MG_F32, 1);
VALUE(MG_BF16, 16);
VALUE(MG_I4, 22);
VALUE(MG_I2, 26);
VALUE(MG_ISA_X86_64_V2, 2);
VALUE(MG_ISA_X86_64_V4, 4);
VALUE(MG_CONCURRENT, 1);
VALUE(MG_DIM_SYMBOL(0), -1);

#define PLACE(type, field, offset) _Static_assert(offsetof(type, field) == offset, #type "." #field)
PLACE(mg_tensor, device_type, 8); // as DLTensor
PLACE(mg_tensor, rank, 16);
PLACE(mg_tensor, dtype, 20);
PLACE(mg_tensor, shape, 24);
PLACE(mg_tensor, strides, 32);
PLACE(mg_tensor, byte_offset, 40);
PLACE(mg_tensor, capacity, 48);
PLACE(mg_parallel, user, 8);
PLACE(mg_parallel, run, 16);
PLACE(mg_parallel, end, 32);
PLACE(mg_parallel, flags, 40);
PLACE(mg_options, parallel, 8);
PLACE(mg_options, weights, 24);
PLACE(mg_options, error, 48);
PLACE(mg_options, profile, 64);
PLACE(mg_options, reserved, 76);
PLACE(mg_model, name, 8);
PLACE(mg_model, align, 48);
PLACE(mg_model, inputs, 96);
PLACE(mg_model, program, 144);
PLACE(mg_model, call, 152);
PLACE(mg_model, check_weights, 208);
