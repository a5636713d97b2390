# podman build: RUN steps, which buildah hands to the runtime.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

run_steps_of_a_build_are_run() {
	cat >Containerfile <<-END
		FROM $image
		RUN echo one >/one && hostname >/dev/null
		RUN ["/bin/sh", "-c", "cat /one >/two; id -u >>/two"]
		WORKDIR /made
		USER tester
		ENV WORD=word
		RUN echo \$WORD \$PWD \$(id -un) >/tmp/three
		CMD ["cat", "/two", "/tmp/three"]
	END
	ok podman build --runtime "$runtime" --quiet --tag "localhost/$tag" .
	ok podman run --rm "localhost/$tag"
	is $'one\n0\nword /made tester'
	ok podman rmi "localhost/$tag"
}

a_failing_run_step_fails_the_build_with_its_code() {
	printf 'FROM %s\nRUN exit 43\n' "$image" >Containerfile
	try podman build --runtime "$runtime" --tag "localhost/$tag" .
	[[ $status != 0 ]] || differs "a failed build" "$status"
	says 'exit status 43'
}

a_missing_program_in_a_build_is_told_by_its_name() {
	printf 'FROM %s\nRUN ["no-such-program"]\n' "$image" >Containerfile
	try podman build --runtime "$runtime" --tag "localhost/$tag" .
	[[ $status != 0 ]] || differs "a failed build" "$status"
	says no-such-program
}

a_build_takes_limits_and_mounts() {
	mkdir folder
	echo brought >folder/file
	cat >Containerfile <<-END
		FROM $image
		RUN --mount=type=bind,source=folder,target=/brought cat /brought/file >/copy
		RUN --mount=type=tmpfs,target=/mine touch /mine/file
		RUN ls /sys/class/net >/devices
	END
	ok podman build --runtime "$runtime" --quiet --memory 64m --network none --tag "localhost/$tag" .
	ok podman run --rm "localhost/$tag" cat /copy /devices
	is $'brought\nlo'
	ok podman rmi "localhost/$tag"
}

a_build_in_stages_copies_between_them() {
	cat >Containerfile <<-END
		FROM $image AS first
		RUN echo made >/made
		FROM $image
		COPY --from=first /made /copied
		RUN cat /copied
	END
	ok podman build --runtime "$runtime" --quiet --tag "localhost/$tag" .
	ok podman run --rm "localhost/$tag" cat /copied
	is made
	ok podman rmi "localhost/$tag"
}
