#!/usr/bin/env bash
# Packs the library and uses the package as its users do: a new console project outside the repository, restored from the
# packed file and this machine's own sources, must build without a warning and print "The package works."
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
trap 'echo "package smoke test: line $LINENO failed" >&2' ERR
fail() { echo "package smoke test: $*" >&2; exit 1; }
library=src/Microsoft.ML.Similarity/Microsoft.ML.Similarity.csproj
id=$(dotnet msbuild "$library" -getProperty:PackageId)
version=$(dotnet msbuild "$library" -getProperty:Version)-smoke
libtorch=$(sed -n 's/.*"libtorch-cpu-linux-x64" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)

dotnet pack "$library" -c Release -v quiet -o "$work/source" -p:PackageVersion="$version"
[ -f "$work/source/$id.$version.snupkg" ] || fail "no symbols were packed"

# The package goes to a cache of its own, never to the user's, where a stale one could hide it; all others are read there.
cache=$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')
mkdir -p "$work/app" "$cache"
cp build/package-smoke/* "$work/app"
properties=(
  -p:SmokePackage="$id" -p:SmokeVersion="$version" -p:SmokeLibtorch="$libtorch"
  -p:RestoreAdditionalProjectSources="$work/source" -p:RestorePackagesPath="$work/cache" -p:RestoreFallbackFolders="$cache"
)
dotnet build "$work/app" -c Release -v quiet "${properties[@]}"

package=$work/cache/$(tr '[:upper:]' '[:lower:]' <<< "$id")/$version
for file in README.md icon.png lib/net10.0/Microsoft.ML.Similarity.{dll,xml} buildTransitive/{"$id.targets",RelaxGlibcxx.cs}; do
  [ -s "$package/$file" ] || fail "the package lacks $file"
done
foreign=$(find "$package" -name '*.so' -o -name '*.dylib' -o -name '*.dll' ! -name Microsoft.ML.Similarity.dll)
[ -z "$foreign" ] || fail "the package holds $foreign"
grep -q '<dependency id="Microsoft.ML" version="\[5.0.1, 5.1.0)"' "$package"/*.nuspec || fail "the range of Microsoft.ML is wrong"
grep -q '<dependency id="TorchSharp"' "$package"/*.nuspec || fail "TorchSharp is not listed"
if grep -qi '<dependency id="\(libtorch\|TorchSharp-\)' "$package"/*.nuspec; then fail "libtorch is the application's choice"; fi

output=$(dotnet "$work/app/bin/Release/net10.0/PackageSmoke.dll") || fail "the program failed"
echo "$output"
[ "$(tail -n 1 <<< "$output")" = "The package works." ] || fail "the program did not reach its last line"

if [ "$(uname -s)" = Linux ]; then
  native=runtimes/linux-x64/native/libLibTorchSharp.so
  torch=torchsharp/$(sed -n 's/.*id="TorchSharp" version="\([^"]*\)".*/\1/p' "$package"/*.nuspec)/$native
  original=$cache/$torch
  [ -f "$original" ] || original=$work/cache/$torch
  built=$work/app/bin/Release/net10.0/$native
  [ "$(cmp -l "$original" "$built" | wc -l)" -eq 1 ] ||
    fail "the native fix did not change exactly one byte of $native"
  dotnet build "$work/app" -c Release -v quiet "${properties[@]}" -p:SimilarityRelaxGlibcxx=false
  cmp "$original" "$built" || fail "SimilarityRelaxGlibcxx=false did not leave $native as it is"
fi
