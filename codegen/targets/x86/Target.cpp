//===- Target.cpp - the levels of x86-64 ----------------------------------===//
//
// The x86-64 psABI's micro-architecture levels, and one with products of bf16 above them, which is in all else its v4.
// Features are stated in full, on top of the generic CPU, so that a level does not depend on what LLVM thinks of a
// CPU's name.
//
//===----------------------------------------------------------------------===//

#include "codegen/Target.h"
#include "ir/Fault.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

#define V2_FEATURES "+cx8,+cx16,+fxsr,+mmx,+popcnt,+sahf,+sse,+sse2,+sse3,+sse4.1,+sse4.2,+ssse3,+x87"
#define V3_FEATURES V2_FEATURES ",+avx,+avx2,+bmi,+bmi2,+crc32,+f16c,+fma,+lzcnt,+movbe,+xsave"
#define V4_FEATURES V3_FEATURES ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl,+evex512"

static constexpr Level v4 = {.name = "v4",
                             .fullName = "x86-64-v4",
                             .cpu = "x86-64",
                             .features = V4_FEATURES,
                             .isa = 4,
                             .vectorBytes = 64,
                             .registers = 32,
                             .panelBytes = 256 << 10,
                             .blockBytes = 512 << 10,
                             .multiplyAdds = 58,
                             .loadsPerMultiplyAdd = 0.55, // Ice Lake; others load two.
                             .cacheBytes = 80,
                             .memoryBytes = 27,
                             .fma = true,
                             .halfConversions = true};

/// The level with products of bf16.
static constexpr Level withBf16Dots(Level level) {
  level.name = "v4-bf16";
  level.fullName = "x86-64-v4-bf16";
  level.features = V4_FEATURES ",+avx512bf16";
  level.isa = 5;
  level.bf16Dots = true;
  return level;
}

static const Level levels[] = {
    {.name = "v2",
     .fullName = "x86-64-v2",
     .cpu = "x86-64",
     .features = V2_FEATURES,
     .isa = 2,
     .vectorBytes = 16,
     .registers = 16,
     .panelBytes = 32 << 10,
     .blockBytes = 192 << 10,
     .multiplyAdds = 17,
     .loadsPerMultiplyAdd = 1,
     .cacheBytes = 45,
     .memoryBytes = 20,
     .fma = false,
     .halfConversions = false},
    {.name = "v3",
     .fullName = "x86-64-v3",
     .cpu = "x86-64",
     .features = V3_FEATURES,
     .isa = 3,
     .vectorBytes = 32,
     .registers = 16,
     .panelBytes = 64 << 10,
     .blockBytes = 384 << 10,
     .multiplyAdds = 49,
     .loadsPerMultiplyAdd = 1,
     .cacheBytes = 65,
     .memoryBytes = 25,
     .fma = true,
     .halfConversions = true},
    v4,
    withBf16Dots(v4),
};

std::string Level::symbol() const {
  std::string text = name.str();
  llvm::replace(text, '-', '_');
  return text;
}

ArrayRef<Level> codegen::x86Levels() { return levels; }

const Level &codegen::planningLevel() { return levels[1]; }

bool codegen::isNative(const Level &level) {
  static const StringMap<bool> host = sys::getHostCPUFeatures();
  SmallVector<StringRef> features;
  level.features.split(features, ',');
  // Some are implied by x86-64 itself, or not reported by the host's feature list.
  return llvm::all_of(features, [&](StringRef feature) {
    StringRef name = feature.drop_front();
    return name == "x87" || name == "evex512" || host.lookup(name);
  });
}

/// The highest level that the machine at hand has; one with products of bf16 only where these are fast (see
/// mg__pick_level).
static const Level *nativeLevel() {
  bool areSlow = sys::getHostCPUFeatures().lookup("amx-bf16");
  const Level *best = nullptr;
  for (const Level &level : levels)
    if (isNative(level) && !(level.bf16Dots && areSlow))
      best = &level;
  return best;
}

Expected<SmallVector<Level>> codegen::parseLevels(StringRef list) {
  if (list.empty())
    return SmallVector<Level>(std::begin(levels), std::end(levels));
  SmallVector<StringRef> names;
  list.split(names, ',');
  SmallVector<Level> chosen;
  for (StringRef name : names) {
    const Level *found = nullptr;
    if (name == "native")
      found = nativeLevel();
    else
      found = llvm::find_if(levels, [&](const Level &level) { return name == level.name || name == level.fullName; });
    if (!found || found == std::end(levels)) {
      if (name == "native")
        return makeFault(Fault::Unsupported, "this CPU lacks x86-64-v2, the least that can be compiled for");
      return makeFault(Fault::Usage, "--cpu: unknown level '" + name + "'; there are v2, v3, v4, v4-bf16 and native");
    }
    if (llvm::none_of(chosen, [&](const Level &level) { return level.name == found->name; }))
      chosen.push_back(*found);
  }
  llvm::sort(chosen, [](const Level &a, const Level &b) { return a.isa < b.isa; });
  return chosen;
}
