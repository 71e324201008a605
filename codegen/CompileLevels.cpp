//===- CompileLevels.cpp - the code of all levels -------------------------===//

#include "codegen/CompileLevels.h"
#include "codegen/driver/LevelModule.h"
#include "codegen/emit/Object.h"
#include "codegen/emit/Runtime.h"
#include "codegen/lowering/ToLlvm.h"
#include "ir/Fault.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/ThreadPool.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

namespace {

/// What is compiled at once: a level's driver, or some of its functions.
struct Part {
  const Level *level;
  OwningOpRef<ModuleOp> driver;
  ArrayRef<KernelFunction> functions;
  std::string path;
};

} // namespace

/// Calls `body` for [0, count) in some threads. Faults are joined in the order of the numbers.
static llvm::Error inThreads(unsigned threads, size_t count, llvm::function_ref<llvm::Error(size_t)> body) {
  std::vector<llvm::Error> results;
  for (size_t i = 0; i < count; ++i)
    results.push_back(llvm::Error::success());
  auto run = [&](size_t i) { results[i] = llvm::joinErrors(std::move(results[i]), body(i)); };
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i)
      run(i);
  } else {
    llvm::DefaultThreadPool pool(llvm::hardware_concurrency(threads));
    for (size_t i = 0; i < count; ++i)
      pool.async([&run, i] { run(i); });
    pool.wait();
  }
  llvm::Error all = llvm::Error::success();
  for (llvm::Error &result : results)
    all = llvm::joinErrors(std::move(all), std::move(result));
  return all;
}

/// Loops and vectors, which are not needed any more, as LLVM IR under the model's names.
static llvm::Expected<std::unique_ptr<llvm::Module>> lower(OwningOpRef<ModuleOp> loops, const Level &level,
                                                           StringRef name, llvm::LLVMContext &context) {
  llvm::Expected<std::unique_ptr<llvm::Module>> code = lowerToLlvm(*loops, level, context);
  if (code)
    nameSymbols(**code, name);
  return code;
}

static llvm::Error writeFile(StringRef path, ArrayRef<char> bytes) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (!error) {
    os.write(bytes.data(), bytes.size());
    os.close();
    error = os.error();
    os.clear_error();
  }
  return error ? makeWriteFault(path, error) : llvm::Error::success();
}

llvm::Error codegen::writeObject(StringRef path, llvm::Expected<SmallVector<char, 0>> object) {
  return object ? writeFile(path, *object) : object.takeError();
}

static OwningOpRef<ModuleOp> emptyModule(const Model &model) {
  return ModuleOp::create(UnknownLoc::get(model.main().getContext()));
}

static llvm::Error compilePart(Part &part, const Model &model, StringRef name) {
  OwningOpRef<ModuleOp> loops = part.driver ? std::move(part.driver) : emptyModule(model);
  for (const KernelFunction &function : part.functions)
    emitFunction(*loops, function, model, *part.level);
  llvm::LLVMContext context;
  llvm::Expected<std::unique_ptr<llvm::Module>> code = lower(std::move(loops), *part.level, name, context);
  if (!code)
    return code.takeError();
  return writeObject(part.path, compileToObject(**code, *part.level));
}

llvm::Expected<std::vector<std::string>> codegen::compileLevels(const Model &model, const Options &options) {
  constexpr size_t functionsTogether = 8;
  std::vector<LevelCode> levels;
  std::vector<Part> parts;
  for (const Level &level : options.levels)
    levels.push_back(emitLevel(model, level));
  for (auto [level, code] : llvm::zip_equal(options.levels, levels)) {
    size_t number = 0;
    auto add = [&](OwningOpRef<ModuleOp> driver, ArrayRef<KernelFunction> functions) {
      std::string path = options.directory + "/" + level.name.str() + "_" + std::to_string(number++) + ".o";
      parts.push_back({&level, std::move(driver), functions, path});
    };
    add(std::move(code.driver), {});
    for (ArrayRef<KernelFunction> rest = code.functions; !rest.empty();) {
      size_t count = std::min(functionsTogether, rest.size());
      add({}, rest.take_front(count));
      rest = rest.drop_front(count);
    }
  }
  if (llvm::Error error =
          inThreads(options.jobs, parts.size(), [&](size_t i) { return compilePart(parts[i], model, options.name); }))
    return std::move(error);
  std::vector<std::string> objects;
  for (const Part &part : parts)
    objects.push_back(part.path);
  return objects;
}

llvm::Expected<std::unique_ptr<llvm::Module>> codegen::wholeLevel(const Model &model, const Level &level,
                                                                  StringRef name, llvm::LLVMContext &context) {
  LevelCode code = emitLevel(model, level);
  OwningOpRef<ModuleOp> loops = emptyModule(model);
  for (const KernelFunction &function : code.functions)
    emitFunction(*loops, function, model, level);
  // Then the driver, without its declarations of these.
  for (Operation &op : llvm::make_early_inc_range(*code.driver->getBody()))
    if (!loops->lookupSymbol(cast<SymbolOpInterface>(op).getNameAttr()))
      op.moveBefore(loops->getBody(), loops->getBody()->end());
  return lower(std::move(loops), level, name, context);
}
