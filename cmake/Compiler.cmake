# Language, warnings and what every target is compiled with. Sanitizers come from the presets through REDIS_OPERATOR_SANITIZE.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(REDIS_OPERATOR_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, empty for none")

find_program(CCACHE ccache)
if(CCACHE)
  # The paths of two build folders of one tree are made equal, so they share the cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(REDIS_OPERATOR_SANITIZE)
  add_compile_options(-fsanitize=${REDIS_OPERATOR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${REDIS_OPERATOR_SANITIZE})
  if(REDIS_OPERATOR_SANITIZE MATCHES fuzzer)
    # Watching every comparison takes most of the time of loops over slots. Comparisons of text are watched all the same.
    add_compile_options(-fno-sanitize-coverage=trace-cmp)
  endif()
endif()

# The project's own code; generated code is left alone. Warnings are errors, except at -O3: inlining that far, g++ 12 warns
# of its own library (gcc PR105651, -Wrestrict on "text" + std::string). With sanitizers it takes values of libraries for
# uninitialized that are not (std::regex, LEMON; manual, -fsanitize: "may cause false-positive warnings").
add_library(redis_operator_warnings INTERFACE)
target_compile_options(redis_operator_warnings INTERFACE -Wall -Wextra $<$<NOT:$<CONFIG:Release>>:-Werror>
  -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wunused-result
  -Wno-missing-field-initializers)  # fields left out of a designated initializer have defaults
if(REDIS_OPERATOR_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(redis_operator_warnings INTERFACE -Wno-maybe-uninitialized)
endif()
target_include_directories(redis_operator_warnings INTERFACE ${CMAKE_SOURCE_DIR})

# What every program is linked with; tools/ adds what a sanitizer needs.
add_library(redis_operator_program INTERFACE)
