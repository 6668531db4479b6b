#!/bin/sh
# Imports 100 million made-up rows as Parquet and as CSV and prints seconds, rows a second and the peak of the resident memory.
# Needs GNU time and 4 GB in FOLDER, all of which it deletes. Run it on a quiet machine.
#   sh Engine.Bench/import-100m.sh [FOLDER [ROWS]]
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d "${1:-/tmp}/import-100m.XXXXXX")
rows=${2:-100000000}
trap 'rm -rf "$folder"' EXIT
dotnet build -c Release Engine.Bench --verbosity quiet >&2
dotnet build -c Release Tools --verbosity quiet >&2
for kind in parquet csv; do
    dotnet Engine.Bench/bin/Release/net10.0/Engine.Bench.dll rows "$rows" "$folder/rows.$kind"
    /usr/bin/time -f "%e %U %S %M" -o "$folder/time" dotnet Tools/bin/Release/net10.0/manualvae.dll data import \
        --input "$folder/rows.$kind" --output "$folder/data" --overwrite >/dev/null
    awk -v kind="$kind" -v rows="$rows" '{ printf "%s: %.1f s, %.2f million rows/s, %.2f CPU s a million rows, peak %.2f GB\n",
        kind, $1, rows / $1 / 1e6, ($2 + $3) / rows * 1e6, $4 * 1024 / 1e9 }' "$folder/time"
    rm -rf "$folder/rows.$kind" "$folder/data"
done
