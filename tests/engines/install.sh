#!/bin/sh
# The tests of other engines need a PostgreSQL server and Java for Spark, and the extras postgres and spark.
# Install what the system can, else say what is skipped. $1 is the Python to install the drivers into, as they are
# locked in requirements-engines.lock; run it from the project's folder.
server() { command -v postgres || ls /usr/lib/postgresql/*/bin/postgres; }
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  packages=""
  server >/dev/null 2>&1 || packages="postgresql"
  command -v java >/dev/null || packages="$packages default-jre-headless"
  if [ -n "$packages" ]; then
    echo "Installing $packages for the tests of other engines ..."
    # shellcheck disable=SC2086
    { apt-get update -q && apt-get install -y -q --no-install-recommends $packages; } >/dev/null 2>&1 || true
  fi
fi
server >/dev/null 2>&1 || echo "PostgreSQL is not installed: its tests will be skipped. Install the package postgresql to run them."
command -v java >/dev/null || echo "Java is not installed: the tests on Spark will be skipped."
if [ -n "$1" ]; then
  "$1" -m pip install --quiet --require-hashes --requirement requirements-engines.lock || echo "The drivers could not be installed: some tests will be skipped."
fi
exit 0
