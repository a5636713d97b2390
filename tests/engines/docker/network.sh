# docker: networks.  All of them are in the house's own network namespace.
# shellcheck shell=bash disable=SC2016,SC2154  # what is in single quotes is for the container

without_a_network_there_is_loopback() {
	ok docker run --rm --network none "$image" sh -c 'ls /sys/class/net; ping -c 1 -W 2 127.0.0.1'
	matches '^lo$'
	lacks eth
	has '1 packets received'
}

a_published_port_is_reached_from_the_host() {
	ok docker run --detach --name "$tag" --publish 18081:80 "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	soon "an answer" busybox wget -q -O page http://127.0.0.1:18081/
	equal "$(cat page)" page "the page"
	ok docker port "$tag"
	has '80/tcp -> 0.0.0.0:18081'
}

a_container_on_the_bridge_reaches_the_host() {
	ok docker run --rm --network bridge "$image" sh -c 'ping -c 1 -W 5 "$(ip route | sed -n "s/^default via \([^ ]*\) .*/\1/p")"'
	has '1 packets received'
}

two_containers_on_a_network_reach_each_other_by_name() {
	ok docker network create "$tag"
	ok docker run --detach --name "$tag" --network "$tag" "$image" sh -c 'echo page >/tmp/index.html; httpd -f -h /tmp -p 80'
	ok docker run --rm --network "$tag" "$image" soon wget -q -O - "http://$tag/"
	is page
	docker rm --force "$tag" >/dev/null
	ok docker network rm "$tag"
}

a_running_container_gets_a_further_network() {
	ok docker network create "$tag"
	sleeping --network bridge
	ok docker network connect "$tag" "$tag"
	ok docker exec "$tag" ls /sys/class/net
	matches '^eth1$'
	docker rm --force "$tag" >/dev/null
	ok docker network rm "$tag"
}
