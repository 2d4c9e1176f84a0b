# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe: make help

ifeq ($(origin CC),default)
CC := gcc
endif
VERSION := 0.1.0
BUILD ?= build
BIN ?= bin
PREFIX ?= /usr/local
DATADIR ?= $(abspath data)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla
OPT ?= -O2
CPPFLAGS += -Ilib -D_GNU_SOURCE -DMOODPIPE_VERSION='"$(VERSION)"' \
	-DMOODPIPE_DATA='"$(DATADIR)"' -I/usr/include/libxml2
CFLAGS += -std=c11 -g $(OPT) -fno-math-errno -ffp-contract=off $(WARN) \
	$(WERROR) $(SANITIZE)
LDFLAGS += $(SANITIZE)

TOOLS := $(patsubst tools/%.c,%,$(wildcard tools/*.c))
LIBSRC := $(wildcard lib/*/*.c)
LIBOBJ := $(LIBSRC:%.c=$(BUILD)/%.o)
ARCHIVE := $(BUILD)/libmoodpipe.a
HELPERS := $(patsubst tests/helpers/%.c,%,$(wildcard tests/helpers/*.c))
UNITS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*.c))
HEADERS := $(wildcard lib/*/*.h)

# What a tool links beyond the archive. Only linkcheck and fetch-audio may name
# libcurl (tests/layers.t holds this); query and rerank name nothing heavy.
LIGHT := -ljansson -lz -lm -lpthread
CRYPTO := -lcrypto
TEXT := -lutf8proc -lstemmer
TOKENS := -lonig
AUDIO := -lsndfile -lmpg123 -lsoxr -lfftw3f
TAGS := -ltag_c
PRINT := -lchromaprint
SANDBOX := -lseccomp
# What libraries are to reach in place of the C library (noopen.h, tags.h).
DENY := -Wl,--export-dynamic-symbol=open -Wl,--export-dynamic-symbol=open64 \
	-Wl,--export-dynamic-symbol=fopen
ARCHIVES := -larchive
MARKUP := -lxml2
XML := -lxml2
DENSE := -llapacke -lopenblas
NET := -lcurl -lsqlite3
libs_linkcheck := $(NET) $(TEXT) $(XML)
libs_heal := $(NET) $(TEXT)
libs_replica := $(TEXT)
libs_fetch-audio := $(NET) $(TEXT) $(XML)
libs_extract-features := $(TEXT)
libs_worker := $(AUDIO) $(TAGS) $(ARCHIVES) $(SANDBOX) $(TEXT) $(DENY)
libs_worker-print := $(AUDIO) $(PRINT) $(SANDBOX) $(TEXT) $(DENY)
libs_fingerprint := $(TEXT)
libs_unruly := $(SANDBOX) $(TEXT)
libs_synth := $(AUDIO)
libs_soundmake := -lsndfile
libs_ingest := $(TEXT) $(MARKUP)
libs_embed := $(TEXT) $(TOKENS) $(DENSE)
libs_impute := $(TEXT) $(DENSE)
libs_mood-map := $(TEXT)
libs_mood-plot := $(TEXT)
libs_report := $(TEXT)
libs_build-index := $(TEXT) $(TOKENS)
libs_query := $(TEXT) $(TOKENS)
libs_rerank := $(TEXT) $(TOKENS)
libs_emotion := $(TEXT) $(TOKENS)
libs_worker-encode := $(TEXT) $(TOKENS)
libs_worker-guest := $(TEXT) $(MARKUP)
libs_emotionmake := $(TEXT)
libs_captionrank := $(TEXT)
libs_matmulbench := $(DENSE)
libs_encoderrun := $(TEXT) $(TOKENS)
libs_encodertoy := $(TEXT) $(TOKENS)
libs_passrun := $(TEXT) $(TOKENS)
libs_wordsbench := $(TEXT)
libs_indexmake := $(TEXT) $(TOKENS)
libs_wordrank := $(TEXT)
libs_enrich := $(TEXT)
libs_dedupe := $(TEXT)
libs_music-filter := $(TEXT)
libs_evaluate := $(TEXT) $(TOKENS)
libs_tokenize := $(TEXT) $(TOKENS)
libs_train := $(TEXT) $(TOKENS) $(DENSE)

EVERYTHING = $(NET) $(XML) $(AUDIO) $(TAGS) $(PRINT) $(ARCHIVES) $(SANDBOX) $(MARKUP) $(TEXT) $(TOKENS) $(DENSE) $(CRYPTO) $(LIGHT)

all: $(TOOLS:%=$(BIN)/%) ## build every tool into bin/

helpers: $(HELPERS:%=$(BUILD)/tests/helpers/%)
units: $(UNITS:%=$(BUILD)/tests/unit/%)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/lib/text/markup.o: CPPFLAGS += $(shell pkg-config --cflags libxml-2.0)

$(ARCHIVE): $(LIBOBJ) $(BUILD)/sources
	@rm -f $@
	ar rcs $@ $(LIBOBJ)

# A source that went away, or came with an old date, changes the archive, too.
$(BUILD)/sources: always
	@mkdir -p $(@D)
	@echo $(LIBSRC) | cmp -s - $@ || echo $(LIBSRC) >$@

# --as-needed: a tool loads only the libraries whose code it reaches.
LINK = $(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $(filter %.o %.a,$^)

$(BIN)/%: $(BUILD)/tools/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(LINK) $(libs_$*) $(CRYPTO) $(LIGHT)

$(BUILD)/tests/helpers/%: $(BUILD)/tests/helpers/%.o $(ARCHIVE)
	$(LINK) $(libs_$*) $(CRYPTO) $(LIGHT)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(ARCHIVE)
	$(LINK) -lcmocka -lexttextcat-2.0 -lebur128 $(EVERYTHING)

# tests/peers/NAME.cc: programs around others' libraries, where those are there.
libs_faissread := -lfaiss -fopenmp -lopenblas
libs_faisspeer := $(libs_faissread)
libs_ivfpeer := $(libs_faissread)
$(BUILD)/tests/peers/%: tests/peers/%.cc tests/peers/peerbench.h
	@mkdir -p $(@D)
	$(CXX) -O3 -march=native -o $@ $< $(libs_$*)
check: $(if $(wildcard /usr/include/faiss/index_io.h),$(BUILD)/tests/peers/faissread)

# --- corpora ---

# make corpus CRAWL=file CORPUS=dir [SHARDS=n] ...; without arguments the demo
# corpus, in build/corpus. The script reads its settings, moodpipe.conf(5), from the
# environment, where make puts what its command line sets.
CORPUS_ENV = BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))'
BUILDER = $(if $(CRAWL)$(CORPUS),pipelines/corpus.sh,pipelines/demo.sh)

corpus: ## build a corpus: refresh, then index (CRAWL= CORPUS= SHARDS=)
refresh: ## ask the network for what is new or due; offline work waits
index: ## build offline, from what is known
refit: ## fit all models anew, then index
corpus refresh index refit: all helpers
	+@$(CORPUS_ENV) $(BUILDER) $@

# Of the demo where nothing else is said, as corpus. JSON=1: for programs.
PLANNED = $(if $(CRAWL)$(CORPUS),,CORPUS='$(BUILD)/corpus' \
	CRAWL=data/demo/crawl.csv SOURCES=data/demo/sources ALLOW_PRIVATE=1)
plan: all ## what a build would take, before it is done (WHAT=refresh JSON=1)
	@$(CORPUS_ENV) $(PLANNED) PLAN_JSON='$(JSON)' \
	    pipelines/plan.sh $(or $(WHAT),corpus)

demo: corpus ## build the demo corpus and ask it three questions
	@for q in "i miss my ex" "pump me up" "calm piano for the evening"; do \
	    echo "== $$q"; \
	    $(BIN)/query --index $(BUILD)/corpus/index "$$q" | \
		$(BIN)/rerank --index $(BUILD)/corpus/index -k 5 \
		--format table || exit; \
	done

# --- models that ship ---

models: all ## fit data/models anew from SOURCES=DIR, where the data sets are
	+@$(MAKE) -f pipelines/models.mk SOURCES='$(SOURCES)' \
	    BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))'

# --- checks ---

TESTS ?= $(sort $(wildcard tests/*.t tests/cli/*/*.sh \
	tests/corrupt/*.sh tests/corpus/*.sh)) \
	$(UNITS:%=$(BUILD)/tests/unit/%)
PROVE = BUILD='$(abspath $(BUILD))' BIN='$(abspath $(BIN))' \
	prove --exec tests/run

check: all helpers units fuzzers ## every test that needs no other build
	$(PROVE) -j2 $(TESTS)

check-asan: ## the tests under AddressSanitizer and UBSan
	$(MAKE) check BUILD=build/asan BIN=build/asan/bin OPT=-O1 \
	    SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover'

check-tsan: ## the threaded parts under ThreadSanitizer
	$(MAKE) check BUILD=build/tsan BIN=build/tsan/bin OPT=-O1 \
	    SANITIZE=-fsanitize=thread TESTS='$(sort $(wildcard \
	    tests/cli/frame/*.sh tests/cli/embed/*.sh tests/cli/query/*.sh)) \
	    build/tsan/tests/unit/parallel build/tsan/tests/unit/stream'

hdr-check: ## every header compiles alone
	@for h in $(HEADERS); do \
	    $(CC) $(CPPFLAGS) -std=c11 $(WARN) -Werror -fsyntax-only -x c $$h \
		|| exit; done

SOURCES := $(LIBSRC) $(HEADERS) $(wildcard tools/*.c tests/*/*.c)
lint: hdr-check ## formatting, shell scripts, manual pages, static analysis
	clang-format-14 --dry-run -Werror $(SOURCES)
	shellcheck -x -S warning pipelines/*.sh pipelines/*/*.bash tests/run tests/tap.sh \
	    tests/fuzz/run.sh .ci/run
	for m in man/*.[1-9]; do mandoc -Tlint -W warning $$m || exit; done
	cppcheck --quiet --error-exitcode=1 --inline-suppr -Ilib \
	    --enable=warning,portability --std=c11 \
	    --suppress=missingIncludeSystem lib tools

# tests/fuzz/NAME.c: a libFuzzer harness of one parser. `make check` replays the
# kept inputs, tests/fuzz/corpus; `make fuzz KEEP=1` adds to them.
FUZZERS := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard \
	tests/fuzz/*.c)))
FUZZ_SECONDS ?= 600
FUZZ_MAIN = $(BUILD)/tests/fuzz/replay.o
fuzzers: $(FUZZERS:%=$(BUILD)/tests/fuzz/%)
$(BUILD)/tests/fuzz/%: $(BUILD)/tests/fuzz/%.o $(FUZZ_MAIN) $(ARCHIVE)
	$(LINK) $(FUZZ_FLAGS) $(EVERYTHING)

fuzz: ## every parser under libFuzzer, FUZZ_SECONDS each (600); KEEP=1
	$(MAKE) fuzzers CC=clang BUILD=build/fuzz OPT=-O1 FUZZ_MAIN= \
	    FUZZ_FLAGS=-fsanitize=fuzzer SANITIZE='-fsanitize=address \
	    -fsanitize=undefined,fuzzer-no-link -fno-sanitize-recover'
	KEEP='$(KEEP)' tests/fuzz/run.sh build/fuzz/tests/fuzz \
	    $(FUZZ_SECONDS) $(FUZZERS)

heal-quality: all helpers ## heal on 500 titles and planted catalogues
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/heal.sh

emotion-quality: all helpers ## how well feeling is told, against baselines
	BUILD='$(abspath $(BUILD))' BIN='$(abspath $(BIN))' tests/emotion.sh

encoder-quality: all ## a small encoder of our own, and adapters, against baselines (SOURCES= OUT=)
	BIN='$(abspath $(BIN))' tests/encoder-quality.sh

mood-quality: all ## how well mood is told from sound, nested, by artist (AUDIO=)
	BIN='$(abspath $(BIN))' tests/mood.sh

vectors-quality: all helpers ## text vectors against TF-IDF, on MusicCaps (SOURCES=)
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/vectors.sh

words-quality: all helpers ## BM25F, vectors and their fusion, on real texts (SOURCES= PARTS=)
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/words.sh

answers-quality: all helpers ## do answers have the mood asked for, on labelled music (SOURCES=)
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/answers.sh

journey-quality: all ## do journeys go where they should, on labelled music (SOURCES=)
	BIN='$(abspath $(BIN))' tests/journeys.sh

impute-quality: all ## guesses at what is missing, against baselines (SOURCES= PARTS=)
	BIN='$(abspath $(BIN))' tests/impute.sh

request-quality: all helpers ## how well the mood of 1,645 requests is understood
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/requests.sh
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/asked.sh

mutations: all helpers ## 10,000 damaged sound files through extract-features
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' \
	    tests/mutations.sh 10000

index-damage: all helpers ## an index damaged in 17,000 ways, one in EVERY (1)
	INDEX_DAMAGE=$(or $(EVERY),1) $(PROVE) tests/corrupt/index.sh

bench: all helpers ## speeds, as ratios to peers in the same run
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/bench.sh

BENCH_PEERS := $(if $(wildcard /usr/include/faiss/index_io.h),faisspeer ivfpeer) \
	$(if $(wildcard /usr/include/hnswlib/hnswlib.h),hnswpeer)
bench-index: all helpers $(BENCH_PEERS:%=$(BUILD)/tests/peers/%) ## the index, beside FAISS and hnswlib (SIZES= PARTS= OUT=)
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/bench-index.sh

bench-encoder: all helpers ## the text encoder, beside onnxruntime (ORT= LARGE= KEEP= OUT=)
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' ORT='$(ORT)' \
	    tests/bench-encoder.sh

nights: all helpers ## a corpus kept for fourteen nights that go wrong; one asked through a build (PARTS= SONGS= ROWS= IDLE= KEEP=)
	$(PROVE) -v $(patsubst %,tests/%.sh,$(or $(PARTS),nights nightload))

real-clips: all ## extraction of the clips of ../shared/audio, timed
	BIN='$(abspath $(BIN))' tests/real-clips.sh

scale: all helpers ## time and memory of every stage at 2 million rows
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' tests/scale.sh
	BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' \
	    tests/ingest-scale.sh

# --- the rest ---

DEB_BUILD := gcc make pkg-config libc6-dev dpkg-dev
DEB_LIBS := libsndfile1-dev libmpg123-dev libsoxr-dev libfftw3-dev \
	libcurl4-openssl-dev libsqlite3-dev libjansson-dev zlib1g-dev \
	libssl-dev libopenblas-dev liblapacke-dev libutf8proc-dev \
	libstemmer-dev libonig-dev libxml2-dev libtagc0-dev libchromaprint-dev \
	libseccomp-dev libarchive-dev libexttextcat-data
DEB_TEST := perl libcmocka-dev libexttextcat-dev libebur128-dev sox lame \
	mpg123 vorbis-tools opus-tools flac python3-numpy clang clang-format-14 \
	shellcheck mandoc cppcheck jq procps zip zstd xz-utils bzip2 \
	nginx-light sqlite3 openssl python3-yaml python3-sentencepiece

deps: ## install the Debian packages that are missing
	@missing=$$(for p in $(DEB_BUILD) $(DEB_LIBS) $(DEB_TEST); do \
	    dpkg-query -W -f='$${Status}\n' $$p 2>/dev/null | \
		grep -q 'ok installed' || echo $$p; done); \
	test -n "$$missing" || exit 0; \
	sudo=; test "$$(id -u)" = 0 || sudo=sudo; \
	$$sudo apt-get update && $$sudo env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y --no-install-recommends $$missing

INSTALL_ENV = DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BIN='$(abspath $(BIN))' \
	BUILD='$(abspath $(BUILD))'
install: all $(BUILD)/tests/helpers/faultd ## into PREFIX (/usr/local), under DESTDIR
	$(INSTALL_ENV) pipelines/install.sh install

uninstall: ## what install put there
	$(INSTALL_ENV) pipelines/install.sh uninstall

deb: all $(BUILD)/tests/helpers/faultd ## a Debian package, build/moodpipe_*.deb
	VERSION='$(VERSION)' BIN='$(abspath $(BIN))' BUILD='$(abspath $(BUILD))' \
	    pipelines/deb.sh

clean: ## remove what was built, demo corpus included
	rm -rf $(BUILD) $(BIN)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | \
	    expand -t 16

.PHONY: always all helpers units corpus refresh index refit plan demo check check-asan \
	check-tsan hdr-check lint fuzz fuzzers heal-quality request-quality \
	emotion-quality encoder-quality mood-quality vectors-quality words-quality answers-quality journey-quality \
	impute-quality models \
	mutations index-damage bench bench-index bench-encoder real-clips nights scale install uninstall deb deps clean help
.PRECIOUS: $(BUILD)/%.o $(BUILD)/tests/helpers/% $(BUILD)/tests/unit/% \
	$(BUILD)/tests/fuzz/%
.DELETE_ON_ERROR:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
