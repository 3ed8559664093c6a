#!/bin/sh
# beside.sh SMALL COMMAND...: run the small command beside the other. What the small one says is shown when it failed,
# below what the other says; either one's failure is the failure of both.
set -u

small=$1
shift
said=$(mktemp)
trap 'rm -f "$said"' EXIT
sh -c "$small" >"$said" 2>&1 &
"$@"
code=$?
wait $! || {
    cat "$said" >&2
    [ "$code" != 0 ] || code=1
}
exit "$code"
