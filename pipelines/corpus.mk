# SPDX-License-Identifier: GPL-3.0-or-later
# The offline half of a corpus build: a pure function of the crawl, state/,
# audio/ and the pinned models. Run by pipelines/corpus.sh, which holds the
# lock. Make decides per shard; within a shard a stage reuses its own rows.
#
# CORPUS, CRAWL, SHARDS, BIN, DATA, HERE, VERSION, AS_OF, MEMORY, JOBS,
# INGEST_OPTIONS, CNN, ENCODER, ENCODER_NAME, PRECISION, TEXT

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

C := $(CORPUS)
NUMBERS := $(shell seq -f %03g 0 $$(($(SHARDS) - 1)))
S := $(NUMBERS:%=$C/shards/%)
each = $(S:%=%/$1)
option = $(foreach f,$(call each,$2),$1 $f)

COMMON := -j $(JOBS) --memory $(MEMORY)

# For stagestatus.sh
export STAGE_TARGET = $@

# Each target's slowest records, in a file of its own, for the report.
export MOODPIPE_SLOWEST = $C/report/slowest/$(subst /,-,$(@:$C/%=%)).ndjson

# A transformer's text vectors beside those of words, ENCODER=folder: while TEXT
# is "words", an index of them lies beside the one that answers, index-NAME, to
# compare both before the switch (evaluate --compare); TEXT=NAME switches.
ifneq ($(value ENCODER),)
ENCODED := text-$(ENCODER_NAME).feat
TRIED := $(if $(filter words,$(TEXT)),$C/index-$(ENCODER_NAME)/.built)
endif

index: $C/index/.built $(TRIED)

# --- crawl -> shards ---

# corpus.sh rewrites the files of state/ where they change. Half of what there
# was is missing from the same place, or there is nothing at all: that is a disk,
# not a change, unless ALLOW_FEWER says so. (Of a crawl that cannot be read, what
# shard says of its rows is beside the point; it is kept off a disk that may be
# full.)
$C/shards/.ingested: $C/state/crawl $C/state/settings $C/state/version
	@mkdir -p $C/shards $C/report
	least=0; ended=(0 0); told=$$(mktemp); \
	if [ -z "$(ALLOW_FEWER)" ]; then \
	    had=$$({ cat $C/shards/*/crawl.ndjson 2>/dev/null || :; } | wc -l); \
	    least=$$((had > 0)); \
	    [ "$$(cat $@ 2>&1)" != "$$(realpath -- "$$CRAWL")" ] || \
		[ "$$had" -lt 2 ] || least=$$((had / 2)); \
	fi; \
	. $(HERE)/settings.sh; settings_words INGEST_OPTIONS words; \
	$(BIN)/ingest $(COMMON) "$${words[@]}" --sorted \
	    --rejects $C/report/rejects.ndjson \
	    --merged $C/report/merged.ndjson -- "$$CRAWL" | \
	    $(BIN)/shard $(COMMON) -q --count $(SHARDS) \
	    --at-least $$least $C/shards 2>"$$told" || \
	    ended=("$${PIPESTATUS[@]}"); \
	case $${ended[0]} in 2 | 4) ended[1]=0 ;; *) cat "$$told" >&2 ;; esac; \
	rm "$$told"; exit $$((ended[1] ? ended[1] : ended[0]))
	@realpath -- "$$CRAWL" >$@

# What the online half needs, too.
shards: $(call each,crawl.ndjson) $C/models/music.pack $C/models/near.pack

# shard leaves a file whose content is unchanged alone, time and all
$(call each,crawl.ndjson): $C/shards/.ingested
	@:

# Models are fitted once and stay until `make refit`; those of sound also until
# a release measures other columns, and those that map from vectors until these
# are others. corpus.sh takes away what another release wrote in its own format.
$C/models/music.pack: | $(call each,crawl.ndjson)
	$(BIN)/music-filter $(COMMON) --fit $@ $|

$C/models/near.pack: | $(call each,crawl.ndjson)
	$(BIN)/heal $(COMMON) --fit-near $@ $|

# --- what the network said; refresh.sh rewrites a digest when it changed ---

$C/state/%.digest:
	@: > $@

$C/shards/%/told.ndjson: $C/shards/%/crawl.ndjson $C/state/%.digest \
    $C/models/music.pack $C/models/near.pack $C/state/version
	$(HERE)/told.sh $* > $@.tmp
	@sync $@.tmp && mv -f $@.tmp $@

# --- one track per recording ---

$C/shards/%/printed.ndjson: $C/shards/%/told.ndjson
	$(BIN)/fingerprint $(COMMON) --audio-root $C/audio \
	    --memo $(@D)/printed.memo --previous $@ -o $@ $<

# A function of all tracks, so not pinned; the shards it says nothing new about
# keep their files, time and all, but for a new release or new data: the stages
# behind have to look at those.
$C/shards/.compared: $(call each,printed.ndjson)
	$(BIN)/dedupe $(COMMON) --fit $C/shards/same.new \
	    --listed $C/report/same.ndjson $^
	@cmp -s $C/shards/same.new $C/shards/same.pack || \
	    cp $C/shards/same.new $C/shards/same.pack
	@rm -f $C/shards/same.new
	@touch $@

$C/shards/same.pack: $C/shards/.compared
	@:

$C/shards/%/.marked: $C/shards/%/printed.ndjson $C/shards/same.pack
	$(BIN)/dedupe $(COMMON) -q --model $C/shards/same.pack \
	    -o $(@D)/tracks.new $<
	@{ cmp -s $(@D)/tracks.new $(@D)/tracks.ndjson && \
	    [ ! $C/state/version -nt $(@D)/tracks.ndjson ]; } || \
	    cp $(@D)/tracks.new $(@D)/tracks.ndjson
	@rm -f $(@D)/tracks.new
	@touch $@

$(call each,tracks.ndjson): %/tracks.ndjson: %/.marked
	@:

# --- stages ---

$C/shards/%/audio.feat: $C/shards/%/tracks.ndjson
	$(BIN)/extract-features $(COMMON) --audio-root $C/audio --reuse $@ \
	    --records $(@D)/heard.ndjson -o $@ $<

$C/shards/%/filtered.ndjson: $C/shards/%/tracks.ndjson $C/shards/%/audio.feat \
    $C/models/music.pack
	$(BIN)/music-filter $(COMMON) --model $C/models/music.pack \
	    --features $(@D)/audio.feat -o $@ $<

$C/models/enrich.pack: | $(call each,filtered.ndjson)
	$(BIN)/enrich $(COMMON) --fit $@ --as-of $(AS_OF) $|

$C/shards/%/enriched.ndjson: $C/shards/%/filtered.ndjson $C/models/enrich.pack
	$(BIN)/enrich $(COMMON) --model $C/models/enrich.pack \
	    --memo $(@D)/enriched.memo --previous $@ -o $@ $<

$C/models/meta.pack: $C/state/columns | $(call each,enriched.ndjson) \
    $(call each,audio.feat)
	$(BIN)/impute meta $(COMMON) --fit $@ \
	    $(call option,--features,audio.feat) $(call each,enriched.ndjson)

$C/shards/%/tagged.ndjson: $C/shards/%/enriched.ndjson $C/shards/%/audio.feat \
    $C/models/meta.pack
	$(BIN)/impute meta $(COMMON) --model $C/models/meta.pack \
	    --features $(@D)/audio.feat \
	    --memo $(@D)/tagged.memo --previous $@ -o $@ $<

# Kept, though no rule but the next one names it: it holds the rows to reuse.
.SECONDARY: $(call each,tagged.ndjson)

$C/shards/%/felt.ndjson: $C/shards/%/tagged.ndjson $(DATA)/models/emotion.pack
	$(BIN)/emotion $(COMMON) --fields title,description,tags,lyrics \
	    --themes --memo $(@D)/felt.memo --previous $@ -o $@ $<

$C/models/text.pack: | $(call each,felt.ndjson)
	$(BIN)/embed text $(COMMON) --fit $@ $|

$C/shards/%/text.feat: $C/shards/%/felt.ndjson $C/models/text.pack
	$(BIN)/embed text $(COMMON) --model $C/models/text.pack --reuse $@ \
	    -o $@ $<

$C/models/sound.pack: $C/state/columns $C/models/text.pack | \
    $(call each,felt.ndjson) $(call each,audio.feat) $(call each,text.feat)
	$(BIN)/impute audio $(COMMON) --fit $@ \
	    $(call option,--features,audio.feat) \
	    $(call option,--text,text.feat) $(call each,felt.ndjson)

$C/shards/%/sound.feat: $C/shards/%/felt.ndjson $C/shards/%/audio.feat \
    $C/shards/%/text.feat $C/models/sound.pack
	$(BIN)/impute audio $(COMMON) --model $C/models/sound.pack \
	    --features $(@D)/audio.feat --text $(@D)/text.feat --reuse $@ \
	    -o $@ $<

# The corpus' own tracks say where its middle is, for one model.
MOODSENSE := $(wildcard $(DATA)/models/mood.pack)
$C/models/centre.tsv: $C/state/columns $(MOODSENSE) | $(call each,sound.feat)
	$(BIN)/mood-map -q --fit $@ $(call option,--features,sound.feat)

$C/shards/%/mood.feat: $C/shards/%/felt.ndjson $C/shards/%/sound.feat \
    $C/models/centre.tsv $(MOODSENSE) \
    $(DATA)/mood-sources.tsv $(DATA)/mood-genres.tsv
	$(BIN)/mood-map $(COMMON) --features $(@D)/sound.feat \
	    --centre $C/models/centre.tsv --reuse $@ -o $@ $<

$C/models/pca.pack: $C/state/columns | $(call each,sound.feat)
	$(BIN)/embed audio $(COMMON) --fit $@ \
	    $(call option,--features,sound.feat)
	@touch $@

$C/shards/%/audio64.feat: $C/shards/%/felt.ndjson $C/shards/%/sound.feat \
    $C/models/pca.pack
	$(BIN)/embed audio $(COMMON) --model $C/models/pca.pack \
	    --features $(@D)/sound.feat --reuse $@ -o $@ $<

# What the words of tracks tell of their sound, so that requests ask by sound.
$C/models/bridge.pack: $C/models/text.pack $C/models/pca.pack | \
    $(call each,audio64.feat) $(call each,text.feat) $(call each,mood.feat) \
    $(call each,felt.ndjson)
	$(BIN)/embed bridge $(COMMON) -q --fit $@ \
	    $(call option,--text,text.feat) \
	    $(call option,--features,audio64.feat) \
	    $(call option,--mood,mood.feat) $(call each,felt.ndjson)
	@touch $@

ifdef ENCODED
$C/shards/%/$(ENCODED): $C/shards/%/felt.ndjson $C/state/encoder
	$(BIN)/embed text $(COMMON) --model "$$ENCODER" \
	    --precision $(PRECISION) --reuse $@ -o $@ $<

$C/models/bridge-$(ENCODER_NAME).pack: $C/state/encoder $C/models/pca.pack | \
    $(call each,audio64.feat) $(call each,$(ENCODED)) \
    $(call each,mood.feat) $(call each,felt.ndjson)
	$(BIN)/embed bridge $(COMMON) -q --fit $@ \
	    $(call option,--text,$(ENCODED)) \
	    $(call option,--features,audio64.feat) \
	    $(call option,--mood,mood.feat) $(call each,felt.ndjson)
	@touch $@
endif

# A network's vectors beside them. corpus.sh rewrites state/cnn where the
# network changed; what was heard for audio.feat is still there.
$C/shards/%/cnn.feat: $C/shards/%/tracks.ndjson $C/state/cnn | \
    $C/shards/%/audio.feat
	$(BIN)/embed audio $(COMMON) --model "$$CNN" --audio-root $C/audio \
	    --reuse $@ -o $@ $<

VECTORS := audio64.feat $(if $(value CNN),cnn.feat)

# --- shards -> one generation ---

INPUTS := $(foreach f,felt.ndjson sound.feat mood.feat $(VECTORS),$(call each,$f))
WORDS := $(call each,text.feat) $C/models/bridge.pack
READ := $(if $(ENCODED),$(call each,$(ENCODED)) \
    $C/models/bridge-$(ENCODER_NAME).pack $C/state/encoder)

# With which requests hear a file that is not in the corpus. (An index of an
# earlier release, whose rule was another one, is built again for it.)
HEARS := $C/models/pca.pack $C/models/centre.tsv

# Index directory, text vectors, bridge, and of an encoder its folder.
build = $(BIN)/build-index $(COMMON) --index $1 \
	    --text-model $C/models/text.pack $(if $4,--text-model "$$ENCODER") \
	    --bridge $3 $(call option,--text,$2) \
	    --sound-model $C/models/pca.pack --centre $C/models/centre.tsv \
	    $(call option,--sound,sound.feat) \
	    $(call option,--mood,mood.feat) \
	    $(foreach v,$(VECTORS),$(call option,--audio,$v)) \
	    $(call each,felt.ndjson)
build_words = $(call build,$1,text.feat,$C/models/bridge.pack)
build_read = $(call build,$1,$(ENCODED),$C/models/bridge-$(ENCODER_NAME).pack,y)

$C/index/.built: $(INPUTS) $(if $(filter words,$(TEXT)),$(WORDS),$(READ)) \
    $C/models/text.pack $(HEARS) $C/state/cnn $C/state/text $(HERE)/corpus.mk
	$(if $(filter words,$(TEXT)),$(call build_words,$C/index),$(call build_read,$C/index))
	@touch $@

ifdef TRIED
$(TRIED): $(INPUTS) $(READ) $C/models/text.pack $(HEARS) $C/state/cnn \
    $(HERE)/corpus.mk
	@mkdir -p $(@D)
	$(call build_read,$(@D))
	@touch $@
endif

# Are the indexes of these shards and models? Asked by verify.sh; builds nothing.
agrees:
	$(if $(filter words,$(TEXT)),$(call build_words,$C/index),$(call build_read,$C/index)) \
	    -q --verify
	$(if $(wildcard $(TRIED)),$(call build_read,$C/index-$(ENCODER_NAME)) -q --verify)

.PHONY: agrees index shards
.PRECIOUS: $C/state/%.digest
