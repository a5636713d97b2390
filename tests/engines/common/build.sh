# build: RUN steps, each of which the engine hands to the runtime.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

run_steps_of_a_build_are_run() {
	cat >Dockerfile <<-END
		FROM $image
		RUN echo one >/one && hostname >/dev/null
		RUN ["/bin/sh", "-c", "cat /one >/two; id -u >>/two"]
		WORKDIR /made
		USER tester
		ENV WORD=word
		RUN echo \$WORD \$PWD \$(id -un) >/tmp/three
		CMD ["cat", "/two", "/tmp/three"]
	END
	ok "$engine" build --quiet --memory 64m --tag "localhost/$tag" .
	ok "$engine" run --rm "localhost/$tag"
	is $'one\n0\nword /made tester'
	ok "$engine" rmi --force "localhost/$tag"
}

a_failing_run_step_fails_the_build_with_its_code() {
	printf 'FROM %s\nRUN exit 43\n' "$image" >Dockerfile
	fails "$engine" build --force-rm .
	says ' 43' # podman: "exit status 43", docker: "returned a non-zero code: 43"
}

a_missing_program_in_a_build_is_told_by_its_name() {
	printf 'FROM %s\nRUN ["no-such-program"]\n' "$image" >Dockerfile
	fails "$engine" build --force-rm .
	says 'exec: "no-such-program": executable file not found in $PATH'
}
