#!/bin/bash
# One case: lib/case.sh TESTS GROUP FILE FUNCTION TAG, called by lib/report.sh inside the house.
# shellcheck source-path=SCRIPTDIR/.. disable=SC1090  # what is sourced is chosen by its name
set -euo pipefail
here=$1 group=$2 file=$3 name=$4
# The prefix of all names that the case gives: cases do not see each other, and each cleans up its own.
# shellcheck disable=SC2034  # the cases use it
tag=$5
house=$OCI_RT_ENGINES_HOUSE
. "$here/lib/expect.sh"
. "$here/lib/cgroup.sh"
. "$here/lib/traces.sh"
. "$here/lib/$group.sh"
. "$file"
said=$house/cases/${tag#case}
cd "$said"
trap 'clean_case || true' EXIT
"$name"
