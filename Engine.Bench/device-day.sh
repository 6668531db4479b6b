#!/bin/sh
# All that is to be run on a machine with a CUDA device, as one command, in order of value; each step has a limit in seconds.
#
#   sh device-day.sh prepare KIT         with the SDK, in the repository: a folder that runs without one (Linux, x64)
#   sh device-day.sh run KIT [RESULTS]   on the machine with the device; copy RESULTS into Engine.Bench/results/MACHINE/ afterwards
#   sh device-day.sh dry KIT [RESULTS]   anywhere: the steps that need no device, on ILGPU's CPU accelerator and the processor
#
# Variables: DEVICE (gpu:0), BUDGET seconds in all (1500), LIMIT seconds of a step at most, ONLY names of steps, DATA a prepared
# folder for the training, MANUALVAE and TESTS: other builds of the two programs than KIT's.
set -u
self=$0

prepare() {
    set -e
    mkdir -p "$1"
    lock=-p:NuGetLockFilePath=obj/kit.lock.json # the kit has runtimes that the committed lock files do not name
    git log -1 --format='%h %ad %s' --date=short > "$1/commit"
    dotnet publish Tools -c Release -r linux-x64 --self-contained -o "$1/app" $lock
    dotnet publish Engine.Tests -c Release -r linux-x64 --self-contained -o "$1/tests" \
        -p:ValidateExecutableReferencesMatchSelfContained=false $lock
    cp "$0" "$1/"
    echo "copy $1 to the machine with the device; there: sh device-day.sh run ."
}

# step NAME LIMIT COMMAND...: what it prints goes to the log, its last lines to the screen. 77 says that something is missing here.
step() {
    name=$1 limit=$2
    shift 2
    case " ${ONLY:-$name} " in *" $name "*) ;; *) return 0 ;; esac
    left=$((BUDGET - ($(date +%s) - begun)))
    if [ "$left" -lt 5 ]; then echo "--- $name: no time left" | tee -a "$log"; missed="$missed $name"; return 0; fi
    for other in "$left" "${LIMIT:-$left}"; do [ "$other" -lt "$limit" ] && limit=$other; done
    echo "--- $name, at most $limit s" | tee -a "$log"
    start=$(date +%s)
    timeout -k 5 "$limit" "$@" > "$results/$name.out" 2> "$results/$name.err"
    code=$?
    case $name in # reports are kept; what people read goes to the log
        bench-*) mv "$results/$name.out" "$results/${name#bench-}.json"; cat "$results/$name.err" ;;
        *) cat "$results/$name.out" "$results/$name.err" ;;
    esac > "$results/last"
    cat "$results/last" >> "$log"
    tail -n 12 "$results/last" | cut -c1-200
    rm -f "$results/$name.out" "$results/$name.err" "$results/last"
    case $code in
        0) word="done" ;;
        77) word="left out" missed="$missed $name" ;;
        *) word="FAILED ($code)" failed="$failed $name" ;;
    esac
    echo "    $name: $word after $(($(date +%s) - start)) s" | tee -a "$log"
}

# Every kernel's registers and spills, where a toolkit is installed; without one the kernels are only written.
assemble() {
    ptx=$(mktemp -d)
    "$TESTS" ptx "$ptx" || return 1
    ptxas=$(command -v ptxas || ls /usr/local/cuda*/bin/ptxas 2> /dev/null | head -n 1)
    if [ -z "$ptxas" ]; then echo "no ptxas here: not assembled"; rm -rf "$ptx"; return 77; fi
    bad=0
    for file in "$ptx"/*.ptx; do
        kernel=$(basename "$file" .ptx)
        "$ptxas" -arch="${ARCH:-sm_90}" -v -o /dev/null "$file" > "$ptx/said" 2>&1 || echo error: ptxas stopped >> "$ptx/said"
        grep -E 'error|spill|registers' "$ptx/said" | sed "s/^/$kernel: /"
    done | tee "$ptx/all"
    grep -qE ': .*error' "$ptx/all" && bad=1
    echo "registers of every kernel are in the log; errors and spills:" # last, where the screen shows it
    grep -E 'error|[1-9][0-9]* bytes spill' "$ptx/all"
    rm -rf "$ptx"
    return "$bad"
}

sanitize() {
    tool=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2> /dev/null | head -n 1)
    if [ -z "$tool" ]; then echo "no compute-sanitizer here: not run"; return 77; fi
    bad=0
    for pair in memcheck:CudaOperationTests racecheck:CudaBackendTests.Every_level synccheck:CudaBackendTests.Every_level \
        racecheck:CudaOperationTests initcheck:CudaOperationTests; do
        echo "$pair:"
        timeout 100 "$tool" --tool "${pair%%:*}" --error-exitcode 9 --print-limit 10 "$TESTS" tests "${pair##*:}" \
            > "$results/sanitizer.log" 2>&1 || bad=1
        tail -n 6 "$results/sanitizer.log"
    done
    rm -f "$results/sanitizer.log"
    return "$bad"
}

train() {
    if [ -z "${DATA:-}" ]; then echo "no DATA: nothing trained"; return 77; fi
    for device in "$DEVICE" simd; do
        run="$results/run-$(echo "$device" | tr -d ':0-9')"
        "$MANUALVAE" train --data "$DATA" --output "$run" --preset liang2018 --epochs "$1" --beta-steps 6400 \
            --device "$device" || return 1
    done
    "$MANUALVAE" compare "$results/run-$(echo "$DEVICE" | tr -d ':0-9')" "$results/run-simd"
}

begin() {
    kit=$(cd "$1" && pwd)
    MANUALVAE=${MANUALVAE:-$kit/app/manualvae} TESTS=${TESTS:-$kit/tests/ManualVae.Engine.Tests}
    BUDGET=${BUDGET:-1500} failed="" missed="" begun=$(date +%s)
    for program in "$MANUALVAE" "$TESTS"; do
        [ -x "$program" ] || { echo "device-day: $program is not there; make the kit with: sh device-day.sh prepare $1" >&2; exit 2; }
    done
    mkdir -p "$2"
    results=$(cd "$2" && pwd) log=$results/log.txt
    export MANUALVAE TESTS DEVICE results
    { cat "$kit/commit" 2> /dev/null; date -u; uname -srm; nvidia-smi 2> /dev/null; } > "$log"
    step list 60 "$MANUALVAE" devices
}

finish() {
    if [ -n "$failed" ]; then echo "device-day: failed:$failed; see $log"; exit 1; fi
    echo "device-day: done${missed:+, but left out:$missed}; results in $results"
}

on_device() {
    DEVICE=${DEVICE:-gpu:0}
    begin "$1" "${2:-$1/results}"
    if ! "$MANUALVAE" devices 2> /dev/null | grep -q "^$DEVICE *yes"; then
        echo "device-day: needs the device from here on: $("$MANUALVAE" devices | grep "^$DEVICE" | tr -s ' ')" >&2
        exit 3
    fi
    step assemble 120 sh "$self" part assemble
    step cases 180 "$TESTS" tests CudaOperationTests
    step device 180 "$TESTS" tests CudaBackendTests
    step gradcheck 240 "$MANUALVAE" gradcheck --device "$DEVICE"
    step bench-gemm 240 "$MANUALVAE" bench gemm --device "$DEVICE" --json
    step bench-step 90 "$MANUALVAE" bench step --device "$DEVICE" --steps 500 --json
    step bench-step-tf32 90 "$MANUALVAE" bench step --device "$DEVICE" --precision tf32 --steps 500 --json
    step bench-roofline 60 "$MANUALVAE" bench roofline --device "$DEVICE" --json
    step bench-evaluate 90 "$MANUALVAE" bench evaluate --device "$DEVICE" --json
    step train 300 sh "$self" part train 100
    step sanitizer 500 sh "$self" part sanitize
    finish
}

dry() {
    DEVICE=ilgpu-cpu
    begin "$1" "${2:-$1/dry}"
    step assemble 120 sh "$self" part assemble
    step cases 300 "$TESTS" tests EmulatedGpuOperationTests
    step device 120 "$TESTS" tests EmulatedGpuBackendTests.Small_uploads EmulatedGpuBackendTests.A_transfer
    step gradcheck 300 "$MANUALVAE" gradcheck --device simd --preset liang2018
    step bench-gemm 120 "$MANUALVAE" bench gemm --shape 64x64x64 --threads 1 --json
    step bench-step 120 "$MANUALVAE" bench step --steps 3 --json
    step train 300 sh "$self" part train 1
    finish
    echo "device-day: the rest needs a device: bench --device gpu, the tests named Cuda, compute-sanitizer"
}

case ${1:-}:${2:-} in
    prepare:?*) prepare "$2" ;;
    run:?*) on_device "$2" "${3:-}" ;;
    dry:?*) dry "$2" "${3:-}" ;;
    part:assemble | part:sanitize | part:train) shift; "$@" ;; # a step of this script's own, started by it under its limit
    *) sed -n '2,10p' "$0"; exit 2 ;;
esac
