# What the engines do with a runtime of the name runc.
# shellcheck shell=bash disable=SC2016,SC2034,SC2154  # what is in single quotes is for the container

the_engines_say_which_runtime_they_have() {
	ok podman info --format '{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Version}}'
	has "runc $(runc --version | head -n 1)"
	ok docker info --format '{{.DefaultRuntime}} {{.RuncCommit.ID}}'
	is "runc $(runc --version | sed -n 's/^commit: //p')"
	quiet
}

podman_runs_and_ends_containers() {
	ok podman run --detach --name "$tag" --memory 48m "$image" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
	ok podman inspect --format '{{.State.Status}} {{.OCIRuntime}}' "$tag"
	is 'running runc'
	limit_is "$(podman inspect --format '{{.State.Pid}}' "$tag")" memory memory.limit_in_bytes memory.max 50331648
	ok podman exec "$tag" echo inside
	is inside
	ok podman pause "$tag"
	ok podman unpause "$tag"
	ok podman update --memory 96m "$tag"
	ok podman top "$tag" pid comm
	ok podman stop "$tag"
	ok podman wait "$tag"
	is 5
	ok podman restart "$tag"
	ok podman rm --force --time 0 "$tag"
}

podman_understands_what_goes_wrong() {
	code 127 podman run --rm "$image" no-such-program
	says 'executable file not found in $PATH'
	code 126 podman run --rm "$image" /bin/not-executable
	says 'ermission denied'
	code 3 podman run --rm "$image" sh -c 'exit 3'
}

podman_builds_images() {
	printf 'FROM %s\nRUN echo built >/built\nCMD ["cat", "/built"]\n' "$image" >Containerfile
	ok podman build --quiet --tag "localhost/$tag" .
	ok podman run --rm "localhost/$tag"
	is built
	ok podman rmi "localhost/$tag"
}

containerd_runs_and_ends_tasks() {
	ok ctr run --detach --memory-limit 33554432 "$image" "$tag" sleep 1000
	ok ctr task exec --exec-id one "$tag" echo inside
	is inside
	ok ctr task pause "$tag"
	ok ctr task resume "$tag"
	ok ctr task ps "$tag"
	ok ctr task metrics "$tag"
	ok ctr task kill --signal KILL "$tag"
	soon "its end" task_is STOPPED
	ok ctr task delete "$tag"
	says 'exit code 137'
}

containerd_understands_what_goes_wrong() {
	code 1 ctr run --rm "$image" "$tag" no-such-program
	says 'exec: "no-such-program": executable file not found in $PATH'
	code 42 ctr run --rm "$image" "$tag-42" sh -c 'exit 42'
}

docker_runs_and_ends_containers() {
	ok docker run --detach --name "$tag" --memory 48m "$image" sh -c 'trap "exit 5" TERM; while :; do sleep 0.1; done'
	limit_is "$(docker inspect --format '{{.State.Pid}}' "$tag")" memory memory.limit_in_bytes memory.max 50331648
	ok docker exec "$tag" echo inside
	is inside
	ok docker pause "$tag"
	ok docker unpause "$tag"
	ok docker update --memory 96m --memory-swap -1 "$tag"
	ok docker top "$tag"
	ok docker stop "$tag"
	ok docker wait "$tag"
	is 5
	ok docker restart --time 0 "$tag"
	ok docker rm --force "$tag"
}

docker_understands_what_goes_wrong() {
	code 127 docker run --rm "$image" no-such-program
	says 'executable file not found in $PATH'
	code 126 docker run --rm "$image" /bin/not-executable
	code 3 docker run --rm "$image" sh -c 'exit 3'
}

docker_publishes_ports() {
	ok docker run --detach --name "$tag" --publish 18082:80 "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	soon "an answer" busybox wget -q -O page http://127.0.0.1:18082/
	equal "$(cat page)" page "the page"
}

# BuildKit calls runc itself, by `run`.
docker_builds_images_by_buildkit() {
	cat >Dockerfile <<-END
		FROM $image AS first
		RUN echo made >/made; id -u >>/made; echo warned >&2
		FROM $image
		COPY --from=first /made /copied
		USER tester
		RUN id -un >/tmp/user
		CMD ["cat", "/copied", "/tmp/user"]
	END
	DOCKER_BUILDKIT=1 ok docker build --progress plain --tag "localhost/$tag" .
	says warned
	ok docker run --rm "localhost/$tag"
	is $'made\n0\ntester'
	ok docker rmi --force "localhost/$tag"
}

buildkit_understands_what_goes_wrong() {
	printf 'FROM %s\nRUN exit 43\n' "$image" >Dockerfile
	DOCKER_BUILDKIT=1 code 1 docker build --progress plain .
	says 'exit code: 43'
	printf 'FROM %s\nRUN ["no-such-program"]\n' "$image" >Dockerfile
	DOCKER_BUILDKIT=1 code 1 docker build --progress plain .
	says 'exec: "no-such-program": executable file not found in $PATH'
}

the_engines_live_side_by_side() {
	local i running=()
	for ((i = 0; i < 12; i += 3)); do
		podman run --rm --name "$tag-$i" "$image" sh -c "echo $i; exit $i" >"out$i" 2>"err$i" &
		running[i]=$!
		ctr run --rm "$image" "$tag-$i" sh -c "echo $((i + 1)); exit $((i + 1))" >"out$((i + 1))" 2>"err$((i + 1))" &
		running[i + 1]=$!
		docker run --rm --name "$tag-$i" "$image" sh -c "echo $((i + 2)); exit $((i + 2))" >"out$((i + 2))" 2>"err$((i + 2))" &
		running[i + 2]=$!
	done
	crowd_ends 12
}
