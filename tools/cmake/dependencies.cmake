# The five libraries that oci-rt is built on, as imported targets. Each is linked PRIVATE by the
# one folder that uses it, so that no header of another folder can see it.
find_package(nlohmann_json 3.11 REQUIRED)

function(oci_rt_find_c_library target header library)
  if(OCI_RT_STATIC)
    find_library(${target}_LIBRARY NAMES lib${library}.a REQUIRED)
  else()
    find_library(${target}_LIBRARY NAMES ${library} REQUIRED)
  endif()
  find_path(${target}_INCLUDE ${header} REQUIRED)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE ${${target}_LIBRARY})
  target_include_directories(${target} SYSTEM INTERFACE ${${target}_INCLUDE})
endfunction()

oci_rt_find_c_library(libseccomp seccomp.h seccomp)
oci_rt_find_c_library(libcap sys/capability.h cap)

set(Boost_USE_STATIC_LIBS ${OCI_RT_STATIC})
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)

if(OCI_RT_TESTS)
  # Debian 12 has Catch2 2 (one header), Debian 13 has Catch2 3; tests/catch.hpp hides which.
  find_package(Catch2 REQUIRED)
endif()
