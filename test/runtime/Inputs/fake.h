//===- fake.h - models written by hand, to test the runtime alone ---------===//

#ifndef FAKE_H
#define FAKE_H

#include "runtime/abi.h"

/// image f32[N,3] -> logits f32[N,3], N in 1..32: doubles and adds 1, through the arena, with scratch; 2 rows a task.
/// Levels v4, v3, v2. Arena: 64-byte aligned, 512 shared (the bound for N = 32 rounded up) and 64 for each worker.
extern const mg_model fake_model;
mg_status fake(int64_t N, const float *image, float *logits, void *arena, size_t arena_bytes,
               const mg_options *options);
size_t fake_arena_bytes(int64_t N, const mg_options *options);

/// a f32[M,K], b i64[K,2*M], c f16[] (may be NULL) -> d u4[K] , e f32[M+K]: M is 2.. in multiples of 2, K 0..
/// unbounded. Computes nothing; what its driver saw can be asked for. One level with no requirements, no arena.
extern const mg_model shapes_model;

/// past f32[4] = present f32[4], x f32[4] -> y f32[4]: y = past + x, present = x.
extern const mg_model state_model;

/// x f32[2] -> found f32[<=8] whose size is the value of x[0]: a data-dependent output.
extern const mg_model found_model;

/// items: sequence of f32[?], maybe: optional -> copies: sequence.
extern const mg_model sequence_model;

/// x f32[4] -> y f32[4] = x + w, the weights in a file of 64 + 16 bytes.
extern const mg_model external_model;

/// x f32[N] -> y f32[N-4], N 1..; computes nothing.
extern const mg_model shrink_model;

/// One level that asks for a feature that no CPU has.
extern const mg_model future_model;

/// The last frame that shapes_model's driver saw, and how often it ran.
extern mg__frame lastFrame;
extern int runs;

#endif // FAKE_H
