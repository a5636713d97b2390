# podman build: RUN steps, which buildah hands to the runtime.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

a_build_takes_limits_and_mounts() {
	mkdir folder
	echo brought >folder/file
	cat >Containerfile <<-END
		FROM $image
		RUN --mount=type=bind,source=folder,target=/brought cat /brought/file >/copy
		RUN --mount=type=tmpfs,target=/mine touch /mine/file
		RUN ls /sys/class/net >/devices
	END
	ok podman build --quiet --memory 64m --network none --tag "localhost/$tag" .
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
	ok podman build --quiet --tag "localhost/$tag" .
	ok podman run --rm "localhost/$tag" cat /copied
	is made
	ok podman rmi "localhost/$tag"
}
