# What a container can do with the program of its runtime: nothing (CVE-2019-5736).
# shellcheck shell=dash disable=SC2154

a_container_with_all_privileges_cannot_write_to_the_program() {
	ambush
	attacked ./victim --root "$PWD/state"
}
