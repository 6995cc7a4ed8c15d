# The kinds of targets. Each is one call elsewhere.
#
#   redis_operator_library(NAME n SOURCES … DEPS …)    static library, warnings are errors
#   redis_operator_binary(NAME n SOURCES … DEPS …)     program, put into bin/ of the build folder
#   redis_operator_test(NAME n SOURCES … DEPS … [LABEL integration] [TIMEOUT seconds])   GoogleTest program, one ctest entry
#   redis_operator_fuzzer(NAME n SOURCES … DEPS …)     libFuzzer program, only in builds with its coverage (preset fuzz)
#   redis_operator_proto(NAME n FILES …)               n: generated messages and gRPC stubs, n_messages: without the stubs;
#                                                      paths relative to proto/

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Builds the programs of one label, for runs that need no more.
add_custom_target(unit_tests)
add_custom_target(integration_tests)
add_custom_target(fuzzers)
# Everything that compiling starts from and that is not in the repository, for tools that read sources.
add_custom_target(generated_sources)

function(redis_operator_library)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS" ${ARGN})
  add_library(${arg_NAME} STATIC ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE redis_operator_warnings PUBLIC ${arg_DEPS})
  target_include_directories(${arg_NAME} PUBLIC ${CMAKE_SOURCE_DIR})
endfunction()

function(redis_operator_binary)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE redis_operator_warnings redis_operator_program ${arg_DEPS})
endfunction()

function(redis_operator_test)
  cmake_parse_arguments(arg "" "NAME;LABEL;TIMEOUT" "SOURCES;DEPS" ${ARGN})
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE redis_operator_warnings redis_operator_program ${arg_DEPS} GTest::gmock GTest::gtest GTest::gtest_main)
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${arg_NAME} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
  add_dependencies(${arg_LABEL}_tests ${arg_NAME})
endfunction()

function(redis_operator_fuzzer)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPS" ${ARGN})
  if(NOT REDIS_OPERATOR_SANITIZE MATCHES fuzzer)
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE redis_operator_warnings ${arg_DEPS})
  target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers ${arg_NAME})
endfunction()

function(redis_operator_proto)
  cmake_parse_arguments(arg "" "NAME" "FILES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/proto)
  file(MAKE_DIRECTORY ${out})
  set(messages)
  set(stubs)
  foreach(file ${arg_FILES})
    string(REGEX REPLACE "\\.proto$" "" stem ${file})
    set(files ${out}/${stem}.pb.cc ${out}/${stem}.pb.h ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
    add_custom_command(
      OUTPUT ${files}
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}/proto --cpp_out=${out} --grpc_out=${out}
              --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${CMAKE_SOURCE_DIR}/proto/${file}
      DEPENDS ${CMAKE_SOURCE_DIR}/proto/${file}
      VERBATIM)
    list(APPEND messages ${out}/${stem}.pb.cc ${out}/${stem}.pb.h)
    list(APPEND stubs ${out}/${stem}.grpc.pb.cc ${out}/${stem}.grpc.pb.h)
  endforeach()
  add_custom_target(${arg_NAME}_generated DEPENDS ${messages} ${stubs})
  add_dependencies(generated_sources ${arg_NAME}_generated)
  add_library(${arg_NAME}_messages STATIC ${messages})
  target_include_directories(${arg_NAME}_messages SYSTEM PUBLIC ${out})
  target_link_libraries(${arg_NAME}_messages PUBLIC protobuf::libprotobuf)
  add_dependencies(${arg_NAME}_messages ${arg_NAME}_generated)
  add_library(${arg_NAME} STATIC ${stubs})
  target_link_libraries(${arg_NAME} PUBLIC ${arg_NAME}_messages gRPC::grpc++)
endfunction()
