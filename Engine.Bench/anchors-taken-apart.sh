#!/usr/bin/env bash
# The anchor regulariser taken apart (docs/models.md): which of its parts, weights and schedules matter.
#
#   Engine.Bench/anchors-taken-apart.sh DATA FOLDER [PIECE...]
#
# DATA is a prepared dataset, such as ml-1m-strong. PIECE is one or more of: parts schedule lambda several rarity codebook recvae;
# all by default. Every run lies in FOLDER under its settings and seed; a run that is there is gone on with or left alone, so the
# script may be stopped and started again. Each piece ends with a table by `compare`, seeds pooled, on the test part: the first
# line is what the others are compared with. FOLDER/PIECE.txt keeps it.
#
# MANUALVAE is the command, by default "manualvae"; PRESET the Mult-VAE with anchors, by default "ml-1m-anchor"; SEEDS "1 2 3";
# FLAGS go to every training: FLAGS="--epochs 2" tries the script out in minutes, FLAGS="--threads 1" leaves the other cores free.
set -eu
data=$(realpath "$1") folder=$2
shift 2
[ $# -gt 0 ] || set -- parts schedule lambda several rarity codebook recvae
manualvae=${MANUALVAE:-manualvae} preset=${PRESET:-ml-1m-anchor} seeds=${SEEDS:-1 2 3} flags=${FLAGS:-}
mkdir -p "$folder"
cd "$folder"

compared=()

# run NAME SETTINGS: a run for each seed, joined by commas for `compare`.
run() {
    name=$1 joined=
    shift
    for seed in $seeds; do
        out=$name-$seed
        if [ -f "$out/last.ckpt" ]; then
            $manualvae train --resume --output "$out" --quiet > /dev/null
        else
            $manualvae train --data "$data" --output "$out" "$@" --seed "$seed" $flags --quiet > /dev/null
        fi
        joined=${joined:+$joined,}$out
    done
    compared+=("$joined")
}

anchored() { name=$1; shift; run "$name" --preset "$preset" "$@"; }

for piece in "$@"; do
    compared=()
    case $piece in
        parts) # the control has the parameters of anchors and learns nothing into them
            anchored none --anchor-weight 0 --anchors true
            anchored both
            anchored mean --anchor-part mean
            anchored variance --anchor-part variance ;;
        schedule) # the readings of the authors' "rho 5" and "lambda_scale 1.2"
            anchored both
            anchored warmup-5 --anchor-warmup 5
            anchored warmup-20 --anchor-warmup 20
            anchored growth-1.2 --anchor-growth 1.2 --anchor-growth-epochs 5 ;;
        lambda)
            anchored none --anchor-weight 0 --anchors true
            for weight in 0.02 0.1 0.5 1 2 4 8; do anchored "lambda-$weight" --anchor-weight $weight; done ;;
        several)
            anchored both
            for n in 2 4 8; do anchored "per-item-$n" --anchors-per-item $n; done ;;
        rarity)
            anchored both
            anchored rarity --anchor-weighting rarity ;;
        codebook)
            anchored both
            for codes in 16 64 256; do anchored "codebook-$codes" --anchor-codebook $codes; done ;;
        recvae) # weights from far below to the authors' 8; the warm-up lets the anchors follow first
            run recvae --preset recvae
            for weight in 0.02 0.2 1; do run "recvae-anchors-$weight" --preset recvae-anchor --anchor-weight $weight; done
            run recvae-mean --preset recvae-anchor --anchor-weight 0.2 --anchor-part mean --anchor-warmup 10 ;;
        *)
            echo "anchors-taken-apart.sh: no piece '$piece'; give parts schedule lambda several rarity codebook recvae" >&2
            exit 2 ;;
    esac
    echo "== $piece"
    $manualvae compare "${compared[@]}" --metrics NDCG@100,Recall@20 --quiet | tee "$piece.txt"
done
