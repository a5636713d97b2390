# The language, the warnings (all of them errors) and what a release is hardened with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Wcast-qual -Wundef -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
# Plain aggregates are initialised by naming the members that matter; the others have defaults.
add_compile_options(-Wno-missing-field-initializers)

set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g")

if(OCI_RT_SANITIZERS)
  # Lines are enough for a report, and cost much less than variables.
  set(CMAKE_CXX_FLAGS_DEBUG "-Og -g1")
  add_compile_options(-fsanitize=${OCI_RT_SANITIZERS} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OCI_RT_SANITIZERS})
endif()

# A static program that relocates itself costs 4 % of `run` (docs/performance.md): it starts twice.
if(OCI_RT_STATIC)
  add_compile_options(-fno-pie)
  add_link_options(-no-pie)
endif()

if(OCI_RT_HARDENED)
  add_compile_options(-D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
                      -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection=full)
  endif()
  add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
endif()

# Link-time optimisation and dead-code removal are what makes a static C++ program start fast.
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-ffunction-sections -fdata-sections)
  add_link_options(-Wl,--gc-sections -s)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()
