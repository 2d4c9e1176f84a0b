#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the tree to lib/LAYERS and to the house rules. Each check prints what
# offends and nothing else; each is first shown to find a planted offence.
. tests/tap.sh

# Headers of C11, POSIX and Linux; others are third-party.
system='alloca arpa/inet assert cpuid ctype dirent dlfcn emmintrin errno fcntl
fenv float fnmatch ftw getopt glob grp iconv immintrin inttypes langinfo libgen
limits linux/.* locale malloc math netdb netinet/.* nmmintrin poll pthread pwd
regex sched search semaphore setjmp signal smmintrin spawn stdalign stdarg
stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings sys/.*
syslog tgmath threads time tmmintrin ucontext uchar unistd wchar wctype
x86intrin xmmintrin cmocka'
system="^($(tr -s ' \n' '||' <<<"$system" | sed 's/|$//'))\.h$"

sources() { find "$1/lib" "$1/tools" -name '*.[ch]' | sort; }

# lib/LAYER/x.c -> LAYER, tools/x.c -> tools
layer_of() { sed -E "s|^$1/lib/([^/]+)/.*|\1|; s|^$1/tools/.*|tools|" <<<"$2"; }

includes() { # FILE: what it includes, with its brackets or quotes
	sed -nE 's/^[ \t]*#[ \t]*include[ \t]*([<"][^>"]+[>"]).*/\1/p' "$1"
}

check_includes() { # ROOT
	local root=$1 f inc layer to allowed
	declare -A may owner
	while IFS=$'\t' read -r layer below third; do
		[[ $layer = \#* || -z $layer ]] && continue
		may[$layer]=" $layer ${below//-/} "
		for inc in $third; do owner[$inc]=$layer; done
	done < <(sed -E 's/\t+/\t/g' "$root/lib/LAYERS")
	may[tools]=" ${!may[*]} "
	while read -r f; do
		layer=$(layer_of "$root" "$f")
		allowed=${may[$layer]-}
		[ -n "$allowed" ] || { echo "$f: layer $layer is not in LAYERS"
			continue; }
		while read -r inc; do
			case $inc in
			\"*/*)
				to=${inc#\"}
				[ -f "$root/lib/${to%\"}" ] ||
					echo "$f: $inc does not exist"
				[[ $allowed = *" ${to%%/*} "* ]] ||
					echo "$f: $layer may not include $inc"
				;;
			\"*)
				echo "$f: $inc: write the layer's name, too"
				;;
			*)
				inc=${inc#<} inc=${inc%>}
				grep -Eq "$system" <<<"$inc" && continue
				to=$(third_of "$inc")
				[ "${owner[$to]-none}" = "$layer" ] ||
					echo "$f: <$inc> belongs to layer" \
						"${owner[$to]-none}"
				;;
			esac
		done < <(includes "$f")
	done < <(sources "$root")
}

third_of() { # a third-party header -> its word in LAYERS
	case $1 in
	openssl/*) echo openssl ;;
	curl/*) echo curl ;;
	libxml/*) echo libxml2 ;;
	libxml/*) echo libxml2 ;;
	zlib.h) echo zlib ;;
	*) sed 's|^.*/||; s/\.h$//' <<<"$1" ;;
	esac
}

# Comments and strings gone.
code() {
	gcc -fpreprocessed -dD -E -P "$1" 2>/dev/null |
		sed -E 's/"([^"\\]|\\.)*"/""/g'
}

check_calls() { # ROOT
	local f bad='atoi|atol|atof|strcpy|strcat|sprintf|vsprintf|gets|system'
	bad+='|popen|strtok|tmpnam|mktemp|setlocale|rand|srand|alloca|vfork'
	while read -r f; do
		code "$f" | grep -noE "(^|[^[:alnum:]_.>])($bad)[ ]*\(" |
			sed "s|^|$f: |"
	done < <(sources "$1")
}

# Only the frame speaks; only the end of memory, or a library that lacks what it
# is made for, ends the process.
check_silence() { # ROOT
	local f talk='exit|_exit|abort|perror|printf|puts|putchar|vprintf'
	while read -r f; do
		case ${f#"$1"/lib/} in
		base/mem.c | base/hash.c | text/stem.c) continue ;;
		io/options.c | io/progress.c | io/stream.c | io/streamwork.c | io/atomic.c)
			continue ;;
		esac
		code "$f" | grep -noE \
			"(^|[^[:alnum:]_.>])($talk)[ ]*\(|\<std(out|err)\>" |
			sed "s|^|$f: |"
	done < <(find "$1/lib" -name '*.c' | sort)
}

# No mutable state at file scope: `static` things there are const or functions,
# or locks around a library that has such state.
check_state() { # ROOT
	local f
	while read -r f; do
		code "$f" | grep -E '^static ' | grep -vE '\(|\<const\>' |
			grep -vE '^static pthread_(mutex|once)_t ' |
			grep -E '[;=]' | sed "s|^|$f: |"
	done < <(sources "$1")
}

check_names() { find "$1/lib" "$1/tools" -name '*.c' -printf '%f\n' | sort |
	uniq -d; }

check_licence() {
	local f
	while read -r f; do
		head -1 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or' ||
			echo "$f"
	done < <(sources "$1")
}

check_company() { # every tool has its page and its tests
	local t
	for t in "$1"/tools/*.c; do
		t=$(basename "$t" .c)
		[ -f "$1/man/$t.1" ] || echo "man/$t.1 is missing"
		compgen -G "$1/tests/cli/$t/*.sh" >/dev/null ||
			echo "tests/cli/$t/ is empty"
	done
}

needed() { readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'; }

check_links() { # BIN
	local t lib
	for t in "$1"/*; do
		for lib in $(needed "$t"); do
			case $(basename "$t"):$lib in
			linkcheck:libcurl* | heal:libcurl* | fetch-audio:libcurl*)
				;;
			*:libcurl*)
				echo "$t links $lib: it is to work offline" ;;
			worker:libsndfile* | worker:libmpg123* | worker:libtag*)
				;;
			worker:libarchive* | worker-print:libchromaprint*) ;;
			worker-print:libsndfile* | worker-print:libmpg123*) ;;
			synth:libsndfile* | synth:libmpg123*) ;; # it encodes
			*:libsndfile* | *:libmpg123* | *:libtag* | \
				*:libarchive* | *:libchromaprint*)
				echo "$t links $lib: hostile files are read" \
					"in the sandbox only" ;;
			query:lib* | rerank:lib*)
				[[ $lib =~ ^lib(crypto|ssl|openblas|lapack|blas|sndfile|mpg123|fftw|sqlite|archive) ]] &&
					echo "$t links $lib: it is to start fast"
				;;
			esac
		done
	done
}

# --- each check finds what was planted ---

bad=$TMP/tree
mkdir -p "$bad"/lib/{base,io,audio,net,corpus,odd} "$bad"/tools "$bad"/man
cp lib/LAYERS "$bad/lib/"
echo '#include "io/json.h"' >"$bad/lib/base/up.c"
echo '#include "net/net.h"' >"$bad/lib/audio/side.c"
echo '#include "json.h"' >"$bad/lib/io/bare.c"
echo '#include "base/none.h"' >"$bad/lib/io/none.c"
echo '# include <curl/curl.h>' >"$bad/lib/corpus/third.c"
echo '#include <nobody/knows.h>' >"$bad/lib/net/unknown.c"
echo '#include <zlib.h>' >"$bad/tools/third.c"
echo '#include <stdio.h>' >"$bad/lib/odd/layer.c"
: >"$bad/lib/io/json.h"
: >"$bad/lib/net/net.h"
found=$(check_includes "$bad")
for f in base/up audio/side io/bare io/none corpus/third net/unknown odd/layer; do
	like "$found" "lib/$f.c: " "finds: $f"
done
like "$found" "tools/third.c: <zlib.h>" "finds: a tool's third-party header"
is "$(wc -l <<<"$found")" 8 "finds nothing else"
cat >"$bad/lib/net/calls.c" <<'END'
/* atoi(x) in a comment */
static int counter;
static const char *const names[] = { "system(x)" };
static int f(void) { return atoi("1"); }
static int g(void) { my_gets(1); a.system (2); return snprintf(0, 0, ""); }
void h(void) { fprintf(stderr, "x"); exit(1); }
END
is "$(check_calls "$bad" | grep -c .)" 1 "finds: a forbidden call"
is "$(check_silence "$bad" | grep -c .)" 2 "finds: printing and exiting"
is "$(check_state "$bad")" "$bad/lib/net/calls.c: static int counter;" \
	"finds: mutable state"
is "$(check_names "$bad")" third.c "finds: two of one name"
like "$(check_licence "$bad")" calls.c "finds: no licence line"
like "$(check_company "$bad")" "man/third.1" "finds: no manual page"
like "$(check_company "$bad")" "tests/cli/third" "finds: no tests"
mkdir "$TMP/bin"
echo 'int curl_global_init(long); int main(void) { return curl_global_init(0); }' \
	>"$TMP/x.c"
if gcc -o "$TMP/bin/enrich" "$TMP/x.c" -lcurl 2>/dev/null; then
	like "$(check_links "$TMP/bin")" "enrich links libcurl" "finds: libcurl"
	mv "$TMP/bin/enrich" "$TMP/bin/linkcheck"
	is "$(check_links "$TMP/bin")" "" "linkcheck may"
else
	skip "finds: libcurl" "libcurl is not installed"
fi
rm -f "$TMP/bin/"*
echo 'int sf_close(void *); int main(void) { return sf_close(0); }' >"$TMP/x.c"
if gcc -o "$TMP/bin/ingest" "$TMP/x.c" -lsndfile 2>/dev/null; then
	like "$(check_links "$TMP/bin")" "ingest links libsndfile" \
		"finds: a decoder"
	mv "$TMP/bin/ingest" "$TMP/bin/worker"
	is "$(check_links "$TMP/bin")" "" "worker may"
else
	skip "finds: a decoder" "libsndfile is not installed"
fi

# --- and finds nothing here ---

clean() { # CHECK ROOT NAME
	local found
	found=$("$1" "$2")
	is "$found" "" "$3"
}
clean check_includes "$ROOT" "layers and third-party headers"
clean check_calls "$ROOT" "no forbidden calls"
clean check_silence "$ROOT" "the library does not print or exit"
clean check_state "$ROOT" "no mutable state at file scope"
clean check_names "$ROOT" "file names are unique"
clean check_licence "$ROOT" "licence lines"
clean check_company "$ROOT" "every tool has a manual page and tests"
is "$([ -x "$BIN/query" ] && [ -x "$BIN/linkcheck" ] && echo built)" built \
	"the tools are built"
clean check_links "$BIN" \
	"only network tools link libcurl, workers decoders; query is light"
done_testing
