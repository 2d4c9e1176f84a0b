# SPDX-License-Identifier: GPL-3.0-or-later
# moodpipe: make help

CC ?= gcc
VERSION := 0.1.0
BUILD ?= build
BIN ?= bin
PREFIX ?= /usr/local
DATADIR ?= $(abspath data)

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla
OPT ?= -O2
CPPFLAGS += -Ilib -D_GNU_SOURCE -DMOODPIPE_VERSION='"$(VERSION)"' \
	-DMOODPIPE_DATA='"$(DATADIR)"'
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
AUDIO := -lsndfile -lmpg123 -lsoxr -lfftw3f
DENSE := -llapacke -lopenblas
NET := -lcurl -lsqlite3
libs_linkcheck := $(NET) $(TEXT)
libs_fetch-audio := $(NET) $(AUDIO) $(TEXT)
libs_extract-features := $(AUDIO) $(TEXT)
libs_synth := $(AUDIO)
libs_ingest := $(TEXT) $(AUDIO)
libs_embed := $(TEXT) $(DENSE)
libs_impute := $(TEXT) $(DENSE)
libs_mood-map := $(TEXT)
libs_build-index := $(TEXT)
libs_query := $(TEXT)
libs_enrich := $(TEXT)

all: $(TOOLS:%=$(BIN)/%) ## build every tool into bin/

helpers: $(HELPERS:%=$(BUILD)/tests/helpers/%)
units: $(UNITS:%=$(BUILD)/tests/unit/%)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(ARCHIVE): $(LIBOBJ)
	@rm -f $@
	ar rcs $@ $^

# --as-needed: a tool loads only the libraries whose code it reaches.
LINK = $(CC) $(LDFLAGS) -Wl,--as-needed -o $@ $(filter %.o %.a,$^)

$(BIN)/%: $(BUILD)/tools/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(LINK) $(libs_$*) $(CRYPTO) $(LIGHT)

$(BUILD)/tests/helpers/%: $(BUILD)/tests/helpers/%.o $(ARCHIVE)
	$(LINK) $(AUDIO) $(TEXT) $(CRYPTO) $(LIGHT)

$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(ARCHIVE)
	$(LINK) -lcmocka $(NET) $(AUDIO) $(TEXT) $(DENSE) $(CRYPTO) $(LIGHT)

.PHONY: all helpers units
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
