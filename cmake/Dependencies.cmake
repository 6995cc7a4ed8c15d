# The only file that looks for packages. All are Debian 12's; tools/packages.txt lists them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(simdjson REQUIRED)
# Without the conversions that throw: what a stranger sends must not end a process.
target_compile_definitions(simdjson::simdjson INTERFACE SIMDJSON_EXCEPTIONS=0)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)

# Debian's hiredis ships a package file that fails; its pkg-config file works.
pkg_check_modules(HIREDIS REQUIRED IMPORTED_TARGET hiredis)
# LEMON's package file sets variables only.
find_package(lemon CONFIG REQUIRED)
add_library(lemon INTERFACE IMPORTED)
target_include_directories(lemon INTERFACE ${LEMON_INCLUDE_DIR})
target_link_libraries(lemon INTERFACE ${LEMON_LIBRARIES})

find_library(CIVETWEB_CPP civetweb-cpp REQUIRED)
find_library(CIVETWEB civetweb REQUIRED)
add_library(civetweb_cpp INTERFACE IMPORTED)
target_link_libraries(civetweb_cpp INTERFACE ${CIVETWEB_CPP} ${CIVETWEB} Threads::Threads)

# For programs whose time goes into many small pieces of memory. The sanitizers bring an allocator of their own.
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
add_library(small_allocations INTERFACE IMPORTED)
if(NOT REDIS_OPERATOR_SANITIZE)
  target_link_libraries(small_allocations INTERFACE PkgConfig::JEMALLOC)
endif()
