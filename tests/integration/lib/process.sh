# What only the cases of process.sh need.
# shellcheck shell=dash disable=SC2154,SC2034

# ours: sets `key` to the serial number of the only session keyring with the container's name among ./keys, which were
# read by a user who does not own it, and so sees it only from inside.
ours() {
	equal "$(grep -c "_ses\.$tag\." keys)" 1 "keyrings of the container"
	key=$(sed -n "s/ .*_ses\.$tag\..*//p" keys)
}

# document MEMBERS: ./process.json of a process that tells about itself.
document() {
	echo "{\"args\": [\"cat\", \"/proc/self/stat\", \"/proc/self/limits\"], \"cwd\": \"/\",
		\"env\": [\"PATH=/bin\"], \"user\": {\"uid\": 0, \"gid\": 0}$1}" >process.json
}

# field N: of the output's first line, which is a stat of proc(5); the name of the program has no blank.
field() {
	echo "$output" | head -n 1 | cut -d ' ' -f "$1"
}

# groups_of COMMAND...: what `id -G` says behind it, as a process with two further groups.
groups_of() {
	perl -e '$) = "0 0 1234 2345"; exec @ARGV' "$@"
}

# apparmor_profile: loads the profile "oci-rt-test", which complains and forbids nothing, as apparmor_parser(8) makes it.
apparmor_profile() {
	local policy=/sys/kernel/security/apparmor
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" = Y ] || skip "this kernel has no AppArmor"
	[ -e "$policy/.load" ] || skip "securityfs is not mounted"
	printf '%b' '\0004\0010\0000version\0000\0002\0005\0000\0000\0000' \
		'\0004\0010\0000profile\0000\0007\0005\0014\0000oci-rt-test\0000' \
		'\0004\0006\0000flags\0000\0007\0002\0000\0000\0000\0000\0002\0001\0000\0000\0000\0002\0000\0000\0000\0000\0010' \
		'\0002\0000\0000\0000\0000\0002\0000\0000\0000\0000\0002\0000\0000\0000\0000\0002\0000\0000\0000\0000' \
		'\0004\0007\0000caps64\0000\0007\0002\0000\0000\0000\0000\0002\0000\0000\0000\0000\0002\0000\0000\0000\0000' \
		'\0002\0000\0000\0000\0000\0010\0010' >profile
	grep -q '^oci-rt-test ' "$policy/profiles" || cat profile >"$policy/.load"
}

# manager: a socket ./manager, and what comes to it in ./told, each message with a line of its own behind it.
manager() {
	command -v perl >/dev/null || skip "there is no perl"
	perl -MSocket -e '
		$| = 1;
		socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un("manager")) or die;
		while (defined recv(S, $m, 4096, 0)) { print "$m\n--\n" }' >told &
	soon "the manager" test -S manager
}

# says_ready: a container whose program says READY=1 when there is /shared/go, and sleeps.
says_ready() {
	mkdir bundle shared
	cp -a "$house/rootfs" bundle/rootfs
	mkdir bundle/rootfs/usr bundle/rootfs/lib bundle/rootfs/lib64
	cat >shared/program <<-'END'
		select(undef, undef, undef, 0.05) until -e "/shared/go";
		use Socket;
		socket(S, AF_UNIX, SOCK_DGRAM, 0);
		send(S, "STATUS=stands\nREADY=1\nMAINPID=77", 0, sockaddr_un($ENV{NOTIFY_SOCKET})) or die "send: $!";
		exec "sleep", @ARGV;
	END
	mount=", {\"destination\": \"/shared\", \"type\": \"bind\", \"source\": \"$PWD/shared\", \"options\": [\"bind\"]}"
	for folder in usr lib lib64; do
		mount="$mount, {\"destination\": \"/$folder\", \"type\": \"bind\", \"source\": \"$(realpath "/$folder")\", \"options\": [\"rbind\", \"ro\"]}"
	done
	bundle args "[\"/usr/bin/perl\", \"/shared/program\", \"$1\"]"
}

# told TEXT: the manager was told this, with a blank for each line end.
told() {
	[ "$(tr '\n' ' ' <told)" = "$1" ]
}

# takes_pidfd: a listening socket ./socket; ./taken has the fdinfo of proc(5) of the first descriptor that is sent there.
takes_pidfd() {
	command -v perl >/dev/null || skip "there is no perl"
	[ "$(uname -m)" = x86_64 ] || skip "recvmsg is known by its number on x86_64 alone"
	rm -f socket taken
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("socket")) && listen(S, 1) && accept(C, S) or die;
		($data, $control) = ("\0" x 16, "\0" x 24);
		$part = pack("PQ", $data, 16);
		$message = pack("QQPQPQQ", 0, 0, $part, 1, $control, 24, 0);
		syscall(47, fileno(C), $message, 0) > 0 or die;
		open(F, "/proc/self/fdinfo/" . unpack("x16l", $control)) or die;
		print <F>' >taken &
	soon "the socket" test -S socket
}
