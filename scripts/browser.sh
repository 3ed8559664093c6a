#!/bin/sh
# Print the path of a Chromium for the browser tests; install Debian's where there is none and we may.
set -eu

say() { printf '%s\n' "$*" >&2; }

find_browser() {
    for candidate in "${RUNXIN_CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# Chinese text in a screenshot is boxes without a Chinese font.
if find_browser >/dev/null && { ! command -v fc-list >/dev/null 2>&1 || [ -n "$(fc-list :lang=zh 2>/dev/null)" ]; }; then
    find_browser
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    say "installing Debian's chromium and a Chinese font for the browser tests"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-noto-cjk fontconfig; } >/dev/null 2>&1 || say "apt-get did not get through"
fi
if find_browser; then
    exit 0
fi
say "The browser tests need Chromium, and there is none. As root: apt-get install chromium fonts-noto-cjk"
say "or name one: RUNXIN_CHROMIUM=/path/to/chromium make test"
exit 5
