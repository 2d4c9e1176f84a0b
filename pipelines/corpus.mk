# SPDX-License-Identifier: GPL-3.0-or-later
# The offline half of a corpus build: a pure function of the crawl, state/,
# audio/ and the pinned models. Run by pipelines/corpus.sh, which holds the
# lock. Make decides per shard; within a shard a stage reuses its own rows.
#
# CORPUS, CRAWL, SHARDS, BIN, DATA, VERSION, AS_OF, MEMORY, JOBS, INGEST_OPTIONS

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

index: $C/index/.built

# --- crawl -> shards ---

# corpus.sh rewrites these three where they change
$C/shards/.ingested: $C/state/crawl $C/state/settings $C/state/version
	@mkdir -p $C/shards $C/report
	$(BIN)/ingest $(COMMON) $(INGEST_OPTIONS) --sorted \
	    --rejects $C/report/rejects.ndjson \
	    --merged $C/report/merged.ndjson -- "$$CRAWL" | \
	    $(BIN)/shard $(COMMON) -q --count $(SHARDS) $C/shards
	@touch $@

shards: $(call each,crawl.ndjson)

# shard leaves a file whose content is unchanged alone, time and all
$(call each,crawl.ndjson): $C/shards/.ingested
	@:

# --- what the network said; refresh.sh rewrites a digest when it changed ---

$C/state/%.digest:
	@: > $@

$C/shards/%/tracks.ndjson: $C/shards/%/crawl.ndjson $C/state/%.digest \
    $C/state/version
	$(BIN)/linkcheck -q --offline --state $C/state/links.db $< | \
	    $(BIN)/fetch-audio -q --offline --state $C/state/links.db \
	    --store $C/audio > $@.tmp
	@sync $@.tmp && mv -f $@.tmp $@

# --- stages; models are fitted once and stay until `make refit` ---

$C/shards/%/audio.feat: $C/shards/%/tracks.ndjson
	$(BIN)/extract-features $(COMMON) --audio-root $C/audio --reuse $@ \
	    --records $(@D)/heard.ndjson -o $@ $<

$C/models/enrich.pack: | $(call each,tracks.ndjson)
	$(BIN)/enrich $(COMMON) --fit $@ --as-of $(AS_OF) $|

$C/shards/%/enriched.ndjson: $C/shards/%/tracks.ndjson $C/models/enrich.pack
	$(BIN)/enrich $(COMMON) --model $C/models/enrich.pack \
	    --memo $(@D)/enriched.memo --previous $@ -o $@ $<

$C/models/meta.pack: | $(call each,enriched.ndjson)
	$(BIN)/impute meta $(COMMON) --fit $@ $|

$C/shards/%/tagged.ndjson: $C/shards/%/enriched.ndjson $C/models/meta.pack
	$(BIN)/impute meta $(COMMON) --model $C/models/meta.pack \
	    --memo $(@D)/tagged.memo --previous $@ -o $@ $<

$C/models/text.pack: | $(call each,tagged.ndjson)
	$(BIN)/embed text $(COMMON) --fit $@ $|

$C/shards/%/text.feat: $C/shards/%/tagged.ndjson $C/models/text.pack
	$(BIN)/embed text $(COMMON) --model $C/models/text.pack --reuse $@ \
	    -o $@ $<

$C/models/sound.pack: | $(call each,tagged.ndjson) $(call each,audio.feat) \
    $(call each,text.feat)
	$(BIN)/impute audio $(COMMON) --fit $@ \
	    $(call option,--features,audio.feat) \
	    $(call option,--text,text.feat) $(call each,tagged.ndjson)

$C/shards/%/sound.feat: $C/shards/%/tagged.ndjson $C/shards/%/audio.feat \
    $C/shards/%/text.feat $C/models/sound.pack
	$(BIN)/impute audio $(COMMON) --model $C/models/sound.pack \
	    --features $(@D)/audio.feat --text $(@D)/text.feat --reuse $@ \
	    -o $@ $<

# The design's weights leave valence at chance, the refitted ones do not; the
# corpus' own tracks say where its middle is.
$C/models/mood.tsv: | $(call each,sound.feat)
	$(BIN)/train spread -q --formula $(DATA)/mood-calibrated.tsv -o $@ \
	    $(call option,--features,sound.feat)

$C/shards/%/mood.feat: $C/shards/%/tagged.ndjson $C/shards/%/sound.feat \
    $C/models/mood.tsv
	$(BIN)/mood-map $(COMMON) --features $(@D)/sound.feat \
	    --formula $C/models/mood.tsv --words --reuse $@ -o $@ $<

$C/models/pca.pack: | $(call each,sound.feat)
	$(BIN)/embed audio $(COMMON) --fit $@ \
	    $(call option,--features,sound.feat)

$C/shards/%/audio64.feat: $C/shards/%/tagged.ndjson $C/shards/%/sound.feat \
    $C/models/pca.pack
	$(BIN)/embed audio $(COMMON) --model $C/models/pca.pack \
	    --features $(@D)/sound.feat --reuse $@ -o $@ $<

# --- shards -> one generation ---

INPUTS := $(foreach f,tagged.ndjson text.feat sound.feat mood.feat \
    audio64.feat,$(call each,$f))

$C/index/.built: $(INPUTS) $C/models/text.pack
	$(BIN)/build-index $(COMMON) --index $C/index \
	    --text-model $C/models/text.pack \
	    $(call option,--text,text.feat) \
	    $(call option,--sound,sound.feat) \
	    $(call option,--mood,mood.feat) \
	    $(call option,--audio,audio64.feat) $(call each,tagged.ndjson)
	@touch $@

.PHONY: index shards
.PRECIOUS: $C/state/%.digest
