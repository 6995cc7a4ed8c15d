# Writes the commit into OUTPUT, and only when it changed: nothing is compiled again without need.
#   cmake -DSOURCE=… -DOUTPUT=… -DVERSION=… -DCOMPILER=… -P write_build_header.cmake
# Image builds have no git tree: they give the commit in the environment.
set(commit "$ENV{REDIS_OPERATOR_COMMIT}")
if(commit STREQUAL "")
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    set(commit unknown)
  endif()
endif()
set(text "inline constexpr char kBuildVersion[] = \"${VERSION}\";\ninline constexpr char kBuildCommit[] = \"${commit}\";\ninline constexpr char kBuildCompiler[] = \"${COMPILER}\";\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} old)
endif()
if(NOT "${old}" STREQUAL "${text}")
  file(WRITE ${OUTPUT} "${text}")
endif()
