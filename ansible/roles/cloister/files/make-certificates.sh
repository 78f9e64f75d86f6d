#!/bin/sh
# Makes certificates under an authority of the appliance's own, whose key is thrown away: for a trial.
set -eu
umask 077
release="$1"
shift
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
"$release/bin/cloister" certificates --folder "$work" "$@"
for name in exam staff room; do
  process=web
  [ "$name" != room ] || process=room
  install -m 0600 "$work/$name.key" "/etc/cloister/credentials/$process/$name.key"
  install -m 0644 "$work/$name.crt" "/etc/cloister/tls/$name.crt"
done
# Last: its presence says that all of it is there.
install -m 0644 "$work/ca.crt" /etc/cloister/tls/ca.crt
