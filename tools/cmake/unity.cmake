# oci_rt_unity(): the sources of each target are compiled several at a time, which costs a fifth: most of the work is what
# they include. unity.awk says which go together; called at the end, when all targets are there.
#
# Only where OCI_RT_UNITY is on. A file that does not include what it uses may go unnoticed then: the debug preset, which
# people work with, compiles each by itself.
option(OCI_RT_UNITY "Compile several sources at a time" OFF)

function(oci_rt_unity)
  if(NOT OCI_RT_UNITY)
    return()
  endif()
  oci_rt_targets_below(${CMAKE_SOURCE_DIR} targets)
  foreach(target IN LISTS targets)
    oci_rt_unity_of(${target})
  endforeach()
endfunction()

function(oci_rt_targets_below folder result)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    oci_rt_targets_below(${subfolder} more)
    list(APPEND targets ${more})
  endforeach()
  set(${result} ${targets} PARENT_SCOPE)
endfunction()

function(oci_rt_unity_of target)
  get_target_property(type ${target} TYPE)
  get_target_property(sources ${target} SOURCES)
  if(NOT type MATCHES "LIBRARY|EXECUTABLE" OR NOT sources)
    return()
  endif()
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  list(LENGTH sources count)
  if(count LESS 2)
    return()
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  list(TRANSFORM sources PREPEND ${folder}/ REGEX "^[^/]")
  set(most 10)
  execute_process(
    COMMAND awk -v most=${most} -f ${CMAKE_SOURCE_DIR}/tools/cmake/unity.awk ${sources}
    OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" lines "${lines}")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([0-9]+) (.*)$" line "${line}")
    set_source_files_properties(${CMAKE_MATCH_2} TARGET_DIRECTORY ${target}
                                PROPERTIES UNITY_GROUP ${target}-${CMAKE_MATCH_1})
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
  # A name that comes or goes may change the groups.
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${sources})
endfunction()
