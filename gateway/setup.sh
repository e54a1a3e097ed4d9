# Sourced by gateway/run and tests/run: says what it does, installs what Debian lacks, builds.
# Stops at the first failure with the command that failed.
set -Eeuo pipefail
trap 'status=$?; echo "failed (exit $status): $BASH_COMMAND" >&2; exit $status' ERR

say() { printf '\n== %s\n' "$*"; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# install_packages FILE...: the packages named in the files, those only that are missing.
install_packages() {
    local wanted missing=() package
    wanted=$(grep -hv '^#' "$@")
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
            missing+=("$package")
    done
    if [ ${#missing[@]} = 0 ]; then
        say "All Debian packages are here"
        return
    fi
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [TARGET...]: configures once, then builds what has changed.
build() {
    local preset=$1
    shift
    say "Building (${preset}): ${*:-everything}"
    [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
    if [ $# = 0 ]; then
        cmake --build "build/$preset" -- --quiet
    else
        cmake --build "build/$preset" --target "$@" -- --quiet
    fi
}
