#!/bin/sh
# Makes SoftHSM's token in custody's own folder, as custody's own account. The PIN is in no argument and no log.
set -eu
umask 077
release="$1"
label="$2"
pins=/etc/cloister/credentials/custody
home=/var/lib/cloister-custody
install -d -o cloister-custody -g cloister-custody -m 0700 "$home" "$home/token"
openssl rand -hex 24 > "$pins/.pin"
setpriv --reuid cloister-custody --regid cloister-custody --clear-groups \
  "$release/bin/cloister" token make --folder "$home/token" --label "$label" < "$pins/.pin"
mv "$pins/.pin" "$pins/pin"
# Last: its presence says that all of it is there, also once the PIN is sealed among custodians and its file is gone.
touch "$home/token/made"
sync
