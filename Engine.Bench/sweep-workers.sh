#!/bin/sh
# A search by one process and by three, one of them killed twice: the same table, byte by byte.
# sh sweep-workers.sh DATA FOLDER [COMMAND...]; COMMAND is manualvae by default. FOLDER must not exist.
set -eu
data=$(realpath "$1")
folder=$2
shift 2
[ $# -gt 0 ] || set -- manualvae
mkdir -p "$folder/one" "$folder/three"
cd "$folder"

search() { # in a subshell; the same relative --output, so that paths are the same too
    exec "$@" sweep --data "$data" --output sweep --vary latent=16..96 --vary dropout=0.1..0.9 \
        --vary learning-rate=log:0.0003..0.03 --hidden none --epochs 6 --trials 30 --sampler tpe --halving --min-epochs 2 \
        --threads 1 --device simd --quiet --lease 5 > /dev/null
}

(cd one && search "$@")
cd three
search "$@" & first=$!
search "$@" & second=$!
for kill in 1 2; do
    search "$@" & victim=$!
    sleep "${KILL_AFTER:-10}"
    kill -9 $victim
    echo "killed a worker the $kill. time, with $(find sweep -name '*.claim' | wc -l) claims in the folder"
done
search "$@" & third=$!
wait $first
wait $second
wait $third
cmp ../one/sweep/sweep.json sweep/sweep.json
cmp ../one/sweep/best.json sweep/best.json
echo "the same table: $(grep -c '"run":' sweep/sweep.json) lines of runs"
