//===- abi.h - what generated code and the runtime agree on ---------------===//
//
// Private: applications see margay.h alone. The compiler includes this file to know the layout of what it emits; the
// runtime's C files are compiled to bitcode against it, and linked into every model (see Bitcode.h), where each mg__x
// becomes model__x and hidden.
//
// clang-format off
//
// The life of a call:
//
//   model(N, image, logits, arena, arena_bytes, options)      generated: packs its arguments into arrays and jumps to
//     mg__enter(&model_model, symbols, inputs, outputs, …)    entry.c: checks everything, picks the level
//       level->driver(&frame)                                 generated, one per ISA level: one line per kernel
//         mg__parallel(frame, kernel, args, rows, …)          parallel.c: cuts the rows into tasks
//           kernel(args, begin, end, scratch)                 generated: computes rows [begin, end)
//
// Everything is C99 and fixed-width. What is generated for a model named `model`:
//
//   const mg_model model_model = {sizeof(mg_model), MARGAY_ABI, "model", …, &model__program, mg__enter, mg__run,
//                                 mg__arena_bytes, mg__shapes, mg__instance_bytes, mg__open, mg__close,
//                                 mg__check_weights};
//   size_t model_arena_bytes(int64_t N, const mg_options *o) { return mg__arena_bytes(&model_model, &N, o); }
//   size_t model_instance_bytes(const mg_options *o) { return mg__instance_bytes(&model_model, o); }
//   mg_status model_open(void *mem, size_t n, const mg_options *o) { return mg__open(&model_model, mem, n, o); }
//   void model_close(void *instance) { mg__close(&model_model, instance); }
//   mg_status model_check_weights(const void *w, size_t n, const mg_options *o)
//                                                            { return mg__check_weights(&model_model, w, n, o); }
//
// clang-format on
//===----------------------------------------------------------------------===//

#ifndef MARGAY_RUNTIME_ABI_H
#define MARGAY_RUNTIME_ABI_H

#include "runtime/include/margay.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg__program mg__program;

//===- Levels ---------------------------------------------------------------===//

// clang-format off
/// CPU features as isa.c finds them; a feature counts only if the operating system saves the registers that it needs (XCR0).
enum {
  MG__CX16, MG__LAHF, MG__POPCNT, MG__SSE3, MG__SSSE3, MG__SSE4_1, MG__SSE4_2,        // x86-64-v2
  MG__AVX, MG__AVX2, MG__BMI1, MG__BMI2, MG__F16C, MG__FMA, MG__LZCNT, MG__MOVBE,     // x86-64-v3
  MG__AVX512F, MG__AVX512BW, MG__AVX512CD, MG__AVX512DQ, MG__AVX512VL,                // x86-64-v4
  MG__AVX512_BF16,                                                                    // x86-64-v4-bf16
  MG__AMX_BF16,                                                                       // none: see mg__pick_level
  MG__FEATURE_COUNT
};
// clang-format on

/// What the levels require, as sets of the bits above. A level with more (VNNI …) adds bits at the end of the list.
#define MG__FEATURES_X86_64_V2 ((UINT64_C(1) << (MG__SSE4_2 + 1)) - 1)
#define MG__FEATURES_X86_64_V3 ((UINT64_C(1) << (MG__MOVBE + 1)) - 1)
#define MG__FEATURES_X86_64_V4 ((UINT64_C(1) << (MG__AVX512VL + 1)) - 1)
#define MG__FEATURES_X86_64_V4_BF16 ((UINT64_C(1) << (MG__AVX512_BF16 + 1)) - 1)

typedef struct mg__frame mg__frame;

/// One level's straight-line code for the whole model. Inputs and outputs have been checked, the floating-point
/// environment is the default one.
typedef mg_status (*mg__driver)(const mg__frame *frame);

typedef struct mg__level {
  int32_t isa; // MG_ISA_…
  int32_t reserved;
  uint64_t features; // all of these must be there
  mg__driver driver;
} mg__level;

//===- The program ----------------------------------------------------------===//

/// What a call needs of the arena, in bytes; both are multiples of the model's `align`. Where anything on the way to a
/// part overflows 63 bits, also where it would be divided or taken off again, that part is MG__SIZE_MAX.
typedef struct mg__sizes {
  int64_t shared;  // the buffers, once
  int64_t scratch; // once per worker
} mg__sizes;

#define MG__SIZE_MAX INT64_MAX

/// The private half of an mg_model: mg_model.program points here.
struct mg__program {
  const mg__level *levels; // the best first, in the order of mg_model.isa_levels
  int64_t n_levels;
  /// Fills in the dims of all inputs, then all outputs (mg_model.n_dims values); upper bounds for MG_DIM_DATA. The
  /// symbols are in range.
  void (*shapes)(const int64_t *symbols, int64_t *dims);
  /// Computes the arena's parts. The symbols are in range.
  void (*sizes)(const int64_t *symbols, mg__sizes *sizes);
  const void *weights; // embedded; NULL when they are in a file
};

/// The first 64 bytes of a file of external weights (model.mgw); little-endian. The tensors follow.
typedef struct mg__weights_header {
  char magic[8];         // MG__WEIGHTS_MAGIC
  uint64_t model_hash;   // mg_model.hash
  uint64_t weights_hash; // mg_model.weights_hash: mg__hash of all bytes after this header
  uint64_t bytes;        // of the whole file, this header included
  uint64_t reserved[4];  // 0
} mg__weights_header;

#define MG__WEIGHTS_MAGIC "MARGAYW1"

/// An instance of a CPU model, at the start of the memory given to mg__open.
typedef struct mg__instance {
  uint64_t magic; // MG__INSTANCE_MAGIC while open
  const mg_model *model;
  const void *weights; // as given to mg__open, or NULL
  uint64_t weights_bytes;
  uint64_t reserved[4]; // 0
} mg__instance;

#define MG__INSTANCE_MAGIC UINT64_C(0x65636e617473676d) // "mgstance"

//===- A call in flight -----------------------------------------------------===//

/// What a driver works with. Lives on the stack of mg__enter.
struct mg__frame {
  const int64_t *symbols;
  const void *const *inputs;   // one pointer per input
  void *const *outputs;        // one pointer per output, or an mg_output * or mg_sequence * (see margay.h)
  uint8_t *arena;              // mg__sizes.shared bytes, aligned
  uint8_t *scratch;            // worker w has [scratch + w * scratch_bytes, + scratch_bytes)
  int64_t scratch_bytes;       // mg__sizes.scratch
  const uint8_t *weights;      // the program's, or behind the header of the file of external weights
  const mg_parallel *parallel; // NULL: run everything on this thread
  const mg_profile *profile;   // NULL: nobody wants to know
  const mg_options *options;   // NULL or checked
  const mg_model *model;
};

/// Computes rows [begin, end) of what a kernel makes. `args` are pointers and int64 values, packed as 64-bit words in
/// the kernel's own order. `scratch` is this worker's. The result must not depend on how the rows are cut.
typedef void (*mg__kernel)(const void *args, int64_t begin, int64_t end, void *scratch);

/// What a kernel does one after the other: each phase needs what the one before has made of all rows. The last two of
/// its args, which say which phases [begin, end) a call is to compute.
typedef struct mg__phases {
  int64_t begin, end;
} mg__phases;

/// Runs a kernel over rows [0, rows), in tasks of some rows_per_task each (the last one may end within these): of as
/// many as suit the workers. What a row becomes does not depend on that. Without threads, or when there is only one
/// task, it is one call over all rows, and all phases. Else all tasks of a phase are done before the next one begins.
/// `phases` point into the args; NULL for a kernel that has none. `index` is the kernel's number, for the profile.
void mg__parallel(const mg__frame *frame, mg__kernel kernel, const void *args, int64_t rows, int64_t rows_per_task,
                  mg__phases *phases, int32_t index);

/// Tells the caller the dims of each output with MG_PORT_DATA_DIMS, which lie at `dims` one after the other.
/// MG_E_OUTPUT if one of them has no room.
mg_status mg__fit(const mg__frame *frame, const int64_t *dims);

//===- What mg_model and the generated functions forward to -----------------===//

mg_status mg__enter(const mg_model *model, const int64_t *symbols, const void *const *inputs, void *const *outputs,
                    void *arena, size_t arena_bytes, const mg_options *options);
mg_status mg__run(const mg_model *model, const mg_tensor *inputs, int32_t n_inputs, mg_tensor *outputs,
                  int32_t n_outputs, void *arena, size_t arena_bytes, const mg_options *options);
size_t mg__arena_bytes(const mg_model *model, const int64_t *symbols, const mg_options *options);
mg_status mg__shapes(const mg_model *model, const int64_t *symbols, int64_t *dims);
size_t mg__instance_bytes(const mg_model *model, const mg_options *options);
mg_status mg__open(const mg_model *model, void *mem, size_t mem_bytes, const mg_options *options);
void mg__close(const mg_model *model, void *instance);
mg_status mg__check_weights(const mg_model *model, const void *weights, size_t weights_bytes,
                            const mg_options *options);

//===- Helpers for generated code -------------------------------------------===//

/// a + b and a * b for sizes: of non-negative values, stuck at MG__SIZE_MAX instead of wrapping.
int64_t mg__size_add(int64_t a, int64_t b);
int64_t mg__size_mul(int64_t a, int64_t b);

/// The hash of weights: a 64-bit multiply-mix over little-endian words. Start with state = MG__HASH_START; feed pieces
/// whose lengths, but for the last one's, are multiples of 8.
uint64_t mg__hash(uint64_t state, const void *bytes, uint64_t size);

#define MG__HASH_START UINT64_C(0x6d61726761790001)

#ifdef __cplusplus
}
#endif

#endif // MARGAY_RUNTIME_ABI_H
