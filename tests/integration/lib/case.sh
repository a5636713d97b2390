# One case: lib/case.sh TESTS RUNTIME FILE FUNCTION TAG, called by lib/report.sh inside the house.
# shellcheck shell=dash source-path=SCRIPTDIR/..
set -eu
here=$1 runtime=$2 file=$3 name=$4
# What all names of the case begin with, so that nothing of one is taken for something of another.
# shellcheck disable=SC2034  # the cases use it
tag=$5
house=$OCI_RT_HOUSE
. "$here/lib/expect.sh"
. "$here/lib/bundle.sh"
. "$here/lib/traces.sh"
cd "$house/cases/${tag#c}"
trap 'clean_case || true' EXIT
case $file in
*/bad-bundles)
	. "$here/lib/bad-bundle.sh"
	refuses_bundle "$file" "$name"
	;;
*)
	. "$file"
	"$name"
	;;
esac
