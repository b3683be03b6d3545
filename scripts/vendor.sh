#!/usr/bin/env bash
# Brings the files of others that lie in this repository, each at one version, and proves that they are the ones VENDORED.md names.
# Only needed to renew them: nothing is fetched when the product is installed, tested or run. Wants npm.
set -euo pipefail
cd "$(dirname "$0")/.."
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

FONTS=mandorla/site/static/site/fonts
PRINT=mandorla/content/keepsake

# unpack PACKAGE VERSION: its files, in $work/package
unpack() {
  rm -rf "$work/package"
  (cd "$work" && tar xzf "$(npm pack --silent "$1@$2" 2>/dev/null)")
}

# keep FROM TO: one file of the package
keep() {
  mkdir -p "$(dirname "$2")"
  cp "$work/package/$1" "$2"
  chmod 644 "$2"
}

unpack @fontsource-variable/literata 5.3.0
keep files/literata-latin-wght-normal.woff2 "$FONTS/literata-latin.woff2"
keep files/literata-latin-ext-wght-normal.woff2 "$FONTS/literata-latin-ext.woff2"
keep LICENSE "$FONTS/literata-OFL.txt"

unpack @fontsource-variable/figtree 5.3.0
keep files/figtree-latin-wght-normal.woff2 "$FONTS/figtree-latin.woff2"
keep files/figtree-latin-ext-wght-normal.woff2 "$FONTS/figtree-latin-ext.woff2"
keep LICENSE "$FONTS/figtree-OFL.txt"

unpack @fontsource-variable/vazirmatn 5.3.0
keep files/vazirmatn-arabic-wght-normal.woff2 "$FONTS/vazirmatn-arabic.woff2"
keep LICENSE "$FONTS/vazirmatn-OFL.txt"

# print NAME VERSION FILE: a whole face, for paper
print() {
  unpack "@expo-google-fonts/$1" "$2"
  keep "$3" "$PRINT/$1.ttf"
  keep LICENSE_FONT "$PRINT/$1-OFL.txt"
}

print literata 0.4.3 400Regular/Literata_400Regular.ttf
print figtree 0.4.1 600SemiBold/Figtree_600SemiBold.ttf
print noto-serif-hebrew 0.4.2 400Regular/NotoSerifHebrew_400Regular.ttf
print noto-naskh-arabic 0.4.5 400Regular/NotoNaskhArabic_400Regular.ttf
print vazirmatn 0.4.1 600SemiBold/Vazirmatn_600SemiBold.ttf
print noto-emoji 0.4.7 400Regular/NotoEmoji_400Regular.ttf

unpack axe-core 4.14.1
keep axe.min.js tests/vendor/axe.min.js
keep LICENSE tests/vendor/axe-LICENSE.txt

# The digests stand in VENDORED.md as `path` … `sha256`, one file a line.
cd "$here"
sed -nE 's/^\| `([^`]+)` .* `([0-9a-f]{64})` \|$/\2  \1/p' VENDORED.md | sha256sum --check --quiet
echo "All files are the ones VENDORED.md names."
