//===- Bitcode.c - embeds the runtime's bitcode and headers ---------------===//
//
// The build defines MARGAY_BITCODE_FILE, MARGAY_OBJECT_FILE, MARGAY_HEADER_FILE and MARGAY_POOL_HEADER_FILE as quoted
// paths.
//
//===----------------------------------------------------------------------===//

#include "runtime/Bitcode.h"

// A symbol, the bytes of a file, and their count as a size_t.
#define EMBED(symbol, file)                                                                                            \
  __asm__(".section .rodata." #symbol ",\"a\",@progbits\n"                                                             \
          ".globl " #symbol "\n.balign 16\n.type " #symbol ",@object\n" #symbol ":\n"                                  \
          ".incbin \"" file "\"\n"                                                                                     \
          "0: .size " #symbol ", 0b - " #symbol "\n"                                                                   \
          ".globl " #symbol "_size\n.balign 8\n.type " #symbol "_size,@object\n" #symbol "_size:\n"                    \
          ".quad 0b - " #symbol "\n.size " #symbol "_size, 8\n"                                                        \
          ".text\n")

EMBED(margay_runtime_bitcode, MARGAY_BITCODE_FILE);
EMBED(margay_runtime_object, MARGAY_OBJECT_FILE);
EMBED(margay_header, MARGAY_HEADER_FILE);
EMBED(margay_pool_header, MARGAY_POOL_HEADER_FILE);
