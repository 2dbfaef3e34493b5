#!/bin/sh
# The browser tests need Chromium and a Chinese font. Install both where the system can, else say what is skipped.
found() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
fonts() { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh)" ]; }
if found >/dev/null && fonts; then exit 0; fi
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium and a Chinese font for the browser tests ..."
  { apt-get update -q && apt-get install -y -q --no-install-recommends chromium fonts-noto-cjk fontconfig; } >/dev/null 2>&1 || true
fi
found >/dev/null || echo "Chromium is not installed: the browser tests will be skipped. Install the package chromium to run them."
exit 0
