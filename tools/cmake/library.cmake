# oci_rt_library(NAME SOURCES file... [PUBLIC library...] [PRIVATE library...])
#
# One folder = one static library with an include root of its own, in which only the headers of
# this folder can be found, under their path in the repository:
#     #include "cgroups/layout.hpp"
# A folder that does not link a library does not have its root, so a forbidden include does not
# compile. The root is a directory of links in the build tree.
function(oci_rt_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(root ${CMAKE_BINARY_DIR}/include-roots/${name})
  file(REMOVE_RECURSE ${root})
  file(MAKE_DIRECTORY ${root}/${folder})
  file(GLOB headers CONFIGURE_DEPENDS *.hpp)
  foreach(header IN LISTS headers)
    get_filename_component(base ${header} NAME)
    file(CREATE_LINK ${header} ${root}/${folder}/${base} SYMBOLIC)
  endforeach()

  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${root})
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()
