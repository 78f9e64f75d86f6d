#!/bin/sh
# Puts a bundle's release in its place, once its signature and the checksum of every file in it are right.
set -eu
version="$1"
cd /opt/cloister/incoming
tar -xf bundle.tar --no-same-owner
openssl pkeyutl -verify -pubin -inkey bundle.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig >/dev/null || {
  echo "The bundle is not signed with the key that was named. Nothing was installed." >&2
  exit 1
}
sha256sum --check --quiet --strict SHA256SUMS || {
  echo "A file of the bundle is not what was signed. Nothing was installed." >&2
  exit 1
}
[ "$(cat VERSION)" = "$version" ] || {
  echo "The bundle holds version $(cat VERSION), not $version. Nothing was installed." >&2
  exit 1
}
# Debian's packages come along, for machines without a way out; those that are there already stay as they are.
for package in packages/*.deb; do
  name="$(dpkg-deb --field "$package" Package)"
  dpkg-query --show --showformat='${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing="${missing:-} $package"
done
[ -z "${missing:-}" ] || DEBIAN_FRONTEND=noninteractive dpkg --install $missing >&2
rm -rf "/opt/cloister/releases/.$version"
mkdir "/opt/cloister/releases/.$version"
tar -xf release.tar --no-same-owner -C "/opt/cloister/releases/.$version"
sync
mv -T "/opt/cloister/releases/.$version" "/opt/cloister/releases/$version"
