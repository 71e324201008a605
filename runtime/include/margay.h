/*===- margay.h - what compiled networks and their callers share -------------===*
 *
 * Every model that Margay compiles comes with this file and a model.h of its own. It is C99 and C++, needs <stddef.h>
 * and <stdint.h> only, and has no code to link: whatever is not data is `static inline`. The same bytes serve every
 * model; the file only ever grows, so the newest one serves all.
 *
 * The rules of a call: the caller owns every byte. A model allocates nothing, starts no threads, prints nothing and
 * keeps no state (but for the CPU's features once found), so calls may run at the same time as long as each has its own
 * arena and its own outputs. See docs/abi.md for the guide with examples.
 *
 *===-------------------------------------------------------------------------===*/
#ifndef MARGAY_H
#define MARGAY_H

#include <stddef.h>
#include <stdint.h>

/* Grows by one with every addition to this file. A generated header refuses an older margay.h with #error. */
#define MARGAY_ABI 1

#ifdef __cplusplus
extern "C" {
#endif

/*===- Status ----------------------------------------------------------------===*/

/* What a call returns. The values never change. On anything but MG_OK nothing has been written, except the error buffer
 * of the options (and, for MG_E_OUTPUT, the needed dimensions). */
typedef int32_t mg_status;
enum {
  MG_OK = 0,             /* done */
  MG_E_ARG = 1,          /* an argument is NULL or makes no sense */
  MG_E_SHAPE = 2,        /* a dimension or a rank is not what the model allows */
  MG_E_DTYPE = 3,        /* a tensor has another element type than the model */
  MG_E_ALIGN = 4,        /* a pointer is not aligned: elements need their natural alignment, the arena MODEL_ALIGN */
  MG_E_ARENA = 5,        /* the arena is too small; the message says what is needed, model_arena_bytes() too */
  MG_E_OUTPUT = 6,       /* an output whose size depends on the data does not fit; its dims say what is needed */
  MG_E_ALIAS = 7,        /* an output or the arena overlaps something it may not */
  MG_E_WEIGHTS = 8,      /* external weights are missing, damaged, or another model's */
  MG_E_ISA = 9,          /* the CPU cannot run any compiled level, or not the one asked for */
  MG_E_DEVICE = 10,      /* a tensor or an instance is on a device that the model cannot use */
  MG_E_VERSION = 11,     /* the model or a structure is of another version than this code understands */
  MG_E_UNSUPPORTED = 12, /* a valid request that this model cannot serve, such as strided tensors */
  MG_E_BOUND = 13,       /* a size is beyond its bound: the address space, or one given when compiling */
  MG_E_NONFINITE = 14    /* training met an infinity or a NaN */
};

/* clang-format off */
/* One short English phrase for a status; never NULL. The error buffer of the options has the details. */
static inline const char *mg_status_string(mg_status status) {
  switch (status) {
  case MG_OK: return "ok";
  case MG_E_ARG: return "invalid argument";
  case MG_E_SHAPE: return "dimension not allowed";
  case MG_E_DTYPE: return "wrong element type";
  case MG_E_ALIGN: return "pointer not aligned";
  case MG_E_ARENA: return "arena too small";
  case MG_E_OUTPUT: return "output too small";
  case MG_E_ALIAS: return "buffers overlap";
  case MG_E_WEIGHTS: return "weights missing or not this model's";
  case MG_E_ISA: return "instruction set not available";
  case MG_E_DEVICE: return "device not usable";
  case MG_E_VERSION: return "version mismatch";
  case MG_E_UNSUPPORTED: return "not supported by this model";
  case MG_E_BOUND: return "size beyond its bound";
  case MG_E_NONFINITE: return "infinity or NaN";
  default: return "unknown status";
  }
}
/* clang-format on */

/*===- Element types ---------------------------------------------------------===*/

/* The numbers are those of ONNX's TensorProto.DataType. */
typedef int32_t mg_dtype;
enum {
  MG_F32 = 1,
  MG_U8 = 2,
  MG_I8 = 3,
  MG_U16 = 4,
  MG_I16 = 5,
  MG_I32 = 6,
  MG_I64 = 7,
  MG_STRING = 8, /* mg_string */
  MG_BOOL = 9,   /* one byte, 0 or 1 */
  MG_F16 = 10,   /* mg_f16 */
  MG_F64 = 11,
  MG_U32 = 12,
  MG_U64 = 13,
  MG_C64 = 14,  /* mg_c64 */
  MG_C128 = 15, /* mg_c128 */
  MG_BF16 = 16, /* mg_bf16 */
  MG_F8E4M3FN = 17,
  MG_F8E4M3FNUZ = 18,
  MG_F8E5M2 = 19,
  MG_F8E5M2FNUZ = 20,
  MG_U4 = 21, /* 4-bit elements: two in a byte, the first in the low nibble */
  MG_I4 = 22,
  MG_F4E2M1 = 23,
  MG_F8E8M0 = 24,
  MG_U2 = 25, /* 2-bit elements: four in a byte, the first in the lowest bits */
  MG_I2 = 26
};

typedef uint8_t mg_bool;
typedef uint16_t mg_f16;   /* the bits of an IEEE half */
typedef uint16_t mg_bf16;  /* the upper half of a float's bits */
typedef uint8_t mg_f8;     /* the bits of any 8-bit float */
typedef uint8_t mg_packed; /* a byte holding two 4-bit or four 2-bit elements */
typedef struct mg_c64 {
  float re, im;
} mg_c64;
typedef struct mg_c128 {
  double re, im;
} mg_c128;
typedef struct mg_string {
  const char *ptr;
  size_t len;
} mg_string; /* not terminated by 0; those of outputs lie in the arena */

/* clang-format off */
/* Bits of one element; 0 for an unknown type. */
static inline uint32_t mg_dtype_bits(mg_dtype dtype) {
  switch (dtype) {
  case MG_U2: case MG_I2: return 2;
  case MG_U4: case MG_I4: case MG_F4E2M1: return 4;
  case MG_U8: case MG_I8: case MG_BOOL: case MG_F8E4M3FN: case MG_F8E4M3FNUZ: case MG_F8E5M2: case MG_F8E5M2FNUZ: case MG_F8E8M0: return 8;
  case MG_U16: case MG_I16: case MG_F16: case MG_BF16: return 16;
  case MG_F32: case MG_I32: case MG_U32: return 32;
  case MG_I64: case MG_F64: case MG_U64: case MG_C64: return 64;
  case MG_C128: return 128;
  case MG_STRING: return (uint32_t)(8 * sizeof(mg_string));
  default: return 0;
  }
}
/* clang-format on */

/* The alignment that a pointer to such elements needs, in bytes. */
static inline uint32_t mg_dtype_align(mg_dtype dtype) {
  uint32_t bytes = mg_dtype_bits(dtype) / 8;
  if (dtype == MG_C64 || dtype == MG_C128) bytes /= 2;
  if (dtype == MG_STRING) bytes = (uint32_t)sizeof(void *);
  return bytes ? bytes : 1;
}

/* clang-format off */
/* A short name, "f32"; never NULL. */
static inline const char *mg_dtype_name(mg_dtype dtype) {
  switch (dtype) {
  case MG_F32: return "f32";
  case MG_U8: return "u8";
  case MG_I8: return "i8";
  case MG_U16: return "u16";
  case MG_I16: return "i16";
  case MG_I32: return "i32";
  case MG_I64: return "i64";
  case MG_STRING: return "string";
  case MG_BOOL: return "bool";
  case MG_F16: return "f16";
  case MG_F64: return "f64";
  case MG_U32: return "u32";
  case MG_U64: return "u64";
  case MG_C64: return "c64";
  case MG_C128: return "c128";
  case MG_BF16: return "bf16";
  case MG_F8E4M3FN: return "f8e4m3fn";
  case MG_F8E4M3FNUZ: return "f8e4m3fnuz";
  case MG_F8E5M2: return "f8e5m2";
  case MG_F8E5M2FNUZ: return "f8e5m2fnuz";
  case MG_U4: return "u4";
  case MG_I4: return "i4";
  case MG_F4E2M1: return "f4e2m1";
  case MG_F8E8M0: return "f8e8m0";
  case MG_U2: return "u2";
  case MG_I2: return "i2";
  default: return "unknown";
  }
}
/* clang-format on */

/*===- Tensors ---------------------------------------------------------------===*/

/* DLPack's numbers. 0 counts as the CPU, so that a tensor may be zero-initialised. */
enum { MG_DEVICE_CPU = 1, MG_DEVICE_CUDA = 2 };

/* A described buffer, for mg_run. The fields up to byte_offset lie where DLPack's DLTensor has them; only `dtype` is
 * spelled otherwise (see mg_dtype_to_dlpack and mg_dtype_from_dlpack). The model reads shapes and never writes them,
 * except those of outputs whose dimensions depend on the data. A sequence is a tensor of kind MG_SEQUENCE in the model:
 * `data` points to shape[0] items of type mg_tensor. */
typedef struct mg_tensor {
  void *data;
  int32_t device_type, device_id;
  int32_t rank;
  mg_dtype dtype;
  int64_t *shape;
  int64_t *strides;     /* in elements; NULL means contiguous, last dimension fastest */
  uint64_t byte_offset; /* added to data */
  uint64_t capacity; /* elements that fit at data: only for outputs whose dimensions depend on the data; else ignored */
} mg_tensor;

/* clang-format off */
/* The DLDataType {code, bits, lanes = 1} of a type; returns 0 where DLPack has none (strings). */
static inline int mg_dtype_to_dlpack(mg_dtype dtype, uint8_t *code, uint8_t *bits) {
  *bits = (uint8_t)mg_dtype_bits(dtype);
  switch (dtype) {
  case MG_I2: case MG_I4: case MG_I8: case MG_I16: case MG_I32: case MG_I64: *code = 0; return 1;
  case MG_U2: case MG_U4: case MG_U8: case MG_U16: case MG_U32: case MG_U64: *code = 1; return 1;
  case MG_F16: case MG_F32: case MG_F64: *code = 2; return 1;
  case MG_BF16: *code = 4; return 1;
  case MG_C64: case MG_C128: *code = 5; return 1;
  case MG_BOOL: *code = 6; return 1;
  case MG_F8E4M3FN: *code = 10; return 1;
  case MG_F8E4M3FNUZ: *code = 11; return 1;
  case MG_F8E5M2: *code = 12; return 1;
  case MG_F8E5M2FNUZ: *code = 13; return 1;
  case MG_F8E8M0: *code = 14; return 1;
  case MG_F4E2M1: *code = 17; return 1;
  default: return 0;
  }
}
/* clang-format on */

/* The type with this DLDataType of one lane; 0 where there is none. */
static inline mg_dtype mg_dtype_from_dlpack(uint8_t code, uint8_t bits) {
  mg_dtype dtype;
  for (dtype = MG_F32; dtype <= MG_I2; ++dtype) {
    uint8_t itsCode = 0, itsBits = 0;
    if (mg_dtype_to_dlpack(dtype, &itsCode, &itsBits) && itsCode == code && itsBits == bits) return dtype;
  }
  return 0;
}

/* What the generic call takes, instead of the plain data pointer, for an output whose dimensions depend on the data. */
typedef struct mg_output {
  void *data;
  size_t capacity; /* in elements */
  int64_t *dims;   /* rank values, written */
} mg_output;

/* What the generic call takes, instead of the plain data pointer, for a sequence or an optional (0 or 1 items). */
typedef struct mg_sequence {
  mg_tensor *items;
  size_t count;
  size_t capacity; /* of an output */
} mg_sequence;

/*===- Options ---------------------------------------------------------------===*/

/* Instruction-set levels: sets of CPU features, as the psABI defines x86-64-v2, v3 and v4; and v4 with AVX512_BF16. */
enum { MG_ISA_AUTO = 0, MG_ISA_X86_64_V2 = 2, MG_ISA_X86_64_V3 = 3, MG_ISA_X86_64_V4 = 4, MG_ISA_X86_64_V4_BF16 = 5 };

/* clang-format off */
/* "x86-64-v3"; never NULL. */
static inline const char *mg_isa_name(int32_t isa) {
  switch (isa) {
  case MG_ISA_AUTO: return "auto";
  case MG_ISA_X86_64_V2: return "x86-64-v2";
  case MG_ISA_X86_64_V3: return "x86-64-v3";
  case MG_ISA_X86_64_V4: return "x86-64-v4";
  case MG_ISA_X86_64_V4_BF16: return "x86-64-v4-bf16";
  default: return "unknown";
  }
}
/* clang-format on */

/* Flag of mg_parallel: up to `workers` tasks are in flight together, so kernels may use barriers. */
#define MG_CONCURRENT 1u

/* The application's threads. The result of a model has the same bits for every number of workers. */
typedef struct mg_parallel {
  uint32_t size;    /* sizeof(mg_parallel) */
  uint32_t workers; /* how many of them there are, the calling thread included; `worker` below is less */
  void *user;
  /* Calls fn(arg, task, worker) once for each task < tasks, in any order, on any thread, but at no time two tasks with
   * one `worker`; returns when all are done, and what they wrote is visible. Tasks neither unwind nor nest. */
  void (*run)(void *user, uint32_t tasks, void (*fn)(void *arg, uint32_t task, uint32_t worker), void *arg);
  void (*begin)(void *user), (*end)(void *user); /* may be NULL; bracket one call of a model: spin only in between */
  uint32_t flags;                                /* MG_CONCURRENT */
} mg_parallel;

/* Told before (done = 0) and after (done = 1) each kernel, on the calling thread; mg_model.kernels has the names. */
typedef struct mg_profile {
  uint32_t size; /* sizeof(mg_profile) */
  uint32_t flags;
  void *user;
  void (*kernel)(void *user, int32_t kernel, int32_t done);
} mg_profile;

/* How a call is made; NULL instead is the same as MG_OPTIONS_INIT. A model ignores fields beyond those it knows. */
typedef struct mg_options {
  uint32_t size;               /* sizeof(mg_options) */
  int32_t isa;                 /* MG_ISA_AUTO: the best level that the CPU has; else this level or MG_E_ISA */
  const mg_parallel *parallel; /* NULL: on the calling thread alone */
  void *instance;              /* what model_open() made, or NULL */
  const void *weights; /* the contents of model.mgw, 64-byte aligned, where the weights are not in the archive */
  size_t weights_bytes;
  void *stream; /* a GPU's stream; CPU models ignore it */
  char *error;  /* a sentence goes here when the status is not MG_OK; always ends in 0 */
  size_t error_bytes;
  const mg_profile *profile;
  uint32_t flags;    /* 0 */
  uint32_t reserved; /* 0 */
} mg_options;
#define MG_OPTIONS_INIT {(uint32_t)sizeof(mg_options), MG_ISA_AUTO, NULL, NULL, NULL, 0, NULL, NULL, 0, NULL, 0, 0}

/*===- The described model ---------------------------------------------------===*/

typedef struct mg_model mg_model;

/* A dimension of a port: a constant if >= 0; MG_DIM_SYMBOL(k) stands for symbols[k]; MG_DIM_COMPUTED is an expression
 * of symbols, MG_DIM_DATA depends on the data. mg_model.shapes gives the value of the former and the upper bound of the
 * latter (-1 where there is none). */
#define MG_DIM_SYMBOL(k) (-1 - (int64_t)(k))
#define MG_DIM_COMPUTED INT64_MIN
#define MG_DIM_DATA (INT64_MIN + 1)
/* 1 if a dim is a reference to a symbol, whose index MG_DIM_SYMBOL_INDEX(dim) then is. */
#define MG_DIM_IS_SYMBOL(dim) ((dim) < 0 && (dim) > MG_DIM_DATA)
#define MG_DIM_SYMBOL_INDEX(dim) (-1 - (dim))

enum { MG_TENSOR = 0, MG_SEQUENCE = 1, MG_OPTIONAL = 2 };

/* Flags of a port. */
#define MG_PORT_MAY_BE_NULL 1u /* an optional input: NULL means that it is absent */
#define MG_PORT_DATA_DIMS 2u   /* an output with some MG_DIM_DATA: the generic call takes an mg_output */

/* An input or output. */
typedef struct mg_port {
  const char *name; /* as in the original model */
  mg_dtype dtype;
  int32_t rank;
  const int64_t *dims; /* rank values */
  int32_t kind;        /* MG_TENSOR, MG_SEQUENCE or MG_OPTIONAL */
  uint32_t flags;
} mg_port;

#define MG_UNBOUNDED INT64_MAX

/* A symbolic dimension. */
typedef struct mg_symbol {
  const char *name;
  int64_t min, max;    /* allowed values; max is MG_UNBOUNDED where there is no limit */
  int64_t multiple;    /* allowed values are multiples of this; at least 1 */
  int32_t input, axis; /* where mg_run reads it from; -1 if nowhere */
} mg_symbol;

/* An input and an output that are one region, updated in place: the generic call gets the same pointer for both. */
typedef struct mg_state {
  int32_t input, output;
} mg_state;

/* A compiled model, described. Entry points take the model itself first: model->call(model, ...). Structures are
 * reached through pointers, so that each can grow: code must not assume that the model's are as long as this file's
 * when model->abi is less than MARGAY_ABI. */
struct mg_model {
  uint32_t size; /* sizeof(mg_model) in the compiler that made it */
  uint32_t abi;  /* MARGAY_ABI of the compiler that made it */
  const char *name;
  const char *version;      /* of the compiler */
  uint64_t hash;            /* of the compiled model: its graph, its weights, the options it was compiled with */
  uint64_t weights_hash;    /* of the file of external weights that it needs; 0 when they are embedded */
  uint64_t weights_bytes;   /* size of that file; 0 when they are embedded */
  uint64_t align;           /* of the arena */
  uint64_t max_arena_bytes; /* enough for every allowed shape with one worker, `align` where nothing is needed; 0 when
                               there is no such bound (then ask arena_bytes) */
  int32_t n_inputs, n_outputs, n_symbols, n_states, n_isa_levels, n_kernels;
  int32_t n_dims; /* the sum of the ranks of all inputs and outputs: what `shapes` writes */
  int32_t reserved;
  const mg_port *const *inputs;
  const mg_port *const *outputs;
  const mg_symbol *const *symbols;
  const mg_state *const *states;
  const int32_t *isa_levels;  /* compiled in, the best first */
  const char *const *kernels; /* their names, for mg_profile */
  const void *program;        /* private */

  /* The model itself: symbols in the order of `symbols`, then a pointer for each input and output (an mg_output * for
   * MG_PORT_DATA_DIMS, an mg_sequence * for sequences and optionals). */
  mg_status (*call)(const mg_model *model, const int64_t *symbols, const void *const *inputs, void *const *outputs,
                    void *arena, size_t arena_bytes, const mg_options *options);
  /* The same from described tensors; see mg_run. */
  mg_status (*run)(const mg_model *model, const mg_tensor *inputs, int32_t n_inputs, mg_tensor *outputs,
                   int32_t n_outputs, void *arena, size_t arena_bytes, const mg_options *options);
  /* What a call needs, for the workers in options; SIZE_MAX if the symbols are not allowed or the sum does not fit. */
  size_t (*arena_bytes)(const mg_model *model, const int64_t *symbols, const mg_options *options);
  /* The dims of all inputs, then of all outputs, one after the other: n_dims values. MG_E_SHAPE if the symbols are not
   * allowed. */
  mg_status (*shapes)(const mg_model *model, const int64_t *symbols, int64_t *dims);
  /* An instance holds what outlives a call: a device, permissions, checked weights. It lives in `mem`, which must be
   * 64-byte aligned, is passed in options.instance, and may be used by several calls at once. Without one, CPU models
   * run as well. */
  size_t (*instance_bytes)(const mg_model *model, const mg_options *options);
  mg_status (*open)(const mg_model *model, void *mem, size_t mem_bytes, const mg_options *options);
  void (*close)(const mg_model *model, void *instance);
  /* Reads all external weights and compares their hash; a call looks at their header only. MG_OK when the weights are
   * embedded. */
  mg_status (*check_weights)(const mg_model *model, const void *weights, size_t weights_bytes,
                             const mg_options *options);
};

/* Runs a model on described tensors. The symbols are read from the inputs' shapes; ranks, dimensions and element types
 * of all inputs and outputs are checked. Outputs are buffers of the caller's, with their shapes filled in (except
 * dimensions that depend on the data). */
static inline mg_status mg_run(const mg_model *model, const mg_tensor *inputs, int32_t n_inputs, mg_tensor *outputs,
                               int32_t n_outputs, void *arena, size_t arena_bytes, const mg_options *options) {
  if (!model) return MG_E_ARG;
  return model->run(model, inputs, n_inputs, outputs, n_outputs, arena, arena_bytes, options);
}

/* Reads the model's symbols from the inputs' shapes, without judging them: what arena_bytes and shapes want to know
 * before mg_run. `symbols` has room for n_symbols values. */
static inline mg_status mg_infer_symbols(const mg_model *model, const mg_tensor *inputs, int32_t n_inputs,
                                         int64_t *symbols) {
  int32_t k;
  if (!model || (!inputs && n_inputs) || (!symbols && model->n_symbols)) return MG_E_ARG;
  for (k = 0; k < model->n_symbols; ++k) {
    const mg_symbol *symbol = model->symbols[k];
    if (symbol->input < 0) return MG_E_UNSUPPORTED;
    if (symbol->input >= n_inputs) return MG_E_ARG;
    if (symbol->axis >= inputs[symbol->input].rank) return MG_E_SHAPE;
    symbols[k] = inputs[symbol->input].shape[symbol->axis];
  }
  return MG_OK;
}

#ifdef __cplusplus
}
#endif

#endif /* MARGAY_H */
