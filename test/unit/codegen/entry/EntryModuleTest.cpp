//===- EntryModuleTest.cpp - a model's entry, called ----------------------===//
//
// Made-up models whose drivers write down what they were called with. The library is loaded, read through margay.h as C
// lays it out, and called both ways.
//
//===----------------------------------------------------------------------===//

#include "codegen/emit/EntryModule.h"
#include "codegen/emit/Names.h"
#include "codegen/emit/Runtime.h"
#include "ir/Fault.h"
#include "runtime/abi.h"
#include "test/unit/codegen/entry/Fixture.h"
#include <fmt/format.h>

using namespace margay;
using namespace margay::codegen;
using nn::DimAttr;

namespace {

/// x f32[2*T+1,N], cache f32[4], bias f32[3] (optional) -> y f32[T floordiv 8], cache, found i64[<=N,2],
/// N in 1..32, T a multiple of 8
Interface makeInterface() {
  using Dim = InterfaceDim;
  Interface interface{.name = "net", .version = "1.2.3"};
  interface.symbols = {{.name = "batch size", .max = 32, .input = 0, .axis = 1},
                       {.name = "T", .min = 8, .multiple = 8}};
  interface.inputs = {{.name = "x:0", .dims = {{Dim::Computed, 0, "2 * T + 1"}, {Dim::Symbol, 0}}},
                      {.name = "cache", .dims = {{Dim::Constant, 4}}},
                      {.name = "bias", .dtype = MG_F16, .dims = {{Dim::Constant, 3}}, .mayBeNull = true}};
  interface.outputs = {{.name = "y", .dims = {{Dim::Computed, 0, "T floordiv 8"}}},
                       {.name = "cache", .dims = {{Dim::Constant, 4}}},
                       {.name = "found", .dtype = MG_I64, .dims = {{Dim::Data, 0, "N"}, {Dim::Constant, 2}}},
                       {.name = "rest", .dtype = MG_I64, .dims = {{Dim::Data}}}};
  interface.states = {{1, 1}};
  interface.maxArenaBytes = 12345;
  interface.hash = 0xfedcba9876543210;
  interface.isaLevels = {4, 3, 2};
  interface.kernels = {"conv_0", "gemm_1"};
  assignNames(interface);
  return interface;
}

EntryDescription describe(const Interface &interface) {
  DimAttr n = symbol("batch size"), t = symbol("T");
  return {.interface = interface,
          .inputDims = {{t * 2 + 1, n}, {constant(4)}, {constant(3)}},
          .outputDims = {{nn::floorDiv(t, 8)}, {constant(4)}, {n, constant(2)}, {DimAttr()}},
          .sharedBytes = roundUp(n * t * t * 4),
          .scratchBytes = roundUp(t - 64),
          .levels = x86Levels(),
          .embeddedWeights = true};
}

/// The driver of a level: found = {N, T, scratch bytes, distance of the scratch, first byte of the weights, level} if
/// there is room for all; y[0] = x[0]; cache[0] += 1.
std::string driverOf(const Level &level) {
  return fmt::format(R"(
  define i32 @mg__driver_{0}(ptr %frame) {{
    %symbols = load ptr, ptr %frame
    %inputsAt = getelementptr i8, ptr %frame, i64 {1}
    %inputs = load ptr, ptr %inputsAt
    %outputsAt = getelementptr i8, ptr %frame, i64 {2}
    %outputs = load ptr, ptr %outputsAt
    %arenaAt = getelementptr i8, ptr %frame, i64 {3}
    %arena = load i64, ptr %arenaAt
    %scratchAt = getelementptr i8, ptr %frame, i64 {4}
    %scratch = load i64, ptr %scratchAt
    %scratchBytesAt = getelementptr i8, ptr %frame, i64 {5}
    %scratchBytes = load i64, ptr %scratchBytesAt
    %weightsAt = getelementptr i8, ptr %frame, i64 {6}
    %weights = load ptr, ptr %weightsAt
    %weight = load i8, ptr %weights

    %foundAt = getelementptr ptr, ptr %outputs, i64 2
    %found = load ptr, ptr %foundAt
    %data = load ptr, ptr %found
    %capacityAt = getelementptr i8, ptr %found, i64 8
    %capacity = load i64, ptr %capacityAt
    %dimsAt = getelementptr i8, ptr %found, i64 16
    %dims = load ptr, ptr %dimsAt
    store <2 x i64> <i64 3, i64 2>, ptr %dims, align 8
    %small = icmp ult i64 %capacity, 6
    br i1 %small, label %no, label %yes
  no:
    ret i32 {7}
  yes:
    %n = load i64, ptr %symbols
    %tAt = getelementptr i64, ptr %symbols, i64 1
    %t = load i64, ptr %tAt
    %d = sub i64 %scratch, %arena
    %w = zext i8 %weight to i64
    store i64 %n, ptr %data
    %p1 = getelementptr i64, ptr %data, i64 1
    store i64 %t, ptr %p1
    %p2 = getelementptr i64, ptr %data, i64 2
    store i64 %scratchBytes, ptr %p2
    %p3 = getelementptr i64, ptr %data, i64 3
    store i64 %d, ptr %p3
    %p4 = getelementptr i64, ptr %data, i64 4
    store i64 %w, ptr %p4
    %p5 = getelementptr i64, ptr %data, i64 5
    store i64 {8}, ptr %p5

    %x = load ptr, ptr %inputs
    %first = load float, ptr %x
    %y = load ptr, ptr %outputs
    store float %first, ptr %y
    %cacheAt = getelementptr ptr, ptr %outputs, i64 1
    %cache = load ptr, ptr %cacheAt
    %old = load float, ptr %cache
    %new = fadd float %old, 1.0
    store float %new, ptr %cache
    ret i32 0
  }})",
                     level.symbol(), offsetof(mg__frame, inputs), offsetof(mg__frame, outputs),
                     offsetof(mg__frame, arena), offsetof(mg__frame, scratch), offsetof(mg__frame, scratch_bytes),
                     offsetof(mg__frame, weights), int(MG_E_OUTPUT), level.isa);
}

class EntryModuleTest : public EntryTest {
protected:
  /// An object under the model's names.
  std::string compileNamed(llvm::StringRef name, llvm::StringRef text, llvm::StringRef model) {
    std::unique_ptr<llvm::Module> module = parse(text);
    nameSymbols(*module, model);
    return compileModule(name, *module);
  }

  /// The entry with the runtime that it needs.
  std::string compileEntry(const EntryDescription &entry) {
    auto module = makeEntryModule(context, entry);
    EXPECT_TRUE(bool(module)) << llvm::toString(module.takeError());
    auto runtime = llvm::cantFail(runtimeObject(entry.interface.name));
    std::string runtimeFile = write("runtime.o", llvm::StringRef(runtime.data(), runtime.size()));
    std::string result = file("entry-and-runtime.o");
    EXPECT_TRUE(module && succeeded(linkRelocatable({compileModule("entry.o", **module), runtimeFile}, result)));
    return result;
  }

  /// Why a description is refused.
  std::string refusal(const EntryDescription &entry) {
    auto module = makeEntryModule(context, entry);
    if (module)
      return "it is not";
    std::string message;
    int code = reportFaults(module.takeError(), [&](Fault, llvm::StringRef text) { message = text.str(); });
    EXPECT_EQ(code, 1);
    return message;
  }

  /// The library of makeInterface().
  void loadNet() {
    std::vector<std::string> objects = {compileEntry(describe(interface))};
    for (const Level &level : x86Levels())
      objects.push_back(compileNamed(level.name, driverOf(level), "net"));
    objects.push_back(compileNamed("weights.o", "@mg__weights = constant i8 77, align 64", "net"));
    load(objects);
    model = find<const mg_model *>("net_model");
  }

  Interface interface = makeInterface();
  const mg_model *model = nullptr;
};

std::vector<int64_t> dimsOf(const mg_port *port) { return {port->dims, port->dims + port->rank}; }

using Net = mg_status(int64_t, int64_t, const float *x, float *cache, const mg_f16 *bias, float *y, int64_t *found,
                      size_t foundCapacity, int64_t foundDims[2], int64_t *rest, size_t restCapacity,
                      int64_t restDims[1], void *arena, size_t arenaBytes, const mg_options *);

/// Arguments of a call with N = 2, T = 8, and what it needs.
struct Call {
  float x[2 * 17] = {1.5f};
  float cache[4] = {10};
  float y[1] = {0};
  int64_t found[6] = {0}, foundDims[2] = {0, 0};
  int64_t rest[1] = {0}, restDims[1] = {0};
  alignas(64) char arena[1024];
  char error[200] = "";
  mg_options options = MG_OPTIONS_INIT;

  Call() {
    options.error = error;
    options.error_bytes = sizeof(error);
    options.isa = MG_ISA_X86_64_V2;
  }
  mg_status run(Net *net, int64_t n = 2, int64_t t = 8, size_t capacity = 6, size_t arenaBytes = 512) {
    return net(n, t, x, cache, nullptr, y, found, capacity, foundDims, rest, 1, restDims, arena, arenaBytes, &options);
  }
};

} // namespace

//===- The table ------------------------------------------------------------===//

TEST_F(EntryModuleTest, DescribesTheModelAsCReadsIt) {
  loadNet();
  EXPECT_EQ(model->size, sizeof(mg_model));
  EXPECT_EQ(model->abi, unsigned(MARGAY_ABI));
  EXPECT_STREQ(model->name, "net");
  EXPECT_STREQ(model->version, "1.2.3");
  EXPECT_EQ(model->hash, 0xfedcba9876543210u);
  EXPECT_EQ(model->weights_hash, 0u);
  EXPECT_EQ(model->weights_bytes, 0u);
  EXPECT_EQ(model->align, 64u);
  EXPECT_EQ(model->max_arena_bytes, 12345u);
  EXPECT_EQ(model->n_inputs, 3);
  EXPECT_EQ(model->n_outputs, 4);
  EXPECT_EQ(model->n_dims, 9);
  ASSERT_EQ(model->n_isa_levels, 4);
  EXPECT_EQ(model->isa_levels[0], 5);
  EXPECT_EQ(model->isa_levels[3], 2);
  ASSERT_EQ(model->n_kernels, 2);
  EXPECT_STREQ(model->kernels[1], "gemm_1");
  ASSERT_EQ(model->n_states, 1);
  EXPECT_EQ(model->states[0]->input, 1);
  EXPECT_EQ(model->states[0]->output, 1);

  ASSERT_EQ(model->n_symbols, 2);
  const mg_symbol *n = model->symbols[0], *t = model->symbols[1];
  EXPECT_STREQ(n->name, "batch size");
  EXPECT_EQ(n->min, 1);
  EXPECT_EQ(n->max, 32);
  EXPECT_EQ(n->multiple, 1);
  EXPECT_EQ(n->input, 0);
  EXPECT_EQ(n->axis, 1);
  EXPECT_EQ(t->min, 8);
  EXPECT_EQ(t->max, MG_UNBOUNDED);
  EXPECT_EQ(t->multiple, 8);
  EXPECT_EQ(t->input, -1);
  EXPECT_EQ(t->axis, -1);
}

TEST_F(EntryModuleTest, DescribesPorts) {
  loadNet();
  using Dims = std::vector<int64_t>;
  const mg_port *x = model->inputs[0], *bias = model->inputs[2], *y = model->outputs[0], *found = model->outputs[2];
  EXPECT_STREQ(x->name, "x:0");
  EXPECT_EQ(x->dtype, MG_F32);
  EXPECT_EQ(x->kind, MG_TENSOR);
  EXPECT_EQ(x->flags, 0u);
  EXPECT_EQ(dimsOf(x), (Dims{MG_DIM_COMPUTED, MG_DIM_SYMBOL(0)}));
  EXPECT_EQ(bias->dtype, MG_F16);
  EXPECT_EQ(bias->flags, MG_PORT_MAY_BE_NULL);
  EXPECT_EQ(dimsOf(bias), (Dims{3}));
  EXPECT_EQ(y->flags, 0u);
  EXPECT_EQ(found->flags, MG_PORT_DATA_DIMS);
  EXPECT_EQ(dimsOf(found), (Dims{MG_DIM_DATA, 2}));
}

//===- Shapes and sizes -----------------------------------------------------===//

TEST_F(EntryModuleTest, ComputesShapes) {
  loadNet();
  const int64_t symbols[] = {3, 16}, tooMany[] = {33, 16}, odd[] = {3, 12};
  int64_t dims[9];
  ASSERT_EQ(model->shapes(model, symbols, dims), MG_OK);
  EXPECT_EQ(std::vector<int64_t>(dims, dims + 9), (std::vector<int64_t>{33, 3, 4, 3, 2, 4, 3, 2, -1}));
  EXPECT_EQ(model->shapes(model, tooMany, dims), MG_E_SHAPE);
  EXPECT_EQ(model->shapes(model, odd, dims), MG_E_SHAPE);
}

TEST_F(EntryModuleTest, ComputesArenas) {
  loadNet();
  auto *bytes = find<size_t (*)(int64_t, int64_t, const mg_options *)>("net_arena_bytes");
  EXPECT_EQ(bytes(2, 8, nullptr), 512u);                          // a negative scratch is none
  EXPECT_EQ(bytes(1, 136, nullptr), 4u * 136 * 136 + 128);        // 73984 + 128
  EXPECT_EQ(bytes(0, 8, nullptr), SIZE_MAX);                      // not allowed
  EXPECT_EQ(bytes(1, int64_t(1) << 32, nullptr), SIZE_MAX);       // and what overflows does not wrap,
  EXPECT_EQ(bytes(1, (int64_t(1) << 31) - 8, nullptr), SIZE_MAX); // nor is it hidden by rounding
  EXPECT_EQ(bytes(1, int64_t(1) << 30, nullptr), (size_t(1) << 62) + (size_t(1) << 30) - 64);

  mg_parallel parallel{};
  parallel.size = sizeof(parallel);
  parallel.workers = 3;
  parallel.run = [](void *, uint32_t, void (*)(void *, uint32_t, uint32_t), void *) {};
  mg_options options = MG_OPTIONS_INIT;
  options.parallel = &parallel;
  EXPECT_EQ(bytes(1, 136, &options), 4u * 136 * 136 + 3 * 128);
  const int64_t symbols[] = {1, 136};
  EXPECT_EQ(model->arena_bytes(model, symbols, &options), bytes(1, 136, &options));
}

//===- Calls ----------------------------------------------------------------===//

TEST_F(EntryModuleTest, PassesArgumentsOn) {
  loadNet();
  Call call;
  ASSERT_EQ(call.run(find<Net *>("net")), MG_OK) << call.error;
  EXPECT_EQ(std::vector<int64_t>(call.found, call.found + 6), (std::vector<int64_t>{2, 8, 0, 512, 77, 2}));
  EXPECT_EQ(call.foundDims[0], 3);
  EXPECT_EQ(call.foundDims[1], 2);
  EXPECT_EQ(call.y[0], 1.5f);
  EXPECT_EQ(call.cache[0], 11);
}

TEST_F(EntryModuleTest, TheGenericCallIsTheSame) {
  loadNet();
  Call call;
  const int64_t symbols[] = {2, 8};
  mg_output found{call.found, 6, call.foundDims}, rest{call.rest, 1, call.restDims};
  const void *inputs[] = {call.x, call.cache, nullptr};
  void *outputs[] = {call.y, call.cache, &found, &rest};
  ASSERT_EQ(model->call(model, symbols, inputs, outputs, call.arena, 512, &call.options), MG_OK) << call.error;
  EXPECT_EQ(std::vector<int64_t>(call.found, call.found + 6), (std::vector<int64_t>{2, 8, 0, 512, 77, 2}));
  EXPECT_EQ(call.cache[0], 11);
}

TEST_F(EntryModuleTest, RefusesWhatIsNotAllowed) {
  loadNet();
  auto *net = find<Net *>("net");
  Call call;
  EXPECT_EQ(call.run(net, 33), MG_E_SHAPE);
  EXPECT_STREQ(call.error, "dimension 'batch size' is 33, 1..32 is allowed");
  EXPECT_EQ(call.run(net, 2, 8, 6, 511), MG_E_ARENA);
  EXPECT_STREQ(call.error, "arena has 511 bytes, 512 are needed");
  EXPECT_EQ(call.run(net, 1, int64_t(1) << 32), MG_E_BOUND);
  EXPECT_EQ(call.cache[0], 10);
  EXPECT_EQ(call.run(net, 2, 8, 5), MG_E_OUTPUT);
  EXPECT_EQ(call.foundDims[0], 3);
  EXPECT_EQ(call.cache[0], 10);
  EXPECT_EQ(net(2, 8, nullptr, call.cache, nullptr, call.y, call.found, 6, call.foundDims, call.rest, 1, call.restDims,
                call.arena, 512, &call.options),
            MG_E_ARG);
  EXPECT_STREQ(call.error, "input 'x:0': pointer is NULL");
  EXPECT_EQ(net(2, 8, call.x, call.cache, nullptr, call.cache, call.found, 6, call.foundDims, call.rest, 1,
                call.restDims, call.arena, 512, &call.options),
            MG_E_ALIAS);
}

TEST_F(EntryModuleTest, RunsTheLevelThatIsAskedFor) {
  loadNet();
  auto *net = find<Net *>("net");
  for (const Level &level : x86Levels()) {
    Call call;
    call.options.isa = level.isa;
    mg_status status = call.run(net);
    if (status == MG_E_ISA) {
      EXPECT_TRUE(llvm::StringRef(call.error).contains("this CPU lacks")) << call.error;
      continue;
    }
    ASSERT_EQ(status, MG_OK);
    EXPECT_EQ(call.found[5], level.isa);
  }
  Call call;
  call.options.isa = MG_ISA_AUTO;
  ASSERT_EQ(call.run(net), MG_OK);
  EXPECT_EQ(call.found[5], llvm::cantFail(parseLevels("native")).front().isa);
}

TEST_F(EntryModuleTest, OpensInstances) {
  loadNet();
  size_t bytes = find<size_t (*)(const mg_options *)>("net_instance_bytes")(nullptr);
  ASSERT_GT(bytes, 0u);
  ASSERT_LE(bytes, 256u);
  EXPECT_EQ(model->instance_bytes(model, nullptr), bytes);
  alignas(64) char memory[256];
  auto *open = find<mg_status (*)(void *, size_t, const mg_options *)>("net_open");
  EXPECT_EQ(open(memory, bytes - 1, nullptr), MG_E_ARENA);
  ASSERT_EQ(open(memory, bytes, nullptr), MG_OK);

  // It was opened by one name of the model, and is used by another.
  Call call;
  call.options.instance = memory;
  EXPECT_EQ(call.run(find<Net *>("net")), MG_OK);
  EXPECT_EQ(reinterpret_cast<mg__instance *>(memory)->model, model);
  find<void (*)(void *)>("net_close")(memory);
  EXPECT_EQ(call.run(find<Net *>("net")), MG_E_ARG);
  EXPECT_EQ(find<mg_status (*)(const void *, size_t, const mg_options *)>("net_check_weights")(nullptr, 0, nullptr),
            MG_OK);
}

//===- Other models ---------------------------------------------------------===//

TEST_F(EntryModuleTest, AModelMayHaveNothing) {
  Interface small{.name = "small", .version = "1"};
  EntryDescription entry{.interface = small,
                         .inputDims = {},
                         .outputDims = {},
                         .sharedBytes = constant(0),
                         .scratchBytes = constant(0),
                         .levels = x86Levels().take_front(1)};
  load({compileEntry(entry), compileNamed("driver.o", "define i32 @mg__driver_v2(ptr %f) { ret i32 0 }", "small")});
  EXPECT_EQ(find<mg_status (*)(void *, size_t, const mg_options *)>("small")(nullptr, 0, nullptr), MG_OK);
  EXPECT_EQ(find<size_t (*)(const mg_options *)>("small_arena_bytes")(nullptr), 0u);
  model = find<const mg_model *>("small_model");
  EXPECT_EQ(model->inputs, nullptr);
  EXPECT_EQ(model->n_isa_levels, 1);
  EXPECT_EQ(mg_run(model, nullptr, 0, nullptr, 0, nullptr, 0, nullptr), MG_OK);
}

TEST_F(EntryModuleTest, ExternalWeightsAreAskedFor) {
  Interface outside{.name = "outside", .version = "1", .weightsHash = 5, .weightsBytes = 128};
  EntryDescription entry{.interface = outside,
                         .inputDims = {},
                         .outputDims = {},
                         .sharedBytes = constant(64),
                         .scratchBytes = constant(0),
                         .levels = x86Levels().take_front(1)};
  load({compileEntry(entry), compileNamed("driver.o", "define i32 @mg__driver_v2(ptr %f) { ret i32 0 }", "outside")});
  model = find<const mg_model *>("outside_model");
  EXPECT_EQ(model->weights_hash, 5u);
  EXPECT_EQ(model->weights_bytes, 128u);
  alignas(64) char arena[64], weights[128] = {};
  using Outside = mg_status(void *, size_t, const mg_options *);
  EXPECT_EQ(find<Outside *>("outside")(arena, 64, nullptr), MG_E_WEIGHTS);
  using Check = mg_status(const void *, size_t, const mg_options *);
  EXPECT_EQ(find<Check *>("outside_check_weights")(weights, sizeof(weights), nullptr), MG_E_WEIGHTS);
}

/// A program that is linked against the library (without being position-independent) has net_model copied to itself.
/// Then the library's functions must mean that copy, too: an instance knows its model by the address.
TEST_F(EntryModuleTest, TheModelHasOneAddressOnly) {
  auto module = makeEntryModule(context, describe(interface));
  ASSERT_TRUE(bool(module));
  EXPECT_FALSE((*module)->getNamedGlobal("net_model")->isDSOLocal());
}

//===- Symbols and faults ---------------------------------------------------===//

TEST_F(EntryModuleTest, ShowsTheModelOnly) {
  std::string bytes = read(compileEntry(describe(interface)));
  auto object = llvm::object::ObjectFile::createELFObjectFile(llvm::MemoryBufferRef(bytes, "entry"));
  ASSERT_TRUE(bool(object));
  std::vector<std::string> visible, undefined;
  for (llvm::object::ELFSymbolRef symbol : (*object)->symbols()) {
    uint32_t flags = llvm::cantFail(symbol.getFlags());
    std::string name = llvm::cantFail(symbol.getName()).str();
    if (flags & llvm::object::SymbolRef::SF_Undefined && !name.empty())
      undefined.push_back(name);
    else if (flags & llvm::object::SymbolRef::SF_Exported)
      visible.push_back(name);
  }
  llvm::sort(visible);
  llvm::sort(undefined);
  EXPECT_EQ(visible, (std::vector<std::string>{"net", "net_arena_bytes", "net_check_weights", "net_close",
                                               "net_instance_bytes", "net_model", "net_open"}));
  EXPECT_EQ(undefined, (std::vector<std::string>{"net__driver_v2", "net__driver_v3", "net__driver_v4",
                                                 "net__driver_v4_bf16", "net__weights"}));
}

TEST_F(EntryModuleTest, RefusesDescriptionsThatContradictThemselves) {
  const std::string prefix = "the description of the model's interface: ";
  EntryDescription unknownSymbol = describe(interface);
  unknownSymbol.outputDims[0] = {symbol("unheard")};
  EXPECT_EQ(refusal(unknownSymbol), "dimension 'unheard' is none of the model's");

  EntryDescription wrongRank = describe(interface);
  wrongRank.inputDims[0].pop_back();
  EXPECT_EQ(refusal(wrongRank), prefix + "the rank of 'x:0'");

  EntryDescription noDims = describe(interface);
  noDims.outputDims.pop_back();
  EXPECT_EQ(refusal(noDims), prefix + "not every port has dimensions");

  EntryDescription missingDim = describe(interface);
  missingDim.inputDims[1] = {DimAttr()};
  EXPECT_EQ(refusal(missingDim), prefix + "a dimension of 'cache' is missing");

  EntryDescription noLevels = describe(interface);
  noLevels.levels = {};
  EXPECT_EQ(refusal(noLevels), prefix + "no level to run on");

  EntryDescription strangeLevel = describe(interface);
  strangeLevel.levels = baselineLevel();
  EXPECT_EQ(refusal(strangeLevel), prefix + "level 'baseline' is unknown to the runtime");

  interface.states = {{1, 2}};
  EXPECT_EQ(refusal(describe(interface)), prefix + "a state that cannot be one");
}
