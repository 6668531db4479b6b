#!/usr/bin/env bash
# Builds a commit twice, in two folders, and compares what was built byte by byte.
#
#   Engine.Bench/same-build.sh [COMMIT]
#
# Prints the SHA-256 of each assembly and its symbols, and ends with 1 if one differs. Takes two builds of the command.
set -eu
commit=$(git rev-parse "${1:-HEAD}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for copy in first second/somewhere-else; do
    mkdir -p "$folder/$copy"
    git archive "$commit" | tar -x -C "$folder/$copy"
    (cd "$folder/$copy" && dotnet restore Tools --locked-mode -v q && dotnet build Tools -c Release --no-restore -v q -nologo)
    (cd "$folder/$copy/Tools/bin/Release/net10.0" && sha256sum manualvae.dll manualvae.pdb ManualVae.Engine.dll \
        ManualVae.Engine.pdb) > "$folder/$(basename "$copy").txt"
done
cat "$folder/first.txt"
cmp "$folder/first.txt" "$folder/somewhere-else.txt" && echo "both builds of $commit are the same"
