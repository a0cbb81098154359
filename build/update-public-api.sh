#!/usr/bin/env bash
# Writes PublicAPI.Unshipped.txt anew from the sources; review the difference before committing it.
# With a release its lines move to PublicAPI.Shipped.txt.
set -euo pipefail
cd "$(dirname "$0")/../src/Microsoft.ML.Similarity"
dotnet restore -v quiet
echo '#nullable enable' > PublicAPI.Unshipped.txt
dotnet format analyzers --no-restore --severity warn --diagnostics RS0016 RS0017 RS0037
git --no-pager diff --stat -- .
