//===- CStruct.cpp - constants laid out as C structures -------------------===//

#include "codegen/emit/CStruct.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include <cassert>

using namespace llvm;
using namespace margay;
using namespace margay::codegen;

CStruct &CStruct::set(CField field, uint64_t value) {
  return set(field, ConstantInt::get(IntegerType::get(module.getContext(), field.bytes * 8), value, /*IsSigned=*/false,
                                     /*ImplicitTrunc=*/true));
}

CStruct &CStruct::set(CField field, Constant *value) {
  assert(module.getDataLayout().getTypeStoreSize(value->getType()) == field.bytes && "a constant of the field's size");
  assert(!fields.contains(field.offset) && "every field is set once");
  fields[field.offset] = value;
  return *this;
}

Constant *CStruct::finish() const {
  SmallVector<Constant *> parts;
  size_t end = 0;
  auto zerosUpTo = [&](size_t offset) {
    if (offset > end)
      parts.push_back(ConstantAggregateZero::get(ArrayType::get(Type::getInt8Ty(module.getContext()), offset - end)));
    end = offset;
  };
  for (auto [offset, value] : fields) {
    zerosUpTo(offset);
    parts.push_back(value);
    end += module.getDataLayout().getTypeStoreSize(value->getType());
  }
  zerosUpTo(bytes);
  return ConstantStruct::getAnon(module.getContext(), parts, /*Packed=*/true);
}

GlobalVariable *codegen::makeTable(Module &module, Constant *value, size_t align, const Twine &name) {
  auto *table =
      new GlobalVariable(module, value->getType(), /*isConstant=*/true, GlobalValue::PrivateLinkage, value, name);
  table->setAlignment(Align(align));
  table->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
  return table;
}

Constant *codegen::makeArray(Module &module, ArrayRef<Constant *> elements, size_t align, const Twine &name) {
  if (elements.empty())
    return ConstantPointerNull::get(PointerType::getUnqual(module.getContext()));
  auto *type = ArrayType::get(elements.front()->getType(), elements.size());
  return makeTable(module, ConstantArray::get(type, elements), align, name);
}

Constant *codegen::makeString(Module &module, StringRef text) {
  return makeTable(module, ConstantDataArray::getString(module.getContext(), text), 1, "text");
}
