# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the models that ship, from data that does not:
#   make models SOURCES=DIR
# DIR holds text/{goemotions,emobank,isarcasmeval,...}, music/ and lexicons/, as
# they are published; runs are logged in RUNS (build/mlruns), for the UI of MLflow.
#
# AUDIO holds moods/, labelled excerpts; without it the model of mood stays.
#
# SOURCES, AUDIO, BIN, BUILD, RUNS, JOBS

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:

JOBS ?= $(shell nproc)
RUNS ?= $(BUILD)/mlruns
AUDIO ?= $(SOURCES)/../audio
W := $(BUILD)/models

all: data/models/emotion.md data/models/words.pack \
    $(if $(wildcard $(AUDIO)/moods/labels.csv),data/models/mood.md)

# What the configurations call text/, training/ and labels/.
$W/sources: always
	@mkdir -p $@
	@ln -sfn $(abspath $(SOURCES)/text) $@/text
	@ln -sfn $(abspath data/training) $@/training
	@ln -sfn $(abspath tests/labels) $@/labels
	@ln -sfn $(abspath $W/made) $@/made

$W/cues.tsv: pipelines/lexica.sh data/training/norms.tsv \
    data/training/feelings.tsv
	@mkdir -p $(@D)
	pipelines/lexica.sh $(SOURCES)/lexicons > $@

$W/made/misspelt.tsv: data/training/requests.tsv pipelines/misspell.awk
	@mkdir -p $(@D)
	awk -f pipelines/misspell.awk $< > $@

$W/made/feelings.tsv: data/training/feelings.tsv pipelines/feelings.awk
	@mkdir -p $(@D)
	tr -d '\r' < $(SOURCES)/lexicons/emotag1200/EmoTag1200-scores.csv \
	    > $W/emotag.csv
	awk -f pipelines/feelings.awk $< $W/emotag.csv > $@

data/models/emotion.pack: data/models/emotion.json $W/cues.tsv \
    $W/made/misspelt.tsv $W/made/feelings.tsv data/training/requests.tsv \
    data/training/statements.tsv | $W/sources
	$(BIN)/train text -j $(JOBS) --config $< --cues $W/cues.tsv \
	    --sources $W/sources --runs $(RUNS) --report $W/emotion.tsv -o $@

data/models/emotion.md: pipelines/emotion-card.md pipelines/card.awk \
    data/models/emotion.pack
	awk -f pipelines/card.awk $W/emotion.tsv $< > $@.tmp
	mv $@.tmp $@

data/models/words.pack: pipelines/wordtexts.sh pipelines/words.sh
	pipelines/wordtexts.sh $(SOURCES) $W/words
	PATH=$(abspath $(BIN)):$$PATH pipelines/words.sh $W/words \
	    $(abspath $@)

# The features depend on programs, which make does not see: always anew.
$W/moods.feat: always
	pipelines/moodlabels.sh $(AUDIO) $W/moodlabels
	$(BIN)/extract-features -q -j $(JOBS) --audio-root $(AUDIO)/moods \
	    -o $@ $W/moodlabels/moods.ndjson

data/models/mood.pack: data/mood-columns.tsv $W/moods.feat
	$(BIN)/train mood -j $(JOBS) --labels $W/moodlabels/moods.labels \
	    --features $W/moods.feat --columns $< --folds 10 --repeats 3 \
	    --report $W/mood.tsv -o $@ $W/moodlabels/moods.ndjson

data/models/mood.md: pipelines/mood-card.md pipelines/card.awk \
    data/models/mood.pack
	awk -f pipelines/card.awk $W/mood.tsv $< > $@.tmp
	mv $@.tmp $@

.PHONY: all always
