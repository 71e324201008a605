//===- message.c - sentences for the caller's error buffer ----------------===//

#include "runtime/message.h"
#include "runtime/isa.h"
#include <stdarg.h>

/// Where the next character goes, and the last place, which is kept for the 0.
typedef struct Writer {
  char *at, *last;
} Writer;

static void putText(Writer *writer, const char *text) {
  for (; *text && writer->at < writer->last; ++text)
    *writer->at++ = *text;
}

static void putNumber(Writer *writer, uint64_t value) {
  char digits[21];
  int n = 20;
  digits[n] = 0;
  do
    digits[--n] = (char)('0' + value % 10);
  while (value /= 10);
  putText(writer, digits + n);
}

static void putSigned(Writer *writer, int64_t value) {
  if (value < 0) putText(writer, "-");
  putNumber(writer, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void putFeatures(Writer *writer, uint64_t features) {
  const char *separator = "";
  for (int bit = 0; bit < MG__FEATURE_COUNT; ++bit) {
    if (!(features >> bit & 1)) continue;
    putText(writer, separator);
    putText(writer, mg__feature_name(bit));
    separator = ", ";
  }
}

static void putLevels(Writer *writer, const mg_model *model) {
  for (int32_t i = 0; i < model->n_isa_levels; ++i) {
    putText(writer, i ? ", " : "");
    putText(writer, mg_isa_name(model->isa_levels[i]));
  }
}

mg_status mg__fail(const mg_options *options, mg_status status, const char *format, ...) {
  if (!options || !options->error || options->error_bytes == 0) return status;
  Writer writer = {options->error, options->error + options->error_bytes - 1};
  va_list args;
  va_start(args, format);
  for (; *format; ++format) {
    if (*format != '%') {
      char single[2] = {*format, 0};
      putText(&writer, single);
      continue;
    }
    switch (*++format) {
    case 's': putText(&writer, va_arg(args, const char *)); break;
    case 'd': putSigned(&writer, va_arg(args, int64_t)); break;
    case 'u': putNumber(&writer, va_arg(args, uint64_t)); break;
    case 'F': putFeatures(&writer, va_arg(args, uint64_t)); break;
    case 'L': putLevels(&writer, va_arg(args, const mg_model *)); break;
    }
  }
  va_end(args);
  *writer.at = 0;
  return status;
}
