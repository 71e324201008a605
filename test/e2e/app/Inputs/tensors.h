/*===- tensors.h - tensors of a test: from files, at random, compared --------===*
 *
 * Reads ONNX TensorProto files (input_0.pb), which is what test data comes in, and compares buffers elementwise. C99
 * and C++.
 *
 *===-------------------------------------------------------------------------===*/
#ifndef TENSORS_H
#define TENSORS_H

#include "margay.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD_BYTES 64
#define GUARD 0xa5

static inline void *must(void *memory) {
  if (!memory) {
    fprintf(stderr, "out of memory\n");
    exit(2);
  }
  return memory;
}

static inline size_t tensor_elements(const mg_tensor *tensor) {
  size_t elements = 1;
  int32_t i;
  for (i = 0; i < tensor->rank; ++i)
    elements *= (size_t)tensor->shape[i];
  return elements;
}

static inline size_t tensor_bytes(const mg_tensor *tensor) {
  return (tensor_elements(tensor) * mg_dtype_bits(tensor->dtype) + 7) / 8;
}

/* A tensor of that shape, cleared, with a guard behind its elements. */
static inline mg_tensor tensor_make(mg_dtype dtype, int32_t rank, const int64_t *shape) {
  mg_tensor tensor = {NULL, MG_DEVICE_CPU, 0, 0, 0, NULL, NULL, 0, 0};
  size_t bytes;
  tensor.dtype = dtype;
  tensor.rank = rank;
  tensor.shape = (int64_t *)must(calloc((size_t)rank + 1, sizeof(int64_t)));
  if (rank)
    memcpy(tensor.shape, shape, (size_t)rank * sizeof(int64_t));
  bytes = tensor_bytes(&tensor);
  tensor.data = must(calloc(bytes + GUARD_BYTES, 1));
  memset((char *)tensor.data + bytes, GUARD, GUARD_BYTES);
  return tensor;
}

static inline void tensor_free(mg_tensor *tensor) {
  free(tensor->data);
  free(tensor->shape);
  tensor->data = NULL;
  tensor->shape = NULL;
}

/* Whether nobody wrote behind the elements. */
static inline int guard_is_whole(const void *memory, size_t bytes) {
  const unsigned char *guard = (const unsigned char *)memory + bytes;
  int i;
  for (i = 0; i < GUARD_BYTES; ++i)
    if (guard[i] != GUARD)
      return 0;
  return 1;
}

/*===- Random contents -------------------------------------------------------===*/

/* Values in [-1, 1) for floats, 0..9 for integers; the same for the same seed. */
static inline void tensor_fill(mg_tensor *tensor, uint32_t seed) {
  size_t i, n = tensor_elements(tensor);
  uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
  for (i = 0; i < n; ++i) {
    uint32_t bits;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    bits = (uint32_t)(state >> 40); /* 24 bits */
    switch (tensor->dtype) {
    case MG_F32:
      ((float *)tensor->data)[i] = (float)bits / 8388608.0f - 1.0f;
      break;
    case MG_F64:
      ((double *)tensor->data)[i] = (double)bits / 8388608.0 - 1.0;
      break;
    case MG_I64:
      ((int64_t *)tensor->data)[i] = bits % 10;
      break;
    case MG_I32:
      ((int32_t *)tensor->data)[i] = (int32_t)(bits % 10);
      break;
    case MG_BOOL:
      ((uint8_t *)tensor->data)[i] = bits & 1;
      break;
    case MG_U8:
      ((uint8_t *)tensor->data)[i] = (uint8_t)(bits & 255);
      break;
    case MG_I8:
      ((int8_t *)tensor->data)[i] = (int8_t)((int)(bits & 255) - 128);
      break;
    default:
      break; /* zeros do */
    }
  }
}

/*===- TensorProto -----------------------------------------------------------===*/

/* A stretch of a protobuf message. */
typedef struct Bytes {
  const unsigned char *at, *end;
} Bytes;

static inline int read_varint(Bytes *bytes, uint64_t *value) {
  int shift;
  *value = 0;
  for (shift = 0; shift < 64 && bytes->at < bytes->end; shift += 7) {
    unsigned char byte = *bytes->at++;
    *value |= (uint64_t)(byte & 127) << shift;
    if (byte < 128)
      return 1;
  }
  return 0;
}

/* One field: its number, and its value (wire type 0) or its contents (wire types 1, 2 and 5). */
static inline int read_field(Bytes *bytes, uint32_t *number, int *wire, uint64_t *value, Bytes *contents) {
  uint64_t tag, size;
  if (bytes->at == bytes->end || !read_varint(bytes, &tag))
    return 0;
  *number = (uint32_t)(tag >> 3);
  *wire = (int)(tag & 7);
  if (*wire == 0)
    return read_varint(bytes, value);
  size = *wire == 5 ? 4 : 8;
  if (*wire == 2 && !read_varint(bytes, &size))
    return 0;
  if ((*wire != 1 && *wire != 2 && *wire != 5) || size > (uint64_t)(bytes->end - bytes->at))
    return 0;
  contents->at = bytes->at;
  contents->end = bytes->at += size;
  return 1;
}

/* Puts one number of a typed field (int32_data and its like) where it belongs. */
static inline void store_number(mg_tensor *tensor, size_t index, uint64_t value) {
  size_t size = mg_dtype_bits(tensor->dtype) / 8;
  if (index < tensor_elements(tensor))
    memcpy((char *)tensor->data + index * size, &value, size); /* little-endian */
}

/* The fields that hold elements; the dims and the type are known by now. */
static inline void read_elements(mg_tensor *tensor, Bytes message) {
  Bytes contents = {NULL, NULL};
  uint32_t number;
  int wire;
  uint64_t value;
  size_t index = 0, bytes = tensor_bytes(tensor);
  while (read_field(&message, &number, &wire, &value, &contents)) {
    size_t size = (size_t)(contents.end - contents.at);
    if ((number == 9 || number == 4 || number == 10) && wire == 2) /* raw_data, float_data, double_data */
      memcpy(tensor->data, contents.at, size < bytes ? size : bytes);
    else if ((number == 4 && wire == 5) || (number == 10 && wire == 1)) { /* not packed */
      if ((index + 1) * size <= bytes)
        memcpy((char *)tensor->data + index * size, contents.at, size);
      ++index;
    } else if ((number == 5 || number == 7 || number == 11) && wire == 0)
      store_number(tensor, index++, value);
    else if ((number == 5 || number == 7 || number == 11) && wire == 2)
      while (read_varint(&contents, &value))
        store_number(tensor, index++, value);
  }
}

/* Reads a TensorProto file; 0 if there is none, exits if it is not one. */
static inline int tensor_read(const char *path, mg_tensor *tensor) {
  FILE *file = fopen(path, "rb");
  long size;
  unsigned char *memory;
  Bytes message, rest, contents = {NULL, NULL};
  int64_t dims[16];
  int32_t rank = 0;
  mg_dtype dtype = 0;
  uint32_t number;
  int wire;
  uint64_t value;
  if (!file)
    return 0;
  fseek(file, 0, SEEK_END);
  size = ftell(file);
  rewind(file);
  memory = (unsigned char *)must(malloc((size_t)size + 1));
  if (fread(memory, 1, (size_t)size, file) != (size_t)size)
    exit(2);
  fclose(file);

  message.at = memory;
  message.end = memory + size;
  rest = message;
  while (read_field(&rest, &number, &wire, &value, &contents)) {
    if (number == 1 && wire == 0 && rank < 16)
      dims[rank++] = (int64_t)value;
    if (number == 1 && wire == 2)
      while (rank < 16 && read_varint(&contents, &value))
        dims[rank++] = (int64_t)value;
    if (number == 2)
      dtype = (mg_dtype)value;
  }
  if (rest.at != rest.end || !mg_dtype_bits(dtype) || dtype == MG_STRING) {
    fprintf(stderr, "%s: not a tensor that this program can read\n", path);
    exit(2);
  }
  *tensor = tensor_make(dtype, rank, dims);
  read_elements(tensor, message);
  free(memory);
  return 1;
}

/*===- Comparison ------------------------------------------------------------===*/

static inline double half_value(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = exponent == 31 ? (fraction ? NAN : INFINITY)
                                : ldexp(exponent ? 1024 + fraction : fraction, (exponent ? exponent : 1) - 25);
  return bits & 0x8000 ? -value : value;
}

static inline double tensor_value(const mg_tensor *tensor, size_t i) {
  uint32_t word;
  float single;
  switch (tensor->dtype) {
  case MG_F32:
    return (double)((const float *)tensor->data)[i];
  case MG_F64:
    return ((const double *)tensor->data)[i];
  case MG_F16:
    return half_value(((const uint16_t *)tensor->data)[i]);
  case MG_BF16:
    word = (uint32_t)((const uint16_t *)tensor->data)[i] << 16;
    memcpy(&single, &word, 4);
    return (double)single;
  default:
    return 0;
  }
}

/* Whether |a - b| <= atol + rtol * |b| for all elements (NaN equals NaN); types that are not floats must be equal. */
static inline int tensor_close(const mg_tensor *a, const mg_tensor *b, double atol, double rtol) {
  size_t i, n = tensor_elements(a);
  if (a->dtype != b->dtype || a->rank != b->rank)
    return 0;
  if (a->rank && memcmp(a->shape, b->shape, (size_t)a->rank * sizeof(int64_t)) != 0)
    return 0;
  if (a->dtype != MG_F32 && a->dtype != MG_F64 && a->dtype != MG_F16 && a->dtype != MG_BF16)
    return memcmp(a->data, b->data, tensor_bytes(a)) == 0;
  for (i = 0; i < n; ++i) {
    double x = tensor_value(a, i), y = tensor_value(b, i);
    if (x == y || (isnan(x) && isnan(y)))
      continue;
    if (!(fabs(x - y) <= atol + rtol * fabs(y))) {
      printf("element %lu is %.9g, expected %.9g\n", (unsigned long)i, x, y);
      return 0;
    }
  }
  return 1;
}

#endif /* TENSORS_H */
