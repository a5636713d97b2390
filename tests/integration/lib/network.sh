# Network devices, by what iproute2's ip and busybox's ip have in common.
# shellcheck shell=dash disable=SC2154

# veth NAME PEER: a pair. Busybox cannot name the peer when it is made.
veth() {
	local peer
	ip link add "$1" type veth
	peer=$(ip -o link show dev "$1" | sed "s/.* $1@\([^:]*\):.*/\1/")
	ip link set "$peer" name "$2"
}

# answers ADDRESS
answers() {
	"$house/rootfs/bin/busybox" ping -c 1 -W 1 "$1"
}

# pair: out0 and in0 with addresses, in0 to be moved.
pair() {
	local device
	for device in out0 out1; do
		gone "$device" || ip link delete "$device"
	done
	veth out0 in0
	ip link set in0 address 02:00:00:00:00:07
	ip link set in0 mtu 1400
	ip addr add 10.77.0.1/24 dev out0
	ip addr add 10.77.0.2/24 dev in0
	ip link set out0 up
	ip link set in0 up
}

# gone DEVICE
gone() {
	! ip link show dev "$1" >/dev/null 2>&1
}

# others_namespace: sets `other` to a process with a network namespace of its own.
others_namespace() {
	unshare --net -- sleep 1000 &
	other=$!
	soon "the namespace" apart
	nsenter -t "$other" -n ip link set lo up
}
apart() {
	[ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}
