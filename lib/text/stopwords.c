/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text/stopwords.h"

/* Sorted by bytes: looked up by bisection. */
static const char *const words[] = {
	"a",          "about",      "above",     "across",     "after",
	"again",      "against",    "aint",      "all",        "along",
	"already",    "also",       "although",  "am",         "amid",
	"among",      "an",         "and",       "another",    "any",
	"anybody",    "anyone",     "anything",  "are",        "arent",
	"around",     "as",         "at",        "be",         "because",
	"been",       "before",     "behind",    "being",      "below",
	"beneath",    "beside",     "besides",   "between",    "beyond",
	"both",       "but",        "by",        "can",        "cannot",
	"cant",       "concerning", "could",     "couldnt",    "despite",
	"did",        "didnt",      "do",        "does",       "doesnt",
	"doing",      "done",       "dont",      "during",     "each",
	"either",     "else",       "enough",    "even",       "ever",
	"every",      "everybody",  "everyone",  "everything", "except",
	"few",        "for",        "from",      "gonna",      "gotta",
	"had",        "hadnt",      "has",       "hasnt",      "have",
	"havent",     "having",     "he",        "hence",      "her",
	"here",       "heres",      "hers",      "herself",    "hes",
	"him",        "himself",    "his",       "how",        "i",
	"id",         "if",         "im",        "in",         "inside",
	"into",       "is",         "isnt",      "it",         "itll",
	"its",        "itself",     "ive",       "just",       "lets",
	"like",       "many",       "may",       "me",         "might",
	"mightnt",    "mine",       "more",      "most",       "much",
	"must",       "mustnt",     "my",        "myself",     "near",
	"neither",    "no",         "nobody",    "nor",        "not",
	"nothing",    "of",         "off",       "on",         "once",
	"one",        "ones",       "oneself",   "only",       "onto",
	"or",         "other",      "ought",     "our",        "ours",
	"ourselves",  "over",       "own",       "per",        "quite",
	"rather",     "really",     "regarding", "same",       "several",
	"shall",      "she",        "shes",      "should",     "shouldnt",
	"since",      "so",         "some",      "somebody",   "someone",
	"something",  "still",      "such",      "than",       "that",
	"thatll",     "thats",      "the",       "their",      "theirs",
	"them",       "themselves", "then",      "there",      "theres",
	"these",      "they",       "theyd",     "theyll",     "theyre",
	"theyve",     "this",       "those",     "though",     "through",
	"throughout", "thus",       "till",      "to",         "too",
	"toward",     "towards",    "u",         "under",      "underneath",
	"unless",     "until",      "unto",      "upon",       "ur",
	"us",         "very",       "via",       "wanna",      "was",
	"wasnt",      "we",         "were",      "werent",     "weve",
	"what",       "whatever",   "whats",     "when",       "where",
	"whereas",    "wheres",     "whether",   "which",      "while",
	"who",        "whoever",    "whom",      "whos",       "whose",
	"why",        "will",       "with",      "within",     "wont",
	"would",      "wouldnt",    "yet",       "you",        "youd",
	"youll",      "your",       "youre",     "yours",      "yourself",
	"yourselves", "youve",
};

bool stopwords_has(struct span word)
{
	size_t lo = 0, hi = sizeof(words) / sizeof(*words);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = span_cmp(word, span_of(words[mid]));

		if (!c)
			return true;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}
