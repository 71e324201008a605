# Finds LLVM, MLIR and lld, and defines how Margay's libraries and programs are built.

find_program(MARGAY_CCACHE ccache)
if(MARGAY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header is only cacheable when its time stamps are left out of the key.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${MARGAY_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

set(MARGAY_LLVM_PREFIX /usr/lib/llvm-22 CACHE PATH "Where LLVM and MLIR 22 are installed")
find_package(MLIR 22.1 REQUIRED CONFIG HINTS ${MARGAY_LLVM_PREFIX}/lib/cmake/mlir)
find_package(LLD 22.1 REQUIRED CONFIG HINTS ${MARGAY_LLVM_PREFIX}/lib/cmake/lld)
find_package(fmt REQUIRED)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# The options that every target of ours is compiled with.
add_library(margay-options INTERFACE)
target_include_directories(margay-options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_include_directories(margay-options SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_compile_definitions(margay-options INTERFACE ${LLVM_DEFINITIONS_LIST})
target_compile_options(margay-options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions> -Wall -Wextra -Wno-unused-parameter
  $<$<COMPILE_LANGUAGE:CXX>:-Wno-c++2c-compat>)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "Margay is built with clang 22: configure with `cmake --preset release`")
endif()
add_link_options(-fuse-ld=lld)
option(MARGAY_ASAN "Build the compiler with AddressSanitizer and UBSan" OFF)
if(MARGAY_ASAN)
  target_compile_options(margay-options INTERFACE -fsanitize=address,undefined -fno-sanitize=vptr,function -fno-omit-frame-pointer)
  target_link_options(margay-options INTERFACE -fsanitize=address,undefined)
endif()

# One precompiled header with the MLIR headers that nearly every file needs: parsing them anew costs seconds a file.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp.in "namespace margay {}\n")
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch.cpp COPYONLY)
add_library(margay-pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(margay-pch PUBLIC margay-options)
target_precompile_headers(margay-pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/Precompiled.h)
target_compile_options(margay-pch PRIVATE "SHELL:-Xclang -fno-pch-timestamp")

# margay_add_library(name [NO_MLIR] SOURCES file... [LINK target...])
function(margay_add_library name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC margay-options ${ARG_LINK})
  if(NOT ARG_NO_MLIR)
    # The shared libraries alone: mixing in the static archives would duplicate MLIR's type identifiers.
    target_link_libraries(${name} PUBLIC MLIR LLVM)
    target_precompile_headers(${name} REUSE_FROM margay-pch)
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

# margay_add_program(name SOURCES file... [LINK target...])
function(margay_add_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE margay-options ${ARG_LINK} MLIR LLVM)
  target_precompile_headers(${name} REUSE_FROM margay-pch)
  target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" -fPIC) # As the precompiled header is.
endfunction()

# margay_tablegen(target file.td  output=flags ...): runs mlir-tblgen into the build folder.
function(margay_tablegen target source)
  set(LLVM_TARGET_DEFINITIONS ${source})
  foreach(pair ${ARGN})
    string(REPLACE "=" ";" parts ${pair})
    list(GET parts 0 output)
    list(GET parts 1 flags)
    string(REPLACE "," ";" flags "${flags}")
    mlir_tablegen(${output} ${flags} -I${CMAKE_SOURCE_DIR})
  endforeach()
  add_public_tablegen_target(${target})
endfunction()

# margay_add_unit_test(name SOURCES file... [LINK target...]): a GoogleTest program; lit finds it in build/test/unit and
# counts each of its cases.
function(margay_add_unit_test name)
  cmake_parse_arguments(ARG "NO_MLIR" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE margay-options ${ARG_LINK} GTest::gtest GTest::gtest_main)
  if(NOT ARG_NO_MLIR)
    target_link_libraries(${name} PRIVATE MLIR LLVM)
    target_precompile_headers(${name} REUSE_FROM margay-pch)
    target_compile_options(${name} PRIVATE "SHELL:-Xclang -fno-pch-timestamp" -fPIC)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test/unit
                                           OUTPUT_NAME ${name}Tests)
  add_dependencies(margay-test-depends ${name})
endfunction()
