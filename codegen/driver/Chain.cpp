//===- Chain.cpp - the function of kernels that are computed in bands -----===//
//
//   for images, of each those rows of [begin, end) that are in it
//     for bands of the last kernel's rows
//       for kernels: the rows that are needed and not there yet, [from, to)
//         kernel(args, from, to, scratch)
//
// Emitters count rows from the first image's first row on, wherever these lie: what a kernel takes for a tensor's
// beginning is moved so that the rows it computes or reads are where they are kept.
//
//===----------------------------------------------------------------------===//

#include "codegen/driver/Chain.h"
#include "codegen/kernels/Emit.h"
#include "codegen/kernels/KernelBuilder.h"
#include "codegen/kernels/TaskFunction.h"
#include "codegen/plans/Bands.h"
#include "codegen/plans/Plans.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace margay;
using namespace margay::codegen;

int64_t codegen::argumentWords(nn::KernelOp kernel, size_t symbols) {
  return static_cast<int64_t>(kernel->getNumOperands() + kernel->getNumResults() + symbols);
}

namespace {

/// One kernel of a chain.
struct Member {
  nn::KernelOp kernel;
  StringRef function;
  Axis axis;
  Value args;       ///< Its own arguments, as words.
  Value kept;       ///< Where its result's rows are kept; null for the last one.
  int64_t rowBytes; ///< Of its result.
  int64_t ring;     ///< Rows in the ring that it reads; 0 if it reads what it computes.
};

/// Image rows [from, to).
struct Rows {
  Value from, to;
};

class ChainEmitter : public Emit {
public:
  ChainEmitter(OpBuilder builder, Location loc, const Level &level, LLVM::LLVMFuncOp function)
      : Emit(builder, loc, level), begin(function.getArgument(1)), end(function.getArgument(2)),
        scratch(function.getArgument(3)), given(function.getArgument(0)), i64(builder.getI64Type()),
        pointer(LLVM::LLVMPointerType::get(builder.getContext())) {}

  void prepare(ArrayRef<nn::KernelOp> kernels, ArrayRef<std::string> functions, size_t symbols);
  void run();

private:
  void image(Value index);
  SmallVector<Value> rows(Value image, Rows band, ValueRange done);
  void compute(size_t index, Rows rows);
  void call(size_t index, Rows rows, Value result);
  int64_t bandRows() { return members.back().kernel.getPlan()->get("band", 1); }
  int64_t rowsBefore();

  SmallVector<Member> members;
  Value begin, end, scratch, given;
  Type i64, pointer;
};

} // namespace

/// Copies the arguments of each kernel, so that some can be moved.
void ChainEmitter::prepare(ArrayRef<nn::KernelOp> kernels, ArrayRef<std::string> functions, size_t symbols) {
  int64_t word = 0, own = 0;
  for (nn::KernelOp kernel : kernels)
    own = std::max(own, scratchBytes(kernel, level));
  int64_t offset = static_cast<int64_t>(llvm::alignTo(own, 64));
  for (const auto &[each, function] : llvm::zip_equal(kernels, functions)) {
    nn::KernelOp kernel = each;
    int64_t words = argumentWords(kernel, symbols);
    Value args = LLVM::AllocaOp::create(builder, loc, pointer, i64, constant(words), 8);
    for (int64_t i = 0; i < words; ++i)
      store(load(i64, at(given, word++, i64)), at(args, i, i64));
    auto type = cast<RankedTensorType>(kernel.getResult(0).getType());
    Member member{.kernel = kernel,
                  .function = function,
                  .axis = bandAxis(kernel),
                  .args = args,
                  .kept = {},
                  .rowBytes = type.getDimSize(2) * type.getDimSize(3) * storageBytes(type.getElementType()),
                  .ring = kernel.getPlan()->get("ring", 0)};
    if (isInner(kernel)) {
      member.kept = at(scratch, offset, builder.getI8Type());
      offset += keptBytes(kernel);
    }
    members.push_back(member);
  }
}

void ChainEmitter::call(size_t index, Rows rows, Value result) {
  Member &member = members[index];
  if (result)
    store(result, at(member.args, static_cast<int64_t>(member.kernel->getNumOperands()), i64));
  int64_t units = unitsPerImageRow(member.kernel);
  LLVM::CallOp::create(builder, loc, TypeRange(), member.function,
                       ValueRange{member.args, mul(rows.from, units), mul(rows.to, units), scratch});
}

/// Computes some rows of a kernel: in pieces, where they go round the ring that its reader has.
void ChainEmitter::compute(size_t index, Rows rows) {
  Member &member = members[index];
  if (!member.kept)
    return call(index, rows, {});
  auto startAt = [&](Value row) { // The tensor's beginning if this row is the first one that is kept.
    return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(), member.kept,
                               ArrayRef<LLVM::GEPArg>{sub(constant(0), mul(row, member.rowBytes))},
                               LLVM::GEPNoWrapFlags::none)
        .getResult();
  };
  Member &reader = members[index + 1];
  auto root = rootOf(reader.kernel)->getOperand(0);
  Value readerWord = at(reader.args, static_cast<int64_t>(cast<BlockArgument>(root).getArgNumber()), i64);
  if (reader.ring == 0) {
    Value start = startAt(rows.from);
    store(start, readerWord);
    return call(index, rows, start);
  }
  store(member.kept, readerWord);
  Value ring = constant(reader.ring);
  loop(div(rows.from, ring), div(add(rows.to, reader.ring - 1), ring), 1, [&](Value round) {
    Value first = mul(round, reader.ring);
    call(index, {max(rows.from, first), min(rows.to, add(first, reader.ring))}, startAt(first));
  });
}

/// A band of the last kernel's rows. `done` says for each kernel but the last up to where its rows are there.
SmallVector<Value> ChainEmitter::rows(Value image, Rows band, ValueRange done) {
  SmallVector<Rows> needed(members.size(), band);
  SmallVector<Value> next(done);
  for (size_t i = members.size() - 1; i > 0; --i) {
    const Axis &axis = members[i].axis;
    // Rows of an image, [0, in), as rows of all.
    Value outputs = mul(image, axis.out), inputs = mul(image, axis.in);
    Value from = add(mul(sub(needed[i].from, outputs), axis.stride), -axis.pad);
    Value to = add(mul(sub(needed[i].to, outputs), axis.stride),
                   (axis.kernel - 1) * axis.dilation + 1 - axis.stride - axis.pad);
    from = add(inputs, max(from, constant(0)));
    to = add(inputs, min(max(to, constant(0)), constant(axis.in)));
    needed[i - 1] = {members[i].ring != 0 ? max(from, done[i - 1]) : from, to};
    next[i - 1] = max(done[i - 1], to);
  }
  for (size_t i = 0; i < members.size(); ++i)
    compute(i, needed[i]);
  return next;
}

/// How many rows come before a band may begin with two rows that see no padding above.
int64_t ChainEmitter::rowsBefore() {
  auto reads = llvm::find_if(llvm::reverse(members), [](const Member &member) { return member.axis.kernel > 1; });
  int64_t rows = reads == members.rend() ? 0 : reads->axis.interiorBegin();
  return rows < bandRows() ? rows : 0;
}

void ChainEmitter::image(Value index) {
  int64_t perImage = members.back().axis.out, band = bandRows();
  Value start = mul(index, perImage), first = max(begin, start), last = min(end, add(start, perImage));
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, first, start);
  int64_t before = rowsBefore();
  // Where a band would begin that is cut at `first`.
  Value shift = arith::SelectOp::create(builder, loc, isFirst, constant(before == 0 ? 0 : before - band), constant(0));
  Value origin = add(first, shift), bands = ceilDivClamped(sub(last, origin), band);
  SmallVector<Value> none(members.size() - 1, constant(0));
  loop(constant(0), bands, 1, none, [&](Value number, ValueRange done) {
    Value from = add(origin, mul(number, band));
    return rows(index, {max(from, first), min(add(from, band), last)}, done);
  });
}

void ChainEmitter::run() {
  int64_t perImage = members.back().axis.out;
  Value images = div(add(end, perImage - 1), constant(perImage));
  loop(div(begin, constant(perImage)), images, 1, [&](Value index) { image(index); });
}

void codegen::emitChain(ModuleOp module, StringRef name, ArrayRef<nn::KernelOp> members,
                        ArrayRef<std::string> functions, size_t symbols, const Level &level) {
  for (StringRef function : functions)
    declareTaskFunction(module, function);
  OpBuilder builder(module.getContext());
  Location loc = nn::KernelOp(members.back()).getLoc();
  LLVM::LLVMFuncOp function = beginTaskFunction(builder, module, loc, name);
  ChainEmitter emitter(builder, loc, level, function);
  emitter.prepare(members, functions, symbols);
  emitter.run();
}
