# The pure parts have no system call, clock or environment: they include nothing that offers one.
# Called with -D ROOT=the repository.
file(GLOB pure_files ${ROOT}/oci-spec/*.[ch]pp ${ROOT}/*/*_plan.[ch]pp
     ${ROOT}/cgroups/translate_*.[ch]pp ${ROOT}/cgroups/device_*.[ch]pp
     ${ROOT}/cgroups/layout.[ch]pp ${ROOT}/cgroups/pressure.[ch]pp
     ${ROOT}/cgroups/resource_checks.cpp ${ROOT}/cgroups/unit_properties.[ch]pp
     ${ROOT}/cgroups/systemd/address.[ch]pp ${ROOT}/cgroups/systemd/message.[ch]pp ${ROOT}/cgroups/systemd/unit.hpp ${ROOT}/cgroups/systemd/unit_names.[ch]pp
     ${ROOT}/cgroups/systemd/value*.[ch]pp ${ROOT}/cgroups/systemd/wire.[ch]pp)

# Kernel headers (<linux/...>, <asm/...>) and some of libc are wanted for types and numbers; these
# are wanted for their functions, as are the parts of the standard library that reach the system
# and those of runtime/base that do.
set(types_and_numbers "<sys/(stat|sysmacros|types)\\.h>")
set(impure
    "<(sys|net|netinet|arpa)/|<(unistd|fcntl|sched|signal|poll|pwd|grp|stdlib|stdio|time)\\.h>"
    "<(cstdlib|cstdio|ctime|csignal|fstream|iostream|filesystem|chrono|thread|random)>"
    "\"runtime/base/(child|fd|file|log|procfs|root_dir|sys)\\.hpp\"")

set(found "")
foreach(file IN LISTS pure_files)
  file(STRINGS ${file} includes REGEX "^#include")
  list(FILTER includes EXCLUDE REGEX "${types_and_numbers}")
  foreach(pattern IN LISTS impure)
    set(hits ${includes})
    list(FILTER hits INCLUDE REGEX "${pattern}")
    foreach(hit IN LISTS hits)
      string(APPEND found "\n${file}: ${hit}")
    endforeach()
  endforeach()
endforeach()

list(LENGTH pure_files count)
if(count EQUAL 0)
  message(FATAL_ERROR "there are no pure files below ${ROOT}")
elseif(found)
  message(FATAL_ERROR "pure files include what is not pure:${found}")
endif()
message(STATUS "${count} files are pure")
