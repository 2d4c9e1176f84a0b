#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds a Debian package of what is built: build/moodpipe_VERSION_ARCH.deb. Run
# by `make deb`. Which libraries it depends on, the programs tell.
set -euo pipefail
: "${VERSION:?}" "${BIN:?}" "${BUILD:?}"
here=$(cd "$(dirname "$0")" && pwd)
arch=$(dpkg --print-architecture)
tree=$BUILD/deb/tree
doc=$tree/usr/share/doc/moodpipe
maintainer="${DEBFULLNAME:-the authors of moodpipe} <${DEBEMAIL:-moodpipe@localhost}>"

rm -rf "$BUILD/deb"
mkdir -p "$BUILD/deb/debian" "$tree/DEBIAN" "$doc"
DESTDIR=$tree PREFIX=/usr "$here/install.sh" install
strip --strip-unneeded "$tree"/usr/libexec/moodpipe/*
find "$tree/usr/share/man" -type f -exec gzip -9n {} +
gzip -9n <"$here/../NEWS" >"$doc/NEWS.gz"
cp "$here/../README.md" "$doc"
gzip -9n >"$doc/changelog.gz" <<-EOF
	moodpipe ($VERSION) unstable; urgency=medium

	  * What is new: NEWS.gz beside this file.

	 -- $maintainer  $(LC_ALL=C date -uRr "$here/../NEWS")
EOF
cat >"$doc/copyright" <<-'EOF'
	Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
	Upstream-Name: moodpipe

	Files: *
	Copyright: 2026 the authors of moodpipe
	License: GPL-3+
	Comment: Words from elsewhere in data/lexicon are marked with where they are
	 from and its licence.

	Files: data/models/*.pack
	Copyright: 2026 the authors of moodpipe, and of the data that the card beside
	 each, data/models/*.md, names
	License: CC-BY-SA-4.0

	License: GPL-3+
	 On Debian systems, the full text of the GNU General Public License version
	 3 is in /usr/share/common-licenses/GPL-3.

	License: CC-BY-SA-4.0
	 Its full text: https://creativecommons.org/licenses/by-sa/4.0/legalcode
EOF

# dpkg-shlibdeps reads a source package's control file.
printf 'Source: moodpipe\n\nPackage: moodpipe\nArchitecture: any\n' \
    >"$BUILD/deb/debian/control"
depends=$(cd "$BUILD/deb" && dpkg-shlibdeps -O "$tree"/usr/libexec/moodpipe/* |
    sed -n 's/^shlibs:Depends=//p')
cat >"$tree/DEBIAN/control" <<-EOF
	Package: moodpipe
	Version: $VERSION
	Architecture: $arch
	Maintainer: $maintainer
	Installed-Size: $(du -sk "$tree/usr" | cut -f1)
	Depends: $depends, libexttextcat-data, make, mawk | gawk
	Recommends: bash-completion, ca-certificates, man-db
	Section: sound
	Priority: optional
	Description: mood-aware music search from Unix filters
	 Heals a crawl of music, listens to the audio, maps every track into
	 valence-arousal space and indexes words, sound and mood, so that "i miss
	 my ex" typed in a terminal finds songs that feel that way, offline.
EOF
(cd "$tree" && find usr -type f -print0 | sort -z | xargs -0 md5sum) \
    >"$tree/DEBIAN/md5sums"
find "$tree" -type d -exec chmod 755 {} +
chmod 644 "$doc"/* "$tree"/DEBIAN/*
dpkg-deb --root-owner-group --build "$tree" \
    "$BUILD/moodpipe_${VERSION}_$arch.deb"
