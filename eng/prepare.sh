# shellcheck shell=bash
# What the scripts of the root folder share. Sourced, it sets the environment of the dotnet command and defines functions;
# it changes nothing until one is called. Nothing is downloaded when all is there.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cli_bin="$root/src/Cli/bin"
cli_dll="$cli_bin/Release/net10.0/delivery.dll"
cli_stamp="$cli_bin/.built" # when the last good build of the command line began, and from which files

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true

say() { printf '%s\n' "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

# prepare build|test: installs what the build needs and, with "test", what only the tests need.
prepare() {
  local packages=()
  has git || packages+=(git)
  has ssh-keygen || packages+=(openssh-client)
  # A bare container has none, and NuGet cannot be asked without.
  if has apt-get && [[ ! -e /etc/ssl/certs/ca-certificates.crt ]]; then packages+=(ca-certificates); fi
  if [[ $1 == test ]]; then
    has strace || packages+=(strace)
    has protoc || packages+=(protobuf-compiler)
    has chromium || has chromium-browser || has google-chrome || packages+=(chromium)
    /usr/bin/python3 -c 'import google.protobuf' >/dev/null 2>&1 || packages+=(python3-protobuf)
  fi
  ((${#packages[@]} == 0)) || install_packages "${packages[@]}" || say "Going on without: ${packages[*]}. What needs them will fail."
  prepare_dotnet
  prepare_libgit2
}

prepare_dotnet() {
  has_sdk || install_packages dotnet-sdk-10.0 || true
  if has_sdk; then
    # The sample search process needs it, and some distributions have it in a package of its own.
    has_aspnet || install_packages aspnetcore-runtime-10.0 || say "Going on without ASP.NET Core 10. samples/SearchProcess will not run."
    return 0
  fi
  say "The .NET 10 SDK is missing and no package source of this machine has it (dotnet-sdk-10.0)."
  say "Install it from https://dotnet.microsoft.com/download/dotnet/10.0 so that 'dotnet --list-sdks' shows 10.0, then run this again."
  return 1
}

# Asked in the root folder, where global.json says which SDKs will do.
has_sdk() { has dotnet && (cd "$root" && dotnet --version >/dev/null 2>&1); }

has_aspnet() { [[ $(dotnet --list-runtimes) == *"Microsoft.AspNetCore.App 10."* ]]; }

# The native library of LibGit2Sharp comes from the distribution (libgit2-1.5) or from a NuGet package; either will do.
prepare_libgit2() {
  local system version cache
  system=$(property "$root/Directory.Build.props" SystemLibGit2Path)
  version=$(property "$root/eng/LibGit2.props" LibGit2NativeVersion)
  cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}/libgit2sharp.nativebinaries/$version
  if [[ -e $system || -e $cache ]] || restore_package LibGit2Sharp.NativeBinaries "$version"; then return 0; fi
  say "NuGet does not give LibGit2Sharp.NativeBinaries $version, so libgit2 of the distribution is taken."
  install_packages libgit2-1.5 || true
  [[ -e $system ]] && return 0
  say "LibGit2 cannot be had: neither the package LibGit2Sharp.NativeBinaries $version nor $system (Debian 12: libgit2-1.5)."
  return 1
}

# property FILE NAME: the value of a plain MSBuild property.
property() { sed -n "s:.*<$2>\(.*\)</$2>.*:\1:p" "$1" | head -n 1; }

# restore_package ID VERSION: true when NuGet gives the package, which is then in its cache.
restore_package() {
  local folder
  folder=$(mktemp -d)
  printf '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup><PackageDownload Include="%s" Version="[%s]" /></ItemGroup></Project>\n' \
    "$1" "$2" >"$folder/probe.csproj"
  local result=0
  dotnet restore "$folder/probe.csproj" -v quiet >/dev/null 2>&1 </dev/null || result=1
  rm -r "$folder"
  return "$result"
}

# install_packages NAME...: with apt-get, as root or through sudo; elsewhere says what is needed. False when any was not installed.
install_packages() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  if ! has apt-get; then
    say "Needed and not found; please install (Debian's names): $*"
    return 1
  fi
  if [[ $(id -u) != 0 ]]; then
    if ! has sudo; then
      say "Needed and not found; please install as root: apt-get install $*"
      return 1
    fi
    apt=(sudo "${apt[@]}")
  fi
  if [[ -z ${apt_updated:-} ]]; then
    say "Reading the package lists: apt-get update"
    "${apt[@]}" update >&2 </dev/null || say "apt-get update failed; going on with the lists as they are."
    apt_updated=1
  fi
  say "Installing: apt-get install $*"
  "${apt[@]}" install --no-install-recommends "$@" >&2 </dev/null
}

# Every file that the command line is built from.
cli_sources() {
  find "$root/src" "$root/proto" "$root/eng" "$root"/Directory.* "$root/global.json" \( -name bin -o -name obj \) -prune -o -type f "$@" -print
}

# True when the built command line is newer than everything it is built from, and no file has come or gone since.
cli_is_fresh() {
  [[ -e $cli_stamp && -e $cli_dll && -z $(cli_sources -newer "$cli_stamp") && $(cli_sources | sort) == "$(<"$cli_stamp")" ]]
}

# before_cli_build, after_cli_build: around a build that succeeds. The stamp gets the time of the beginning, so that a file
# changed meanwhile is built next time.
before_cli_build() {
  mkdir -p "$cli_bin"
  trap 'rm -f "$cli_stamp.$$"' EXIT
  cli_sources | sort >"$cli_stamp.$$"
}
after_cli_build() { mv "$cli_stamp.$$" "$cli_stamp"; }
