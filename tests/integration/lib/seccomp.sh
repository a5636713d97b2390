# What only the cases of seccomp.sh need.
# shellcheck shell=dash disable=SC2154

# filter DEFAULT CALL ACTION: a member of linux.
filter() {
	printf ', "seccomp": {"defaultAction": %s, "syscalls": [{"names": ["%s"], "action": "%s"}]}' "$1" "$2" "$3"
}

# forbids_start LINUX WORD: such a container is not run, the message has the word and the place, and nothing is left.
forbids_start() {
	bundle linux "$1"
	remember
	code 1 rt run --bundle bundle "$tag"
	says "$2"
	says '/linux/seccomp'
	unchanged
}

# still_forbids: the bundle's filter does what it says.
still_forbids() {
	ok rt run --bundle bundle "$tag"
	is forbidden
}

# agent: a socket ./agent. What comes to it with each filter is in ./told.1, ./told.2..., and the first call that one
# notifies gets the answer ENOSPC.
agent() {
	local recvmsg
	command -v perl >/dev/null || skip "there is no perl"
	case $(uname -m) in
	x86_64) recvmsg=47 ;;
	aarch64 | riscv64) recvmsg=212 ;;
	*) skip "the number of recvmsg(2) is not known here" ;;
	esac
	perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un("agent")) && listen(S, 8) or die;
		for (my $n = 1; accept(C, S); ++$n) {
			next if fork;
			my ($text, $control) = ("\0" x 65536, "\0" x 64);
			my $part = pack("PQ", $text, length $text);
			my $message = pack("QQPQPQQ", 0, 0, $part, 1, $control, length $control, 0);
			my $size = syscall($ARGV[0], fileno(C), $message, 0);
			open(T, ">", "told.new") && print(T substr($text, 0, $size)) && close(T) or die;
			rename("told.new", "told.$n");
			open(F, "+<&=", unpack("l", substr($control, 16))) or die;
			my $call = "\0" x 80;
			ioctl(F, 0xC0502100, $call) or die; # SECCOMP_IOCTL_NOTIF_RECV
			my $answer = pack("QqlL", unpack("Q", $call), 0, -28, 0);
			ioctl(F, 0xC0182101, $answer); # SECCOMP_IOCTL_NOTIF_SEND
			exit;
		}' "$recvmsg" &
	soon "the agent" test -S agent
}

# told N KEY VALUE: the N-th state that came to the agent says so.
told() {
	grep -q "\"$2\": *$3[,}]" "told.$1" || differs "\"$2\": $3" "$(cat "told.$1")"
}
