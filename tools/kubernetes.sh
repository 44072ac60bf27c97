#!/usr/bin/env bash
# Builds deploy/kubernetes with kustomize and validates the result with kubeconform against the schemas of
# Kubernetes. All three are Go modules; without Go it skips loudly.
set -euo pipefail
command -v go >/dev/null || { echo '!!! SKIPPED: kustomize and kubeconform (no Go) !!!' >&2; exit 0; }
project=$(cd "$(dirname "$0")/.." && pwd)
version=1.34.2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOFLAGS='-mod=mod -buildvcs=false'
go mod init check 2>/dev/null
go get sigs.k8s.io/kustomize/kustomize/v5@v5.8.2 github.com/yannh/kubeconform@v0.8.0 2>/dev/null
go build -o kustomize sigs.k8s.io/kustomize/kustomize/v5
go build -o kubeconform github.com/yannh/kubeconform/cmd/kubeconform
spec=$(go mod download -json "k8s.io/kubernetes@v$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')/api/openapi-spec/swagger.json

# One file per kind, as kubeconform looks for them; fields that Kubernetes does not know are refused.
node -e '
  const { definitions } = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
  const write = (name, value) => require("fs").writeFileSync(name, JSON.stringify(value));
  for (const schema of Object.values(definitions)) {
    if (schema.format === "int-or-string") Object.assign(schema, { type: ["string", "integer"] });
    if (schema.properties) schema.additionalProperties ??= false;
  }
  definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"].type = ["string", "number"];
  write("definitions.json", { definitions });
  for (const [name, schema] of Object.entries(definitions))
    for (const { group, version, kind } of schema["x-kubernetes-group-version-kind"] ?? [])
      write([kind.toLowerCase(), group.split(".")[0], version].filter(Boolean).join("-") + ".json",
        { $ref: "definitions.json#/definitions/" + name });
' "$spec"

for folder in base overlays/development overlays/production; do
  ./kustomize build "$project/deploy/kubernetes/$folder" >built.yaml
  # An assignment of its own: a failure inside the arguments of echo would go unnoticed.
  summary=$(./kubeconform -strict -summary -schema-location "$work/{{.ResourceKind}}{{.KindSuffix}}.json" built.yaml) ||
    { echo "$folder: $summary" >&2; exit 1; }
  echo "$folder: $summary"
done
sed 's/replicas:/replica:/' built.yaml >wrong.yaml
if ./kubeconform -strict -schema-location "$work/{{.ResourceKind}}{{.KindSuffix}}.json" wrong.yaml >/dev/null; then
  echo 'a wrong field went unnoticed' >&2
  exit 1
fi
