# podman: pods, and what plays YAML.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

containers_of_a_pod_share_namespaces() {
	ok podman pod create --name "$tag" --hostname together
	ok podman run --detach --pod "$tag" --name "$tag-one" "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 8000'
	ok podman run --rm --pod "$tag" --name "$tag-two" "$image" \
		sh -c 'soon wget -q -O - http://127.0.0.1:8000/ && hostname'
	is $'page\ntogether'
	ok podman pod inspect --format '{{.State}}' "$tag"
	ok podman pod rm --force --time 0 "$tag"
}

a_pod_can_share_its_pid_namespace() {
	ok podman pod create --name "$tag" --share pid,ipc,net
	ok podman run --detach --pod "$tag" --name "$tag-one" "$image" sleep 1234
	ok podman run --rm --pod "$tag" --name "$tag-two" "$image" ps -o args
	has 'sleep 1234'
	ok podman pod rm --force --time 0 "$tag"
}

a_pod_is_paused_stopped_and_started() {
	ok podman pod create --name "$tag"
	ok podman run --detach --pod "$tag" --name "$tag-one" "$image" sh -c 'trap exit TERM; while :; do sleep 0.1; done'
	ok podman pod pause "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag-one"
	is paused
	ok podman pod unpause "$tag"
	ok podman pod stop --time 5 "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag-one"
	is exited
	ok podman pod start "$tag"
	ok podman inspect --format '{{.State.Status}}' "$tag-one"
	is running
	ok podman pod rm --force --time 0 "$tag"
}

a_kubernetes_file_is_played() {
	cat >pod.yaml <<-END
		apiVersion: v1
		kind: Pod
		metadata:
		  name: $tag
		spec:
		  restartPolicy: Never
		  containers:
		  - name: one
		    image: $image
		    command: ["sh", "-c", "echo played; sleep 100"]
		    resources: {limits: {memory: 33554432}}
		    securityContext: {runAsUser: 1000, capabilities: {drop: [all]}}
	END
	ok podman kube play pod.yaml
	soon "its output" log_of_one_has played
	ok podman exec "$tag-one" id -u
	is 1000
	limit_is "$(podman inspect --format '{{.State.Pid}}' "$tag-one")" memory memory.limit_in_bytes memory.max 33554432
	ok podman kube down pod.yaml
}

a_pod_has_limits_of_its_own() {
	local group
	ok podman pod create --name "$tag" --memory 64m --cpus 0.5
	ok podman run --detach --pod "$tag" --name "$tag-one" "$image" sleep 1000
	group=$(cgroup_of "$(podman inspect --format '{{.State.Pid}}' "$tag-one")" memory)
	equal "$(cat "${group%/*}/memory.limit_in_bytes" "${group%/*}/memory.max" 2>/dev/null)" 67108864 "the limit of the pod"
	ok podman pod stats --no-stream "$tag"
	has "$tag-one"
	ok podman pod top "$tag" args
	matches '^sleep 1000'
	ok podman pod kill "$tag"
	ok podman wait "$tag-one"
	is 137
	ok podman pod rm --force --time 0 "$tag"
}

a_pod_without_a_first_container_runs_its_own() {
	ok podman pod create --name "$tag" --infra=false
	ok podman run --detach --pod "$tag" --name "$tag-one" "$image" sleep 1000
	ok podman exec "$tag-one" true
	ok podman pod rm --force --time 0 "$tag"
}

containers_of_a_pod_share_mapped_ids() {
	ok podman pod create --name "$tag" --uidmap 0:100000:5000 --gidmap 0:100000:5000
	ok podman run --rm --pod "$tag" --name "$tag-one" "$image" cat /proc/self/uid_map
	matches '^ +0 +100000 +5000$'
	ok podman pod rm --force --time 0 "$tag"
}
