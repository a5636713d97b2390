# shellcheck shell=dash disable=SC2154
a_program_runs() {
	bundle args '["echo", "hello"]'
	remember
	ok rt run --bundle bundle "$tag"
	is hello
	quiet
	unchanged
}
