//===- Frontend.h - models in tests, and what tests expect of failures ----===//

#ifndef MARGAY_TEST_UNIT_FRONTEND_FRONTEND_H
#define MARGAY_TEST_UNIT_FRONTEND_FRONTEND_H

#include "frontend/onnx/Decode.h"
#include "frontend/onnx/Encode.h"
#include "frontend/onnx/Load.h"
#include "frontend/onnx/Text.h"
#include "ir/Fault.h"
#include "gtest/gtest.h"
#include <string>

namespace margay::test {

/// The exit code and the messages of an error: "3: node 'a' (Add): …". Nothing but "ok" where there is none.
inline std::string describe(llvm::Error error) {
  if (!error)
    return "ok";
  std::string messages;
  int code = reportFaults(std::move(error), [&](Fault, llvm::StringRef message) {
    messages += (messages.empty() ? "" : "; ") + message.str();
  });
  return std::to_string(code) + ": " + messages;
}

template <typename T> std::string failureOf(llvm::Expected<T> expected) {
  return expected ? "ok" : describe(expected.takeError());
}

inline llvm::ArrayRef<uint8_t> bytesOf(llvm::StringRef text) { return {text.bytes_begin(), text.size()}; }

/// The value of what must not fail; where it does, the test fails and goes on with nothing.
template <typename T> T valueOf(llvm::Expected<T> expected) {
  if (expected)
    return std::move(*expected);
  ADD_FAILURE() << describe(expected.takeError());
  return T();
}

/// The model that a text stands for. The text must outlive it.
inline frontend::onnx::Model parse(llvm::StringRef text) { return valueOf(frontend::onnx::parseModelText(text)); }

inline std::string print(const frontend::onnx::Model &model) {
  std::string text;
  llvm::raw_string_ostream os(text);
  frontend::onnx::printModelText(model, os);
  return text;
}

/// What reading a text, with all checks of a file, says.
inline std::string readText(llvm::StringRef text) {
  return failureOf(frontend::onnx::readModel(text, /*isText=*/true));
}

/// The head of a model in tests.
inline std::string head(int opset = 17) {
  return "<ir_version: 8, opset_import: [\"\" : " + std::to_string(opset) + "]>\n";
}

} // namespace margay::test

#endif // MARGAY_TEST_UNIT_FRONTEND_FRONTEND_H
