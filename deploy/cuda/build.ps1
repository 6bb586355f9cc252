<#
.SYNOPSIS
Builds the worker for NVIDIA GPUs on Windows and gathers the CUDA libraries beside it. README.md says what to choose.

.EXAMPLE
.\build.ps1 -Capabilities 75,86,89
cotejo-worker-cuda, a build for each compute capability. Run it in an "x64 Native Tools Command Prompt for VS".

.EXAMPLE
.\build.ps1 -Plain
cotejo-worker, which needs no CUDA toolkit to build.

.EXAMPLE
.\build.ps1 -GatherOnly C:\cotejo
The libraries alone.
#>
param(
    [string[]]$Capabilities = @(),
    [switch]$Plain,
    [string]$GatherOnly,
    # Major version of CUDA; by default that of nvcc, without one 13.
    [ValidateSet('', '12', '13')][string]$Cuda = '',
    # Libraries from NVIDIA's Python packages, or from the toolkit and the cuDNN that are installed here.
    [ValidateSet('wheels', 'toolkit')][string]$From = 'wheels',
    # The folder of the Python packages; what is missing there is downloaded to it.
    [string]$Wheels,
    [string]$Output,
    # Of cargo; each build has a folder of its own in it.
    [string]$Target
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2

$here = $PSScriptRoot
$root = (Resolve-Path (Join-Path $here '..\..')).Path
if (-not $Output) { $Output = Join-Path $root 'dist' }
if (-not $Target) { $Target = Join-Path $root 'target' }
if (-not $Wheels) { $Wheels = Join-Path $Target 'cuda-wheels' }
# candle's kernels need functions of Volta.
$leastCapability = 70
# `powershell -File` hands the list over as one text.
$capabilityList = @($Capabilities | ForEach-Object { $_ -split ',' } | Where-Object { $_ })

function Say([string]$text) { Write-Host "== $text" }

function Stop-Wrong([string]$text) {
    [Console]::Error.WriteLine("build.ps1: $text")
    exit 2
}

function Stop-Failed([string]$text) {
    [Console]::Error.WriteLine("build.ps1: $text")
    exit 1
}

function Test-Program([string]$name) { return [bool](Get-Command $name -ErrorAction SilentlyContinue) }

# Runs a program; ends the script if it fails.
function Invoke-Program([string]$name, [string[]]$arguments) {
    & $name @arguments
    if ($LASTEXITCODE -ne 0) { Stop-Failed "$name failed with exit code $LASTEXITCODE" }
}

if ($capabilityList.Count -eq 0 -and -not $Plain -and -not $GatherOnly) {
    Stop-Wrong 'nothing to do: name -Capabilities, -Plain or -GatherOnly (Get-Help .\build.ps1 -Examples)'
}
foreach ($capability in $capabilityList) {
    if ($capability -notmatch '^\d{2,3}$') { Stop-Wrong "-Capabilities ${capability}: write 75,86,89" }
}

# --- tools ---

$toolkitVersion = ''
if (Test-Program 'nvcc') {
    $found = [regex]::Match((& nvcc --version | Out-String), 'release ([\d.]+),')
    if ($found.Success) { $toolkitVersion = $found.Groups[1].Value }
}
if (-not $Cuda -and $toolkitVersion) { $Cuda = $toolkitVersion.Split('.')[0] }
if (-not $Cuda) { $Cuda = '13' }
$python = @('python', 'py') | Where-Object { Test-Program $_ } | Select-Object -First 1

# cuDNN's own folder: the variable CUDNN_LIB, else the newest that the installer has left.
function Get-CudnnFolder {
    if ($env:CUDNN_LIB) { return $env:CUDNN_LIB }
    $installed = Get-ChildItem 'C:\Program Files\NVIDIA\CUDNN' -Directory -Filter 'v9*' -ErrorAction SilentlyContinue
    $newest = $installed | Sort-Object { [version]($_.Name.TrimStart('v')) } | Select-Object -Last 1
    if ($newest) { return $newest.FullName }
    return $env:CUDA_PATH
}

# The folder of cudnn.lib for this version of CUDA; nothing where it is not there.
function Get-CudnnImportFolder {
    $cudnn = Get-CudnnFolder
    if (-not $cudnn) { return $null }
    $files = @(Get-ChildItem $cudnn -Recurse -Filter 'cudnn.lib' -ErrorAction SilentlyContinue)
    # The installer keeps one for each CUDA, such as lib\13.0\x64; an archive has only lib\x64.
    $own = $files | Where-Object { $_.FullName -match "\\lib\\$Cuda\.\d+\\x64\\" } | Select-Object -Last 1
    if (-not $own) { $own = $files | Where-Object { $_.FullName -match '\\lib\\x64\\' } | Select-Object -First 1 }
    if ($own) { return $own.DirectoryName }
    return $null
}

function Get-Missing {
    $missing = @()
    $builds = $capabilityList.Count -gt 0 -or $Plain
    if ($From -eq 'wheels' -and -not $python) {
        $missing += 'python: https://www.python.org, to download and unpack the libraries'
    }
    if ($builds -and -not (Test-Program 'cargo')) { $missing += 'cargo: a Rust toolchain, https://rustup.rs' }
    foreach ($capability in $capabilityList) {
        if ([int]$capability -lt $leastCapability) {
            $missing += "capability ${capability}: candle's kernels begin at $leastCapability; -Plain -Cuda 12 is for older GPUs"
        }
    }
    if ($capabilityList.Count -eq 0) { return $missing }
    if (-not (Test-Program 'cl')) {
        $missing += 'cl: the Visual Studio Build Tools (Desktop development with C++), in their "x64 Native Tools Command Prompt"'
    }
    if (-not $toolkitVersion) {
        $missing += "nvcc: the CUDA toolkit $Cuda.x, https://developer.nvidia.com/cuda-toolkit-archive"
    } elseif ($toolkitVersion.Split('.')[0] -ne $Cuda) {
        $missing += "nvcc $Cuda.x: the one in PATH is of CUDA $toolkitVersion"
    }
    if (-not (Get-CudnnImportFolder)) {
        $missing += 'cudnn.lib: cuDNN 9, https://developer.nvidia.com/cudnn-downloads; the variable CUDNN_LIB names its folder'
    }
    return $missing
}

$missing = @(Get-Missing)
if ($missing.Count -gt 0) { Stop-Wrong ("missing:`n  " + ($missing -join "`n  ")) }

# --- the libraries ---

# Those that the plain worker loads, and those that candle is linked with besides.
$loaded = @(
    "cublas64_$Cuda.dll", "cublasLt64_$Cuda.dll"
    "nvrtc64_${Cuda}0_0.dll", "nvrtc-builtins64_$Cuda*.dll"
    'cudnn64_9.dll', 'cudnn_*64_9.dll'
)
$linked = @("cudart64_$Cuda.dll", 'curand64_10.dll')
$gathered = Join-Path $Target "cuda$Cuda-libraries"
$header = "file`tversion`tsha256`tsource"

function Get-Sha256([string]$file) { return (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash.ToLower() }

# Copies a library and writes down where it comes from.
function Save-Library([IO.FileInfo]$file, [string]$version, [string]$source) {
    $copy = Join-Path $gathered $file.Name
    Copy-Item -LiteralPath $file.FullName -Destination $copy
    Add-Content (Join-Path $gathered 'MANIFEST.tsv') "$($file.Name)`t$version`t$(Get-Sha256 $copy)`t$source" -Encoding ascii
}

function Get-Wheel([string]$pin) {
    $name, $version = $pin -split '=='
    $filter = "$($name -replace '-', '_')-$version-*win_amd64.whl"
    return Get-ChildItem $Wheels -Filter $filter -ErrorAction SilentlyContinue | Select-Object -First 1
}

function Save-FromWheels {
    New-Item -ItemType Directory -Force $Wheels | Out-Null
    $pins = @(Get-Content (Join-Path $here "libraries-$Cuda.txt") | Where-Object { $_ -and $_ -notmatch '^#' })
    $unpacked = Join-Path $Target 'cuda-wheel'
    $download = '-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--dest', $Wheels
    foreach ($pin in $pins) {
        if (-not (Get-Wheel $pin)) {
            Say "downloading $pin"
            Invoke-Program $python ($download + $pin)
        }
        $wheel = Get-Wheel $pin
        if (-not $wheel) { Stop-Failed "pip downloaded no package of $pin for 64-bit Windows" }
        if (Test-Path $unpacked) { Remove-Item -Recurse -Force $unpacked }
        Invoke-Program $python @('-m', 'zipfile', '-e', $wheel.FullName, $unpacked)
        $name, $version = $pin -split '=='
        foreach ($pattern in $loaded + $linked) {
            foreach ($file in Get-ChildItem $unpacked -Recurse -Filter $pattern | Sort-Object Name) {
                Save-Library $file $version "PyPI $($wheel.Name)"
            }
        }
        Get-ChildItem $unpacked -Recurse -File | Where-Object { $_.FullName -match 'dist-info.*licen' } |
            ForEach-Object { Copy-Item -LiteralPath $_.FullName -Destination (Join-Path $gathered "licenses\$name.txt") }
        Remove-Item -Recurse -Force $unpacked
    }
}

function Save-FromToolkit {
    $folders = @()
    if ($env:CUDA_PATH) { $folders += (Join-Path $env:CUDA_PATH 'bin\x64'), (Join-Path $env:CUDA_PATH 'bin') }
    $cudnn = Get-CudnnFolder
    if ($cudnn) {
        $bin = Join-Path $cudnn 'bin'
        $own = Get-ChildItem $bin -Recurse -Directory -ErrorAction SilentlyContinue |
            Where-Object { $_.FullName -match "\\bin\\$Cuda\." }
        $folders += @($own | ForEach-Object { $_.FullName }) + $bin
    }
    foreach ($pattern in $loaded + $linked) {
        foreach ($folder in $folders | Where-Object { Test-Path $_ }) {
            $files = @(Get-ChildItem $folder -Filter $pattern)
            $files | ForEach-Object { Save-Library $_ $_.VersionInfo.FileVersion $folder }
            if ($files.Count -gt 0) { break }
        }
    }
}

function Save-Libraries {
    Say "gathering the libraries of CUDA $Cuda from $From"
    if (Test-Path $gathered) { Remove-Item -Recurse -Force $gathered }
    New-Item -ItemType Directory -Force (Join-Path $gathered 'licenses') | Out-Null
    Set-Content (Join-Path $gathered 'MANIFEST.tsv') $header -Encoding ascii
    if ($From -eq 'wheels') { Save-FromWheels } else { Save-FromToolkit }
    $absent = @($loaded + $linked | Where-Object { -not (Get-ChildItem $gathered -Filter $_) })
    if ($absent.Count -gt 0) { Stop-Failed "not found (${From}): $($absent -join ', ')" }
}

# Puts the libraries that match into a folder, with their lines of the manifest.
function Copy-Libraries([string]$folder, [string[]]$patterns) {
    $manifest = Join-Path $folder 'MANIFEST.tsv'
    if ((Test-Path $folder) -and (Get-ChildItem $folder -Force) -and -not (Test-Path $manifest)) {
        Stop-Failed "$folder holds something else; name an empty folder"
    }
    if (Test-Path $folder) { Remove-Item -Recurse -Force $folder }
    New-Item -ItemType Directory -Force $folder | Out-Null
    Copy-Item -Recurse (Join-Path $gathered 'licenses') $folder
    Set-Content $manifest $header -Encoding ascii
    $lines = @(Get-Content (Join-Path $gathered 'MANIFEST.tsv'))
    foreach ($pattern in $patterns) {
        foreach ($file in Get-ChildItem $gathered -Filter $pattern) {
            Copy-Item -LiteralPath $file.FullName -Destination $folder
            Add-Content $manifest ($lines | Where-Object { $_.StartsWith("$($file.Name)`t") }) -Encoding ascii
        }
    }
}

# --- the workers ---

# Adds the program and its line of the manifest. It has no debug information: that stays in the .pdb file.
function Add-Worker([string]$program, [string]$built, [string]$folder) {
    $copy = Join-Path $folder $program
    Copy-Item -LiteralPath $built -Destination $copy
    $version = [regex]::Match((Get-Content (Join-Path $root 'Cargo.toml') -Raw), '(?m)^version = "(.*?)"').Groups[1].Value
    $commit = 'unknown'
    if (Test-Program 'git') { $commit = & git -C $root describe --always --dirty }
    $line = "$program`t$version`t$(Get-Sha256 $copy)`tthis repository, commit $commit"
    Add-Content (Join-Path $folder 'MANIFEST.tsv') $line -Encoding ascii
    Say $folder
}

$prefix = if ($Cuda -eq '13') { 'cuda' } else { "cuda$Cuda" }
New-Item -ItemType Directory -Force $Target, $Output | Out-Null
Save-Libraries
if ($GatherOnly) {
    Copy-Libraries $GatherOnly ($loaded + $linked)
    Say $GatherOnly
}
Push-Location $root
try {
    foreach ($capability in $capabilityList) {
        Say "cotejo-worker-cuda for compute capability $capability, with CUDA $toolkitVersion"
        $env:CUDA_COMPUTE_CAP = $capability
        $env:CARGO_TARGET_DIR = Join-Path $Target "cuda$Cuda-sm$capability"
        $build = 'rustc', '--release', '--locked', '-p', 'cotejo-worker', '--bin', 'cotejo-worker-cuda', '--features', 'cuda'
        Invoke-Program 'cargo' ($build + @('--', '-C', "link-arg=/LIBPATH:$(Get-CudnnImportFolder)"))
        $folder = Join-Path $Output "$prefix-x86_64-sm$capability"
        Copy-Libraries $folder ($loaded + $linked)
        Add-Worker 'cotejo-worker-cuda.exe' (Join-Path $env:CARGO_TARGET_DIR 'release\cotejo-worker-cuda.exe') $folder
    }
    if ($Plain) {
        Say "cotejo-worker, which loads CUDA $Cuda when it is asked for a GPU"
        $env:CUDARC_CUDA_VERSION = if ($Cuda -eq '13') { '13000' } else { '12080' }
        $env:CARGO_TARGET_DIR = Join-Path $Target "cuda$Cuda-plain"
        Invoke-Program 'cargo' @('build', '--release', '--locked', '-p', 'cotejo-worker', '--bin', 'cotejo-worker')
        $folder = Join-Path $Output "$prefix-x86_64-plain"
        Copy-Libraries $folder $loaded
        Add-Worker 'cotejo-worker.exe' (Join-Path $env:CARGO_TARGET_DIR 'release\cotejo-worker.exe') $folder
    }
} finally {
    Pop-Location
    foreach ($name in 'CUDA_COMPUTE_CAP', 'CARGO_TARGET_DIR', 'CUDARC_CUDA_VERSION') {
        Remove-Item "Env:$name" -ErrorAction SilentlyContinue
    }
}
