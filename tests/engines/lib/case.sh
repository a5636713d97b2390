#!/bin/bash
# One case: lib/case.sh TESTS GROUP FILE FUNCTION TAG, called by lib/report.sh inside the house.
# shellcheck source-path=SCRIPTDIR/..
set -euo pipefail
here=$1 group=$2 file=$3 name=$4
# The prefix of all names that the case gives: cases do not see each other, and each cleans up its own.
# shellcheck disable=SC2034  # the cases use it
tag=$5
house=$OCI_RT_ENGINES_HOUSE
. "$here/lib/expect.sh"
. "$here/lib/cgroup.sh"
# shellcheck source=/dev/null
. "$here/lib/$group.sh"
# shellcheck source=/dev/null
. "$file"
cd "$house/cases/${tag#case}"
trap 'clean_case || true' EXIT
"$name"
