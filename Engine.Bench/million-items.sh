#!/bin/sh
# Training on drawn negatives at 20,000 and at 1,000,000 made-up items, 100 clicks a user, at the same settings: milliseconds a step,
# estimated memory and the peak of the resident memory. Two epochs each, of 110,000 users: the first touches memory that the system
# has to clear first, so the second counts.
# Needs GNU time, 6 GB of memory and 7 GB in FOLDER, all of which it deletes. Run it on a quiet machine.
#   sh Engine.Bench/million-items.sh [FOLDER [NEGATIVES [BATCH [further training flags]]]]
# MANUALVAE is the command, by default the one built here.
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${1:-/tmp}/million-items.XXXXXX")
negatives=${2:-4000} batch=${3:-100}
[ $# -gt 3 ] && shift 3 || shift $#
trap 'rm -rf "$folder"' EXIT
if [ -z "${MANUALVAE:-}" ]; then
    dotnet build -c Release Tools --verbosity quiet >&2
    MANUALVAE=Tools/bin/Release/net10.0/manualvae
fi
for items in 20000 1000000; do
    "$MANUALVAE" data synthesize --items $items --users 110000 --interactions 11000000 --held-out-users 200 \
        --output "$folder/data" --quiet > /dev/null
    /usr/bin/time -f "%M" -o "$folder/peak" "$MANUALVAE" train --data "$folder/data" --output "$folder/run" \
        --hidden 200 --latent 64 --batch-size "$batch" --negatives "$negatives" --epochs 2 "$@" > "$folder/log" 2>&1
    seconds=$(sed -n '2s/.*"seconds":\([0-9.]*\).*/\1/p' "$folder/run/metrics.jsonl")
    updates=$(sed -n '1s/.*"updates":\([0-9]*\).*/\1/p' "$folder/run/metrics.jsonl")
    estimate=$(sed -n 's/^memory *about \([0-9,]* MiB\).*/\1/p' "$folder/log")
    awk -v items=$items -v s="$seconds" -v n="$updates" -v kb="$(cat "$folder/peak")" -v estimate="$estimate" 'BEGIN {
        printf "%d items: %.1f ms a step, memory estimated %s, peak %.0f MiB\n", items, 1000 * s / n, estimate, kb / 1024 }'
    rm -rf "$folder/data" "$folder/run"
done
