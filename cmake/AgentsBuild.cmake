# SPDX-License-Identifier: Apache-2.0
# Compiler settings, and the two functions by which every library and every test is declared.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

find_program(AGENTS_CCACHE ccache)
if(AGENTS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${AGENTS_CCACHE}")
endif()

find_program(AGENTS_MOLD mold)
if(AGENTS_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(AGENTS_SANITIZE "" CACHE STRING "Sanitizers for everything, e.g. address,undefined or thread")
if(AGENTS_SANITIZE)
  add_compile_options(-fsanitize=${AGENTS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AGENTS_SANITIZE})
endif()
option(AGENTS_WERROR "Treat warnings as errors" OFF)

# The order of ARCHITECTURE: a target may link only targets of its own or a lower layer.
set(AGENTS_LAYERS core contract logic orchestration runtime actors monitoring cluster program tests)

# agents_library(NAME <name> LAYER <layer> SOURCES … [PUBLIC …] [PRIVATE …])
#
# Declares the static library agents_<name> with the alias libagents::<name>. PUBLIC and PRIVATE name our own
# libraries without prefix, or any other target. Linking a higher layer stops the configuration.
function(agents_library)
  cmake_parse_arguments(arg "" "NAME;LAYER" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  set(target agents_${arg_NAME})
  add_library(${target} STATIC ${arg_SOURCES})
  add_library(libagents::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES AGENTS_LAYER "${arg_LAYER}" EXPORT_NAME ${arg_NAME})
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
                                              "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  agents_warnings(${target})
  agents_link(${target} ${arg_LAYER} PUBLIC ${arg_PUBLIC})
  agents_link(${target} ${arg_LAYER} PRIVATE ${arg_PRIVATE})
  set_property(GLOBAL APPEND PROPERTY AGENTS_INSTALLED ${target})
endfunction()

# agents_test(NAME <name> SOURCES … LINK … [LABELS …]): a Catch2 program, run by ctest.
function(agents_test)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LINK;LABELS" ${ARGN})
  set(target test_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  agents_warnings(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  agents_link(${target} tests PRIVATE ${arg_LINK})
  target_link_libraries(${target} PRIVATE agents_test_main)
  target_compile_definitions(${target} PRIVATE AGENTS_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                                               AGENTS_BINARY_DIR="${PROJECT_BINARY_DIR}")
  add_test(NAME ${arg_NAME} COMMAND ${target})
  set_tests_properties(${arg_NAME} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT 300)
endfunction()

function(agents_warnings target)
  # -Wrestrict: GCC 12 reports std::string concatenations that are right (GCC bug 105651).
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wold-style-cast
                                           $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
                                           $<$<BOOL:${AGENTS_WERROR}>:-Werror>)
endfunction()

function(agents_link target layer visibility)
  list(FIND AGENTS_LAYERS "${layer}" own)
  if(own EQUAL -1)
    message(FATAL_ERROR "${target}: unknown layer '${layer}'; the layers are ${AGENTS_LAYERS}")
  endif()
  foreach(dep IN LISTS ARGN)
    if(NOT TARGET agents_${dep})
      target_link_libraries(${target} ${visibility} ${dep})
      continue()
    endif()
    get_target_property(dep_layer agents_${dep} AGENTS_LAYER)
    list(FIND AGENTS_LAYERS "${dep_layer}" theirs)
    if(theirs GREATER own)
      message(FATAL_ERROR "${target} (${layer}) must not link agents_${dep} (${dep_layer}): data flows one way")
    endif()
    target_link_libraries(${target} ${visibility} agents_${dep})
  endforeach()
endfunction()
