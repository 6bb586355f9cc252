#!/usr/bin/env bash
# All that there is to do on a machine with a GPU, in one go: GPU time is short. A step that fails is reported, and the next
# one begins; what is there when time ends is kept.
# shellcheck disable=SC2317 # the steps are called by name
set -uo pipefail

usage() {
  cat <<'EOF'
bench/gpu.sh [OPTIONS] [FOLDER]: everything goes into FOLDER (default: $OUT, else gpu-results), with a summary.md

  --device DEVICE   cuda:0 (default), cuda:1, …
  --minutes N       for all of it; the comparison with PyTorch gets what the other steps leave (default: no limit)
  --full            the whole comparison with PyTorch, which takes over an hour, instead of its quick one
  --peers 'ARGS'    further arguments of bench/peers/gpu.py, such as '--sizes 224,1024 --precisions f32'
  --programs FOLDER of cotejo, cotejo-agent, cotejo-worker-cuda, cotejo-worker (default: target/release)
  --python PROGRAM  one that has PyTorch with CUDA (default: .venv/bin/python if it is there, else python3)
  --pack            leave only summary.md and gpu.tar.gz, which holds all the rest, in FOLDER
  --dry-run         try all steps on the CPU, at tiny sizes

The exit status is 0 if every step succeeded, 1 if one did not, 2 if the command was wrong.
EOF
}

root=$(cd "$(dirname "$0")/.." && pwd)
peers=$root/bench/peers
device=cuda:0 minutes='' scope=--quick peers_arguments='' programs=$root/target/release python='' pack='' dry='' out=${OUT:-gpu-results}

refuse() {
  echo "gpu.sh: $1 (see --help)" >&2
  exit 2
}

arguments=("$@")
while [ $# -gt 0 ]; do
  case $1 in
    --device | --minutes | --peers | --programs | --python)
      [ $# -ge 2 ] || refuse "$1 needs a value"
      case $1 in
        --device) device=$2 ;;
        --minutes) minutes=$2 ;;
        --peers) peers_arguments=$2 ;;
        --programs) programs=$2 ;;
        --python) python=$2 ;;
      esac
      shift 2
      ;;
    --full) scope='' && shift ;;
    --pack) pack=1 && shift ;;
    --dry-run) dry=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    -*) refuse "unknown option $1" ;;
    *) out=$1 && shift ;;
  esac
done
[[ -z $minutes || $minutes =~ ^[0-9]+$ ]] || refuse '--minutes must be a whole number'
[[ -n $dry || $device =~ ^cuda:[0-9]+$ ]] || refuse "no device $device: cuda:0, cuda:1, …"
if [ -z "$python" ]; then
  python=python3
  [ -x "$root/.venv/bin/python" ] && python=$root/.venv/bin/python
fi
mkdir -p "$out" || refuse "$out cannot be made"
out=$(cd "$out" && pwd)
work=$out
[ -z "$pack" ] || work=${COTEJO_GPU_WORK:-$(mktemp -d)}

# The worker for the device, and sizes that suit it.
models=resnet18,mobilenet_v2 sizes=224 batches=1,32 precisions=f32,tf32,f16,bf16 runs=30
practice=(--preset practice)
if [ -n "$dry" ]; then
  device=cpu models=resnet18 sizes=32 batches=1 precisions=f32 runs=3
  practice=(--sizes "32,64" --runs 3 --devices cpu)
  peers_arguments="--models resnet18 --sizes 32 --batches 1 --precisions f32 --matmul 64 --rounds 1 --seconds 0.1 $peers_arguments"
fi
worker=$programs/cotejo-worker-cuda
[ -x "$worker" ] || worker=$programs/cotejo-worker

# --- steps -----------------------------------------------------------------------------------------------------------

facts() {
  date -u '+%Y-%m-%d %H:%M UTC'
  uname -srm
  if [ -e "$root/.git" ]; then git -C "$root" log -1 --format='commit %h'; fi
  "$worker" --describe
  "$python" --version
  if [ -n "$found_in" ]; then echo "CUDA's libraries are those of the Python packages in $found_in"; fi
}

# Exit code 3 are warnings only.
doctor() {
  COTEJO_DATA_DIR=$work/data-doctor "$programs/cotejo" doctor
  local verdict=$?
  if [ "$verdict" -eq 3 ]; then
    echo '(warnings only)'
    return 0
  fi
  return "$verdict"
}

libraries() { "$worker" --libraries; }

check() { "$worker" --check "$device"; }

plain_check() { "$programs/cotejo-worker" --check "$device"; }

practice() {
  COTEJO_DATA_DIR=$work/data-practice "$programs/cotejo" local "${practice[@]}"
}

practice_json() {
  COTEJO_DATA_DIR=$work/data-practice "$programs/cotejo" results --local --all --format json >"$work/practice.json" &&
    echo 'every sample stands in practice.json'
}

precisions() {
  local data=$work/data-precisions
  # Cells that this GPU lacks, such as bf16 before Ampere, make it fail; the table says which.
  COTEJO_DATA_DIR=$data "$programs/cotejo" local --devices "$device" --models "$models" --sizes "$sizes" --batches "$batches" \
    --precision "$precisions" --engine optimized,reference --runs "$runs" >"$work/precisions.log" 2>&1
  COTEJO_DATA_DIR=$data "$programs/cotejo" results --local --all --format json >"$work/precisions.json" &&
    "$python" "$peers/precisions.py" <"$work/precisions.json"
}

# One table a cell, and where there is none, why.
layers() {
  local model precision batch size verdict=0
  for model in ${models//,/ }; do
    for size in ${sizes//,/ }; do
      for batch in ${batches//,/ }; do
        for precision in ${precisions//,/ }; do
          "$programs/cotejo" explain --device "$device" --model "$model" --size "$size" --batch "$batch" \
            --precision "$precision" 2>&1 || verdict=1
          echo
        done
      done
    done
  done
  return $verdict
}

repeated() {
  "$python" "$peers/repeat.py" --worker "$worker" --device "$device" --models "$models" --size "$sizes" \
    --precisions "$precisions"
}

faults() { "$python" "$peers/faults.py" --worker "$worker" --device "$device"; }

beside_pytorch() {
  # shellcheck disable=SC2086 # several arguments each
  "$python" "$peers/gpu.py" --worker "$worker" --device "$device" $scope --output "$work/peers" \
    ${COTEJO_GPU_MINUTES:+--minutes "$COTEJO_GPU_MINUTES"} $peers_arguments
}

gpu_before() { nvidia-smi && nvidia-smi -q -d CLOCK,POWER,TEMPERATURE,PERFORMANCE,COMPUTE; }

gpu_after() { gpu_before; }

# --- running them ----------------------------------------------------------------------------------------------------

started=$SECONDS
# What packing and the last steps take.
reserve=30

remaining_seconds() {
  if [ -z "$minutes" ]; then echo 86400; else echo $((minutes * 60 - (SECONDS - started) - reserve)); fi
}

rows=() sections=() complaints=' ' failed=0 child='' interrupted=''
trap 'interrupted=1; [ -z "$child" ] || kill -INT "$child"' INT TERM

# step NAME LIMIT_S TITLE: runs the function NAME in a process of its own; what it says goes to NAME.txt.
step() {
  local name=$1 limit=$2 title=$3 begun=$SECONDS verdict=ok status=0 left
  left=$(remaining_seconds)
  [ "$limit" -le "$left" ] || limit=$left
  echo "== $title" >&2
  if [ "$limit" -le 0 ]; then
    verdict='not begun: time was up'
  else
    # An interrupt first, so that it can say what it has.
    COTEJO_GPU_STEP=$name COTEJO_GPU_WORK=$work COTEJO_GPU_MINUTES=${minutes:+$((limit / 60))} \
      timeout --signal=INT --kill-after=15 "$limit" bash "$0" "${arguments[@]}" >"$work/$name.txt" 2>"$work/$name.err" &
    child=$!
    wait "$child"
    status=$?
    if [ -n "$interrupted" ]; then
      wait "$child"
      verdict='FAILED: interrupted'
    fi
    case $status in
      0 | 130 | 143) ;;
      124 | 137) verdict="FAILED: ended after its $limit s" ;;
      *) verdict="FAILED: exit status $status" ;;
    esac
  fi
  echo "   $verdict" >&2
  if [ "$verdict" != ok ]; then
    failed=1 complaints+="$name "
  fi
  rows+=("| $title | $verdict | $((SECONDS - begun)) |")
  sections+=("$name:$title")
  write_summary
  [ -z "$interrupted" ] || exit 130
}

write_summary() {
  local section name
  {
    echo '# Cotejo on a GPU'
    [ -z "$dry" ] || printf '\nA dry run on the CPU: it shows that the steps work, and measures nothing of interest.\n'
    printf '\n| step | result | s |\n|---|---|---:|\n'
    printf '%s\n' "${rows[@]}"
    for section in "${sections[@]}"; do
      name=${section%%:*}
      printf '\n## %s\n\n' "${section#*:}"
      show "$name"
    done
  } >"$work/summary.part"
  mv "$work/summary.part" "$work/summary.md"
  if [ -n "$pack" ]; then
    cp "$work/summary.md" "$out/summary.md"
    tar -czf "$out/gpu.tar.gz.part" -C "$work" . && mv "$out/gpu.tar.gz.part" "$out/gpu.tar.gz"
  fi
}

# A step's output: Markdown as it is, all else as text; of its complaints the last ones.
show() {
  local text=$work/$1.txt
  case $1 in
    precisions | repeated | faults | beside_pytorch) [ ! -s "$text" ] || cat "$text" ;;
    *) [ ! -s "$text" ] || { echo '```text' && head -n 600 "$text" && printf '\n```\n'; } ;;
  esac
  if [[ $complaints == *" $1 "* && -s $work/$1.err ]]; then
    printf '\nIts last complaints; all stand in %s.err:\n\n```text\n' "$1"
    tail -n 15 "$work/$1.err"
    echo '```'
  fi
}

# Where nobody has installed CUDA's libraries, those that came with PyTorch serve.
found_in=''
lend_libraries() {
  local known library installed=1
  known=$(ldconfig -p 2>/dev/null)
  for library in libcudnn.so.9 libcublas.so libnvrtc.so; do
    [[ $known == *"$library"* ]] || installed=''
  done
  if [ -n "$dry$installed" ] || ls "$programs"/libcudnn.so* >/dev/null 2>&1; then return; fi
  found_in=$("$python" -c '
import glob, os, sysconfig
places = glob.glob(os.path.join(sysconfig.get_paths()["purelib"], "nvidia", "*", "lib"))
print(":".join(sorted(places)))' 2>/dev/null)
  if [ -n "$found_in" ]; then export LD_LIBRARY_PATH=$found_in${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; fi
}

lend_libraries
if [ -n "${COTEJO_GPU_STEP:-}" ]; then
  "$COTEJO_GPU_STEP"
  exit
fi
rm -rf "$work/data-practice" "$work/data-precisions" # of an earlier run: its results would stand in the tables
if [ -z "$dry" ]; then step gpu_before 30 'The GPU before'; fi
step facts 30 'What ran'
step doctor 60 'Doctor'
if [ -z "$dry" ]; then
  step libraries 30 "CUDA's libraries"
  step check 60 'Check of the device'
  if [ "$worker" != "$programs/cotejo-worker" ]; then step plain_check 60 'Check by the plain worker'; fi
fi
step practice 240 "The practice's table"
step practice_json 30 "The practice's table as JSON"
step precisions 300 'Precisions'
step layers 180 'Layers'
step repeated 180 'One job, repeated'
if [ -z "$dry" ]; then step faults 120 'Memory and refusals'; fi
step beside_pytorch 36000 'Beside PyTorch'
reserve=0
if [ -z "$dry" ]; then step gpu_after 30 'The GPU after'; fi
echo "summary: $out/summary.md" >&2
exit $failed
