#!/usr/bin/env bash
# How well and how fast a run goes on with newer data, against training anew (docs/continue.md).
#
#   Engine.Bench/continue.sh SEQUENCES FOLDER [training flags]
#
# SEQUENCES holds a line "user item item ..." for each user, oldest click first. The older log leaves out the last tenth of
# each user's clicks and 5 % of the items. Both logs hold out the same users, so no held-out click is ever trained on.
# MANUALVAE is the command, by default "manualvae". Prints validation and test NDCG@100 and the seconds of processor time.
set -eu
sequences=$(realpath "$1") folder=$2
shift 2
[ $# -gt 0 ] || set -- --preset ml-1m
manualvae=${MANUALVAE:-manualvae}
mkdir -p "$folder"
cd "$folder"

awk 'BEGIN { OFS = "\t"; print "user", "item" } { for (i = 2; i <= NF; i++) print $1, $i }' "$sequences" > newer.tsv
awk 'BEGIN { srand(1) } { for (i = 2; i <= NF; i++) if (!($i in seen)) { seen[$i] = 1; if (rand() < 0.05) print $i } }' \
    "$sequences" > new-items.txt
awk 'BEGIN { OFS = "\t"; print "user", "item"; while ((getline item < "new-items.txt") > 0) new[item] = 1 }
    { last = 1 + int((NF - 1) * 0.9); for (i = 2; i <= last; i++) if (!($i in new)) print $1, $i }' "$sequences" > older.tsv
for log in older newer; do
    $manualvae data import --format csv --input $log.tsv --user-column user --item-column item --split strong \
        --held-out-users 500 --output data-$log > /dev/null 2>&1
done

seconds() { awk '/^(user|sys) [0-9.]+$/ { s += $2 } END { printf "%.1f", s }' "$1"; }
metric() {
    $manualvae evaluate --run "$1" --split "$2" --metrics NDCG@100 --json 2> /dev/null | awk '/"mean"/ { printf "%.4f", $2 }'
}
# measure NAME [flags]: trains the run NAME and prints its line.
measure() {
    name=$1
    shift
    { time -p $manualvae train --output "$name" "$@"; } > "$name.txt" 2>&1
    printf '%-12s validation %s  test %s  %s s of processor time\n' \
        "$name" "$(metric "$name" validation)" "$(metric "$name" test)" "$(seconds "$name.txt")"
}
measure older --data data-older "$@"
measure anew --data data-newer "$@"
measure continued --data data-newer --continue older
