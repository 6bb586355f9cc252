#!/usr/bin/env bash
# Builds the worker for NVIDIA GPUs and gathers the CUDA libraries beside it. README.md says what to choose.
set -euo pipefail

usage() {
  cat <<'EOF'
deploy/cuda/build.sh --capabilities 75,86,89   cotejo-worker-cuda, a build for each compute capability
deploy/cuda/build.sh --plain                   cotejo-worker, which needs no CUDA toolkit to build
deploy/cuda/build.sh --gather-only FOLDER      the libraries alone

  --cuda 12|13     major version of CUDA (default: that of nvcc; without one, 13)
  --from wheels    libraries from NVIDIA's Python packages, versions as in libraries-12.txt, libraries-13.txt (default)
  --from toolkit   libraries from the CUDA toolkit and the cuDNN that are installed here
  --wheels FOLDER  take the Python packages from FOLDER; only what is missing there is downloaded to it
  --output FOLDER  default: dist; each build goes to FOLDER/cuda-ARCH-smNN, with CUDA 12 FOLDER/cuda12-ARCH-smNN
  --target FOLDER  of cargo (default: target); each build has a folder of its own in it

The exit status is 0 if all is built, 1 if a step failed, 2 if the command was wrong or a tool is missing.
EOF
}

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
arch=$(uname -m)
capabilities='' plain='' gather_only='' cuda='' from=wheels wheels='' output=$root/dist target=${CARGO_TARGET_DIR:-$root/target}
# candle's kernels need functions of Volta.
least_capability=70

refuse() {
  echo "build.sh: $1 (see --help)" >&2
  exit 2
}

say() { printf '== %s\n' "$*" >&2; }

while [ $# -gt 0 ]; do
  case $1 in
    --capabilities | --gather-only | --cuda | --from | --wheels | --output | --target)
      [ $# -ge 2 ] || refuse "$1 needs a value"
      case $1 in
        --capabilities) capabilities=$2 ;;
        --gather-only) gather_only=$2 ;;
        --cuda) cuda=$2 ;;
        --from) from=$2 ;;
        --wheels) wheels=$2 ;;
        --output) output=$2 ;;
        --target) target=$2 ;;
      esac
      shift 2
      ;;
    --plain) plain=1 && shift ;;
    -h | --help) usage && exit 0 ;;
    *) refuse "unknown option $1" ;;
  esac
done
[ -n "$capabilities$plain$gather_only" ] || refuse 'nothing to do: name --capabilities, --plain or --gather-only'
[[ -z $capabilities || $capabilities =~ ^[0-9]{2,3}(,[0-9]{2,3})*$ ]] || refuse "--capabilities $capabilities: write 75,86,89"
[[ -z $cuda || $cuda == 12 || $cuda == 13 ]] || refuse "--cuda $cuda: 12 or 13"
[[ $from == wheels || $from == toolkit ]] || refuse "--from $from: wheels or toolkit"
IFS=, read -r -a capabilities <<<"$capabilities"

# --- tools -----------------------------------------------------------------------------------------------------------

missing=()

# need PROGRAM WHAT_FOR
need() { command -v "$1" >/dev/null || missing+=("$1: $2"); }

toolkit_version=''
if command -v nvcc >/dev/null; then
  toolkit_version=$(nvcc --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')
fi
cuda=${cuda:-${toolkit_version%%.*}}
cuda=${cuda:-13}
[[ $cuda == 12 || $cuda == 13 ]] || refuse "nvcc is of CUDA $toolkit_version: name --cuda 12 or 13, with such a nvcc in PATH"

# Where the linker is told to look for CUDA: as cudarc's build script does.
toolkit_folders() {
  local root place folder roots=()
  for root in "${CUDA_HOME:-}" "${CUDA_PATH:-}" "${CUDA_ROOT:-}" "${CUDA_TOOLKIT_ROOT_DIR:-}" "${CUDNN_LIB:-}"; do
    [ -z "$root" ] || roots+=("$root")
  done
  [ ${#roots[@]} -gt 0 ] || roots=(/usr /usr/local/cuda /opt/cuda /usr/lib/cuda)
  for root in "${roots[@]}"; do
    for place in '' lib lib64 "lib/$arch-linux-gnu" "targets/$arch-linux/lib"; do
      for folder in "$root/$place" "$root/$place/stubs"; do
        [ ! -d "$folder" ] || echo "$folder"
      done
    done
  done
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# linkable NAME: whether the linker finds libNAME.so.
linkable() {
  local folder flags=()
  while read -r folder; do flags+=("-L$folder"); done < <(toolkit_folders)
  cc -shared -nostdlib -o "$scratch/try.so" "${flags[@]}" "-l$1" 2>/dev/null
}

check_compiling() {
  need cargo 'a Rust toolchain, https://rustup.rs'
  need cc 'a C compiler and linker, such as the package gcc'
  need strip 'the package binutils'
  need readelf 'the package binutils'
}

check_nvcc() {
  local capability known
  need g++ "the C++ compiler that nvcc calls, such as the package g++"
  for capability in "${capabilities[@]}"; do
    [ "$capability" -ge $least_capability ] ||
      missing+=("capability $capability: candle's kernels begin at $least_capability; --plain --cuda 12 is for older GPUs")
  done
  if [ -z "$toolkit_version" ]; then
    missing+=("nvcc: the CUDA toolkit $cuda.x, https://developer.nvidia.com/cuda-toolkit-archive, with its bin in PATH")
    return
  fi
  [ "${toolkit_version%%.*}" = "$cuda" ] || missing+=("nvcc $cuda.x: the one in PATH is of CUDA $toolkit_version")
  if command -v cc >/dev/null && ! linkable cuda; then
    missing+=("libcuda.so to link with: of the driver, or the toolkit's stub (lib64/stubs, package cuda-driver-dev)")
  fi
  known=" $(nvcc --list-gpu-arch | tr '\n' ' ')"
  for capability in "${capabilities[@]}"; do
    [[ $known == *" compute_$capability "* ]] || missing+=("capability $capability: nvcc $toolkit_version knows only$known")
  done
}

check_tools() {
  need sha256sum 'the package coreutils'
  if [ "$from" = wheels ]; then
    need python3 'Python with pip, to unpack the packages of the libraries'
    if [ -n "$(wheels_to_download)" ] && ! python3 -m pip --version >/dev/null 2>&1; then
      missing+=('pip: python3 -m pip does not run; install the package python3-pip')
    fi
  fi
  if [ -n "${capabilities[*]}$plain" ]; then check_compiling; fi
  if [ -n "${capabilities[*]}" ]; then check_nvcc; fi
  if [ ${#missing[@]} -gt 0 ]; then
    echo 'build.sh: missing:' >&2
    printf '  %s\n' "${missing[@]}" >&2
    exit 2
  fi
}

# --- the libraries ---------------------------------------------------------------------------------------------------

# Those that the plain worker loads, and those that candle is linked with besides.
loaded=("libcublas.so.$cuda" "libcublasLt.so.$cuda" "libnvrtc.so.$cuda" "libnvrtc-builtins.so.$cuda.*")
loaded+=(libcudnn.so.9 'libcudnn_*.so.9')
linked=("libcudart.so.$cuda" libcurand.so.10)

pins() { grep -v '^#' "$here/libraries-$cuda.txt"; }

# The file of a package NAME==VERSION in the folder of wheels; nothing where it is not there.
wheel_of() {
  local name=${1%%==*} version=${1##*==}
  find "$wheels" -maxdepth 1 -name "${name//-/_}-$version-*linux*_$arch.whl" 2>/dev/null | head -n 1
}

wheels_to_download() {
  local pin
  while read -r pin; do [ -n "$(wheel_of "$pin")" ] || echo "$pin"; done < <(pins)
}

# keep FILE NAME VERSION SOURCE: copies a library and writes down where it comes from.
keep() {
  cp -L "$1" "$gathered/$2"
  chmod 755 "$gathered/$2"
  printf '%s\t%s\t%s\t%s\n' "$2" "$3" "$(sha256sum "$gathered/$2" | cut -d ' ' -f 1)" "$4" >>"$gathered/MANIFEST.tsv"
}

gather_from_wheels() {
  local pin wheel version folder file name pattern
  mkdir -p "$wheels"
  wheels_to_download >"$scratch/pins.txt"
  if [ -s "$scratch/pins.txt" ]; then
    say "downloading $(tr '\n' ' ' <"$scratch/pins.txt")"
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
      --dest "$wheels" --requirement "$scratch/pins.txt"
  fi
  while read -r pin; do
    wheel=$(wheel_of "$pin") version=${pin##*==} folder=$scratch/wheel
    [ -n "$wheel" ] || { echo "build.sh: pip downloaded no package of $pin for $arch" >&2 && exit 1; }
    rm -rf "$folder"
    python3 -m zipfile -e "$wheel" "$folder"
    for pattern in "${loaded[@]}" "${linked[@]}"; do
      while read -r file; do
        name=$(basename "$file")
        keep "$file" "$name" "$version" "PyPI $(basename "$wheel")"
      done < <(find "$folder" -name "$pattern" | sort)
    done
    find "$folder" -ipath '*.dist-info/*license*' -type f -exec cp {} "$gathered/licenses/${pin%%==*}.txt" \;
  done < <(pins)
}

gather_from_toolkit() {
  local pattern folder file folders
  # A stub only names functions: it is for linking.
  mapfile -t folders < <(toolkit_folders | grep -v '/stubs$')
  for pattern in "${loaded[@]}" "${linked[@]}"; do
    for folder in "${folders[@]}"; do
      while read -r file; do
        # Of several names of one library, the one under which it is looked for.
        if readelf -d "$file" | grep -q "SONAME.*\[$(basename "$file")\]"; then
          keep "$file" "$(basename "$file")" "$(basename "$(readlink -f "$file")")" "$folder"
        fi
      done < <(find -L "$folder" -maxdepth 1 -name "$pattern" | sort)
      # shellcheck disable=SC2086 # a pattern
      if compgen -G "$folder/"$pattern >/dev/null; then break; fi
    done
  done
}

check_gathered() {
  local pattern absent=()
  for pattern in "${loaded[@]}" "${linked[@]}"; do
    # shellcheck disable=SC2086 # a pattern
    compgen -G "$gathered/"$pattern >/dev/null || absent+=("$pattern")
  done
  if [ ${#absent[@]} -gt 0 ]; then
    echo "build.sh: not found ($from): ${absent[*]}" >&2
    exit 1
  fi
}

gather() {
  say "gathering the libraries of CUDA $cuda from $from"
  rm -rf "$gathered"
  mkdir -p "$gathered/licenses"
  printf 'file\tversion\tsha256\tsource\n' >"$gathered/MANIFEST.tsv"
  "gather_from_$from"
  check_gathered
}

# place FOLDER PATTERN...: the libraries that match, as hard links where that is possible, with their lines of the manifest.
place() {
  local folder=$1 pattern file
  shift
  if [ -e "$folder" ] && [ ! -e "$folder/MANIFEST.tsv" ] && [ -n "$(ls -A "$folder")" ]; then
    echo "build.sh: $folder holds something else; name an empty folder" >&2
    exit 1
  fi
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -r "$gathered/licenses" "$folder/licenses"
  head -n 1 "$gathered/MANIFEST.tsv" >"$folder/MANIFEST.tsv"
  for pattern in "$@"; do
    # shellcheck disable=SC2231 # a pattern
    for file in "$gathered"/$pattern; do
      cp -l "$file" "$folder/" 2>/dev/null || cp "$file" "$folder/"
      grep -F "$(basename "$file")	" "$gathered/MANIFEST.tsv" >>"$folder/MANIFEST.tsv"
    done
  done
}

# --- the workers -----------------------------------------------------------------------------------------------------

# The linker wants libNAME.so; where only the gathered library is there, a link to it serves.
lend_to_linker() {
  local name file
  mkdir -p "$scratch/link"
  for name in cudart cublas cublasLt curand nvrtc cudnn; do
    if ! linkable $name; then
      for file in "$gathered/lib$name.so."*; do ln -sf "$file" "$scratch/link/lib$name.so"; done
    fi
  done
  export LIBRARY_PATH=$scratch/link${LIBRARY_PATH:+:$LIBRARY_PATH}
}

# build PROGRAM TARGET_FOLDER CARGO_OPTIONS...
build() {
  local program=$1 folder=$2
  shift 2
  (cd "$root" && CARGO_TARGET_DIR=$folder cargo build --release --locked -p cotejo-worker --bin "$program" "$@")
}

# add PROGRAM BUILT FOLDER: the stripped program, and its line of the manifest.
add() {
  local program=$1 built=$2 folder=$3 version commit
  strip -o "$folder/$program" "$built"
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml" | head -n 1)
  commit=$(git -C "$root" describe --always --dirty 2>/dev/null || echo unknown)
  printf '%s\t%s\t%s\tthis repository, commit %s\n' \
    "$program" "$version" "$(sha256sum "$folder/$program" | cut -d ' ' -f 1)" "$commit" >>"$folder/MANIFEST.tsv"
  check_built "$folder/$program"
}

# Of a C and C++ system, and of the driver: they are on the PC.
system_libraries='^(linux-vdso|ld-linux.*|libc|libm|libdl|librt|libpthread|libgcc_s|libstdc\+\+|libz|libcuda)\.so'

# Whether the program looks for libraries beside it, and finds all that are not the system's.
check_built() {
  local program=$1 folder file needed
  folder=$(dirname "$program")
  # shellcheck disable=SC2016 # $ORIGIN is the loader's
  if ! readelf -d "$program" | grep -q 'RPATH.*\[$ORIGIN\]'; then
    echo "build.sh: $program does not look beside itself for libraries" >&2
    exit 1
  fi
  for file in "$program" "$folder"/lib*.so*; do
    while read -r needed; do
      if ! [[ $needed =~ $system_libraries ]] && [ ! -e "$folder/$needed" ]; then
        echo "build.sh: $(basename "$file") needs $needed, which is not gathered" >&2
        exit 1
      fi
    done < <(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
  done
}

build_for_capability() {
  local capability=$1 folder=$output/$prefix-$arch-sm$1 built=$target/cuda$cuda-sm$1
  say "cotejo-worker-cuda for compute capability $capability, with CUDA $toolkit_version"
  CUDA_COMPUTE_CAP=$capability build cotejo-worker-cuda "$built" --features cuda
  place "$folder" "${loaded[@]}" "${linked[@]}"
  add cotejo-worker-cuda "$built/release/cotejo-worker-cuda" "$folder"
  say "$folder: $(du -sh "$folder" | cut -f 1)"
}

build_plain() {
  local folder=$output/$prefix-$arch-plain built=$target/cuda$cuda-plain bindings=13000
  [ "$cuda" = 13 ] || bindings=12080
  say "cotejo-worker, which loads CUDA $cuda when it is asked for a GPU"
  CUDARC_CUDA_VERSION=$bindings build cotejo-worker "$built"
  place "$folder" "${loaded[@]}"
  add cotejo-worker "$built/release/cotejo-worker" "$folder"
  say "$folder: $(du -sh "$folder" | cut -f 1)"
}

prefix=cuda
[ "$cuda" = 13 ] || prefix=cuda$cuda
mkdir -p "$target"
target=$(cd "$target" && pwd)
wheels=${wheels:-$target/cuda-wheels}
gathered=$target/cuda$cuda-libraries
check_tools
mkdir -p "$output"
output=$(cd "$output" && pwd)
gather
if [ -n "$gather_only" ]; then
  place "$gather_only" "${loaded[@]}" "${linked[@]}"
  say "$gather_only: $(du -sh "$gather_only" | cut -f 1)"
fi
if [ -n "${capabilities[*]}" ]; then
  lend_to_linker
  if [ "$toolkit_version" != 13.0 ] && [ "$toolkit_version" != 12.0 ]; then
    say "plain candle's kernels (engine reference) will need a driver for CUDA $toolkit_version or newer"
  fi
  for capability in "${capabilities[@]}"; do build_for_capability "$capability"; done
fi
if [ -n "$plain" ]; then build_plain; fi
