# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# What tests of a corpus that is kept share (tests/nights.sh, tests/nightload.sh):
# source it behind tap.sh. A server for the names of hosts, and questions that are
# asked of the corpus $c while something happens to it.
h=$BUILD/tests/helpers
unset MOODPIPE_CORPUS CRAWL CORPUS
export HOME=$TMP XDG_DATA_HOME=$TMP/data ALLOW_PRIVATE=1
server='' disk=''
tidy() {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$disk" ] || umount -l "$disk"
}
trap tidy EXIT
ms() { echo $(($(date +%s%N) / 1000000)); }
note() { echo "# $*"; }

serve() { # ROOT RULES: what goes by the names of hosts, in $net
	local host
	[ -z "$server" ] || { kill "$server"; wait "$server" 2>/dev/null; }
	server='' port=1
	if [ -n "$2" ]; then
		rm -f "$TMP/port"
		"$h/faultd" --root "$1" --rules "$2" --port 0 \
		    --port-file "$TMP/port" &
		server=$!
		while [ ! -s "$TMP/port" ]; do
			sleep 0.02
		done
		port=$(cat "$TMP/port")
	fi
	net=
	for host in {demo,busy,attic}.moodpipe.test soundcloud.com example.org; do
		net="$net --connect-to $host:80:127.0.0.1:$port"
	done
}

cat >"$TMP/questions" <<END
i miss my ex
pump me up
calm piano for the evening
rainy sunday
winter
END

# RATE FILE COMMAND...: runs it under questions; what it says in $TMP/mail and
# $TMP/mail.err, how it was asked in $asked. Returns the command's status.
under_questions() {
	local rate=$1 said=$2
	shift 2
	if [ ! -e "$c/index/current" ]; then
		asked="0 0"
		"$@" >"$TMP/mail" 2>"$TMP/mail.err"
		return
	fi
	# shellcheck disable=SC2016
	asked=$("$h/queryload" -r "$rate" -o "$said" "$TMP/questions" \
	    "$c/index" bash -c '"$@" >"$0" 2>"$0.err"' "$TMP/mail" "$@")
}
